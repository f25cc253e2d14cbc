//! Metrics against scikit-learn, and the laws they obey.
#![cfg(feature = "cli")]

use nafal::evaluate::metrics::{auroc, average_precision, f1, f1_at_true_ratio, percentile};
use proptest::prelude::*;
use serde_json::Value;

type Metric = fn(&[bool], &[f64]) -> nafal::Result<f64>;
const RANKINGS: [(&str, Metric); 3] =
    [("auroc", auroc), ("average_precision", average_precision), ("f1_at_true_ratio", f1_at_true_ratio)];

#[test]
fn rankings_match_the_reference() {
    let text = include_str!("../goldens/statistics.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    let cases: Vec<&Value> = golden["cases"].as_array().unwrap().iter().filter(|c| c["kind"] == "ranking").collect();
    assert!(cases.len() >= 3, "the golden file holds {} rankings", cases.len());
    for case in cases {
        let labels: Vec<bool> = case["labels"].as_array().unwrap().iter().map(|v| v.as_f64() == Some(1.0)).collect();
        let scores: Vec<f64> = case["scores"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        for (name, metric) in RANKINGS {
            let (got, want) = (metric(&labels, &scores).unwrap(), case[name].as_f64().unwrap());
            assert!((got - want).abs() <= 1e-10, "{name}: {got} instead of {want}");
        }
    }
}

#[test]
fn percentile_interpolates_like_numpy() {
    // numpy.percentile of the same values
    let v = [3.0, -1.0, 4.0, 1.5];
    for (q, want) in [(0.0, -1.0), (100.0, 4.0), (50.0, 2.25), (25.0, 0.875), (90.0, 3.7)] {
        assert!((percentile(&v, q) - want).abs() < 1e-15, "{q}: {}", percentile(&v, q));
    }
    assert_eq!(percentile(&[7.0], 30.0), 7.0);
}

#[test]
fn known_values() {
    let labels = [false, false, true, true];
    assert_eq!(auroc(&labels, &[1.0, 2.0, 3.0, 4.0]).unwrap(), 1.0);
    assert_eq!(auroc(&labels, &[4.0, 3.0, 2.0, 1.0]).unwrap(), 0.0);
    assert_eq!(auroc(&labels, &[5.0; 4]).unwrap(), 0.5);
    assert_eq!(auroc(&labels, &[0.0, -0.0, 0.0, -0.0]).unwrap(), 0.5);
    // all tied: every row is flagged, precision 1/2, recall 1
    assert_eq!(f1_at_true_ratio(&labels, &[5.0; 4]).unwrap(), 2.0 / 3.0);
    assert_eq!(f1(&labels, &[true, false, true, false]).unwrap(), 0.5);
    assert_eq!(f1(&labels, &[false; 4]).unwrap(), 0.0);
}

#[test]
fn what_cannot_be_ranked_is_refused_with_exit_3() {
    for (name, metric) in RANKINGS {
        let mistakes: [(&[bool], &[f64], &str); 6] = [
            (&[true, true], &[1.0, 2.0], "anomalous"),
            (&[false, false], &[1.0, 2.0], "normal"),
            (&[], &[], "normal"),
            (&[true, false], &[1.0], "2 labels for 1"),
            (&[true, false], &[1.0, f64::NAN], "NaN"),
            (&[true, false], &[f64::INFINITY, 1.0], "inf"),
        ];
        for (labels, scores, word) in mistakes {
            let error = metric(labels, scores).expect_err(name);
            assert_eq!(error.exit_code(), 3);
            assert!(error.to_string().contains(word), "{name}: {error}");
        }
    }
}

/// Labels of both classes and coarse scores, so that ties are common.
fn ranking() -> impl Strategy<Value = (Vec<bool>, Vec<f64>)> {
    prop::collection::vec((any::<bool>(), -20i32..20), 2..80)
        .prop_filter("both classes", |v| v.iter().any(|r| r.0) && v.iter().any(|r| !r.0))
        .prop_map(|v| v.into_iter().map(|(l, s)| (l, s as f64 / 4.0)).unzip())
}

proptest! {
    #[test]
    fn permutation_changes_no_bit((labels, scores) in ranking(), key in any::<u64>()) {
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&i| (i as u64 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let l: Vec<bool> = order.iter().map(|&i| labels[i]).collect();
        let s: Vec<f64> = order.iter().map(|&i| scores[i]).collect();
        for (name, metric) in RANKINGS {
            let (a, b) = (metric(&labels, &scores).unwrap(), metric(&l, &s).unwrap());
            prop_assert_eq!(a.to_bits(), b.to_bits(), "{}", name);
        }
    }

    #[test]
    fn a_rising_map_changes_no_bit((labels, scores) in ranking()) {
        let mapped: Vec<f64> = scores.iter().map(|s| (s / 2.0).exp() - 3.0).collect();
        for (name, metric) in RANKINGS {
            let (a, b) = (metric(&labels, &scores).unwrap(), metric(&labels, &mapped).unwrap());
            prop_assert_eq!(a.to_bits(), b.to_bits(), "{}", name);
        }
    }

    #[test]
    fn negation_complements_auroc((labels, scores) in ranking()) {
        let negated: Vec<f64> = scores.iter().map(|s| -s).collect();
        let flipped: Vec<bool> = labels.iter().map(|l| !l).collect();
        let a = auroc(&labels, &scores).unwrap();
        prop_assert!((a + auroc(&labels, &negated).unwrap() - 1.0).abs() < 1e-15);
        prop_assert_eq!(a.to_bits(), auroc(&flipped, &negated).unwrap().to_bits());
    }

    #[test]
    fn metrics_lie_in_the_unit_interval_and_perfect_order_gives_one((labels, scores) in ranking()) {
        for (name, metric) in RANKINGS {
            let v = metric(&labels, &scores).unwrap();
            prop_assert!((0.0..=1.0 + 1e-15).contains(&v), "{}: {}", name, v);
            let perfect: Vec<f64> = labels.iter().enumerate().map(|(i, &l)| i as f64 + 1e3 * l as u8 as f64).collect();
            prop_assert!((metric(&labels, &perfect).unwrap() - 1.0).abs() < 1e-14, "{}", name);
        }
    }

    #[test]
    fn auroc_counts_pairs((labels, scores) in ranking()) {
        let (mut won, mut pairs) = (0.0, 0.0);
        for (i, _) in labels.iter().enumerate().filter(|(_, l)| **l) {
            for (j, _) in labels.iter().enumerate().filter(|(_, l)| !**l) {
                pairs += 1.0;
                won += if scores[i] > scores[j] { 1.0 } else if scores[i] == scores[j] { 0.5 } else { 0.0 };
            }
        }
        prop_assert_eq!(auroc(&labels, &scores).unwrap(), won / pairs);
    }
}
