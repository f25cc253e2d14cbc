//! Few training series, and series that are alike: a model that works, or an error that says what to do.

use nafal::data::{Series, SeriesSet};
use nafal::detect::Experts;
use nafal::{Detector, DetectorBuilder};

use super::encoder::waves;

/// Every way of fitting series, made quick.
fn builders() -> Vec<(&'static str, DetectorBuilder<'static>)> {
    let quick = || Detector::builder().views(12).steps(3);
    vec![
        ("panel", quick()),
        ("robust", quick().robust(true)),
        ("flows", quick().experts(Experts::Flows)),
        ("active", quick().experts(Experts::Flows).active(true)),
        ("members", quick().members(["near", "ratio", "flows"])),
        ("one view", Detector::builder().views(1).steps(3)),
    ]
}

#[test]
fn two_to_twenty_series_fit_or_are_refused_by_the_fewest_that_fit() {
    let test = waves(5, 2, 9);
    for n in 2..=20 {
        let train = waves(n, 2, 1).with_source("a.ts");
        for (name, builder) in builders() {
            match builder.fit(&train) {
                Err(error) => {
                    let text = error.to_string();
                    assert!(n < 8 && error.exit_code() == 3, "{name}, {n} series: {text}");
                    assert!(text.starts_with("a.ts: ") && text.contains("at least 8"), "{text}");
                }
                Ok(model) => {
                    assert!(n >= 8, "{name}: {n} series");
                    let (scores, p) = model.score_with_p_values(&test).unwrap();
                    assert!(scores.iter().all(|s| s.is_finite()), "{name}, {n} series: {scores:?}");
                    assert!(p.iter().all(|p| *p > 0.0 && *p <= 1.0), "{name}, {n} series: {p:?}");
                    let again = nafal::Model::from_bytes(&model.to_bytes().unwrap(), "m.nafal").unwrap();
                    assert_eq!(again.score(&test).unwrap(), scores, "{name}, {n} series");
                }
            }
        }
    }
}

/// What a fit says of training series that nothing can be learned from.
fn refusal(cases: Vec<Series>) -> String {
    let train = SeriesSet::new(cases).unwrap().with_source("a.ts");
    let mut texts: Vec<String> = builders()
        .into_iter()
        .map(|(name, builder)| {
            let error = builder.fit(&train).map(drop).expect_err(name);
            assert_eq!(error.exit_code(), 3, "{name}: {error}");
            error.to_string()
        })
        .collect();
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    texts.remove(0)
}

#[test]
fn series_that_are_alike_are_refused() {
    let case = waves(1, 2, 1).case(0).clone();
    let text = refusal(vec![case; 20]);
    assert_eq!(
        text,
        "a.ts: all 20 training series are alike; at least 8 different ones are needed to fit and calibrate a detector; add \
         others"
    );
}

#[test]
fn series_without_variation_are_refused() {
    let constant = |i: usize| Series::new(&[vec![3.0; 10 + i], vec![-1.0; 5]]).unwrap();
    let text = refusal((0..20).map(constant).collect());
    assert!(text.starts_with("a.ts: no channel varies") && text.contains("check that"), "{text}");
}

#[test]
fn repeats_of_few_series_are_refused_and_of_enough_are_not() {
    let repeated = |different: usize| {
        let cases = waves(different, 2, 1);
        (0..24).map(|i| cases.case(i % different).clone()).collect::<Vec<_>>()
    };
    let text = refusal(repeated(7));
    assert!(text.contains("the 24 training series are repeats of 7; at least 8 different ones"), "{text}");
    let train = SeriesSet::new(repeated(8)).unwrap();
    let model = Detector::builder().views(3).steps(3).fit(&train).unwrap();
    assert!(model.score(&train).unwrap().iter().all(|s| s.is_finite()));
}

#[test]
fn levels_that_differ_are_enough() {
    // Nothing varies in time, but from case to case.
    let level = |i: usize| Series::new(&[vec![i as f64; 12]]).unwrap();
    let train = SeriesSet::new((0..16).map(level).collect()).unwrap();
    let model = Detector::builder().views(3).steps(3).fit(&train).unwrap();
    assert!(model.score(&train).unwrap().iter().all(|s| s.is_finite()));
}
