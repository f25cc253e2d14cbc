//! The protocol of Table 1 with the baselines, on real data where `NAFAL_DATA` names its folder: the local outlier
//! factor must give the paper's own figures, the others scikit-learn's.
#![cfg(feature = "cli")]

use crate::real_data::real_data;
use nafal::Quiet;
use nafal::detect::Fit;
use nafal::detect::baselines::{IsolationForest, LocalOutlierFactor, Mahalanobis, NearestNeighbours, OneClassSvm};
use nafal::evaluate::metrics::f1_at_true_ratio;
use nafal::evaluate::protocol::{Labelled, Split};

const SETS: [&str; 3] = ["arrhythmia", "cardio", "thyroid"];

/// F1 in percent at the true ratio, first-half split, standardised.
fn f1(folder: &std::path::Path, set: &str, detector: &dyn Fit, seed: u64) -> f64 {
    let labelled = Labelled::read(&folder.join(format!("tabular/{set}.csv.gz"))).unwrap();
    let task = labelled.task(Split::FirstHalf, seed, None).unwrap();
    let scores = detector.fit(&*task.scaled.train, seed, &Quiet).unwrap().score(&*task.scaled.test).unwrap();
    100.0 * f1_at_true_ratio(&task.labels, &task.expand(&scores)).unwrap()
}

fn check(detector: &dyn Fit, want: [f64; 3], tolerance: f64) {
    let Some(folder) = real_data() else { return };
    for (set, want) in SETS.into_iter().zip(want) {
        let got = f1(&folder, set, detector, 0);
        assert!((got - want).abs() <= tolerance, "{detector:?} on {set}: {got:.2} instead of {want}");
    }
}

/// Half a digit of the published figures.
const DIGIT: f64 = 0.0501;

#[test]
fn local_outlier_factor_gives_the_papers_figures() {
    check(&LocalOutlierFactor { k: 20 }, [50.0, 62.5, 52.7], DIGIT);
}

#[test]
fn nearest_neighbours_give_scikit_learns_figures() {
    check(&NearestNeighbours { k: 5 }, [53.0, 61.9, 75.3], DIGIT);
}

#[test]
fn one_class_svm_gives_libsvms_figures() {
    check(&OneClassSvm { nu: 0.5 }, [51.5, 70.5, 75.3], DIGIT);
}

#[test]
fn mahalanobis_gives_scikit_learns_figures() {
    check(&Mahalanobis, [48.5, 64.8, 73.1], DIGIT);
}

#[test]
fn isolation_forest_agrees_with_scikit_learn_within_seed_noise() {
    let Some(folder) = real_data() else { return };
    // mean and sd of scikit-learn over ten seeds
    for (set, (want, sd)) in SETS.into_iter().zip([(59.1, 3.3), (69.3, 3.1), (81.9, 2.1)]) {
        let runs: Vec<f64> = (0..10).map(|seed| f1(&folder, set, &IsolationForest::default(), seed)).collect();
        let mean = runs.iter().sum::<f64>() / 10.0;
        println!("{set}: {mean:.1} beside {want}");
        // three standard errors of the difference of two such means
        let bound = 3.0 * sd * (2.0f64 / 10.0).sqrt();
        assert!((mean - want).abs() <= bound, "{set}: {mean:.1} instead of {want}, runs {runs:.1?}");
    }
}

/// By NumPy and scikit-learn: `RandomState(seed).permutation(n)` over the normal rows, z-scores, the fifth distance.
#[test]
fn random_splits_are_numpys() {
    let Some(folder) = real_data() else { return };
    for (path, limit, want) in [
        ("tabular/arrhythmia", None, [56.0606, 54.5455]),
        ("tabular/cardio", None, [68.75, 69.8864]),
        ("tabular/lympho", None, [66.6667, 66.6667]),
        ("tabular/thyroid", None, [74.1935, 72.0430]),
        ("dev/annthyroid", Some(2000), [63.2959, 65.1685]),
        ("dev/vowels", Some(2000), [68.0, 64.0]),
    ] {
        let labelled = Labelled::read(&folder.join(format!("{path}.csv.gz"))).unwrap();
        for (seed, want) in want.into_iter().enumerate() {
            let task = labelled.task(Split::Random, seed as u64, limit).unwrap();
            let scores = NearestNeighbours { k: 5 }
                .fit(&*task.scaled.train, 0, &Quiet)
                .unwrap()
                .score(&*task.scaled.test)
                .unwrap();
            let got = 100.0 * f1_at_true_ratio(&task.labels, &task.expand(&scores)).unwrap();
            assert!((got - want).abs() < 1e-3, "{path}, seed {seed}: {got:.4} instead of {want}");
        }
    }
}
