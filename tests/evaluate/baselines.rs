//! What the baselines share beyond the laws of every detector (tests/laws/detectors.rs), and what each computes.
#![cfg(feature = "cli")]

use crate::bits::bits;
use nafal::Quiet;
use nafal::data::Table;
use nafal::detect::baselines::{IsolationForest, LocalOutlierFactor, Mahalanobis, NearestNeighbours, OneClassSvm};
use nafal::detect::{Fit, Fitted};
use rand::RngExt;

fn baselines() -> [(&'static str, Box<dyn Fit>); 5] {
    [
        ("iforest", Box::new(IsolationForest::default())),
        ("lof", Box::new(LocalOutlierFactor::default())),
        ("knn", Box::new(NearestNeighbours::default())),
        ("ocsvm", Box::new(OneClassSvm::default())),
        ("mahalanobis", Box::new(Mahalanobis)),
    ]
}

fn fit(detector: &dyn Fit, train: &Table, seed: u64) -> nafal::Result<Box<dyn Fitted>> {
    detector.fit(train, seed, &Quiet)
}

fn table(columns: usize, values: Vec<f64>) -> Table {
    Table::new((0..columns).map(|j| format!("f{j}")).collect(), values).unwrap()
}

/// Uniform rows in the unit cube.
fn cloud(rows: usize, columns: usize, seed: u64) -> Table {
    let mut rng = nafal::random::stream(seed, nafal::random::Key::Simulation(0, 0));
    table(columns, (0..rows * columns).map(|_| rng.random::<f64>()).collect())
}

fn scores(detector: &dyn Fit, train: &Table, rows: &Table) -> Vec<f64> {
    let scores = fit(detector, train, 3).unwrap().score(rows).unwrap();
    assert_eq!(scores.len(), rows.rows());
    assert!(scores.iter().all(|s| s.is_finite()), "{detector:?}: {scores:?}");
    scores
}

#[test]
fn same_bits_for_any_number_of_threads() {
    // more rows than one block of queries and one block of reference rows
    let (train, rows) = (cloud(700, 7, 1), cloud(331, 7, 2));
    for (name, baseline) in baselines() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bits(&scores(baseline.as_ref(), &train, &rows)))
        };
        assert_eq!(run(1), run(3), "{}", name);
    }
}

#[test]
fn a_row_scores_the_same_alone_and_in_company() {
    let (train, rows) = (cloud(300, 5, 1), cloud(80, 5, 2));
    for (name, baseline) in baselines() {
        let fitted = fit(baseline.as_ref(), &train, 0).unwrap();
        let together = fitted.score(&rows).unwrap();
        let alone: Vec<f64> = (0..rows.rows()).map(|i| fitted.score(&rows.select_rows(&[i])).unwrap()[0]).collect();
        assert_eq!(bits(&together), bits(&alone), "{}", name);
        assert!(fitted.score(&rows.select_rows(&[])).unwrap().is_empty());
    }
}

#[test]
fn only_the_forest_depends_on_the_seed() {
    let (train, rows) = (cloud(100, 4, 1), cloud(20, 4, 2));
    for (name, baseline) in baselines() {
        let run = |seed| bits(&fit(baseline.as_ref(), &train, seed).unwrap().score(&rows).unwrap());
        assert_eq!(run(5), run(5));
        assert_eq!(run(5) == run(6), name != "iforest", "{}", name);
    }
}

#[test]
fn a_far_row_is_more_anomalous_than_the_training_rows() {
    let train = cloud(200, 3, 1);
    let far = table(3, vec![4.0, -3.0, 5.0]);
    for (name, baseline) in baselines() {
        let inside = scores(baseline.as_ref(), &train, &train);
        let outside = scores(baseline.as_ref(), &train, &far)[0];
        // To a tree a row beyond the corner is in the corner, so a few training rows may reach it.
        let reach = inside.iter().filter(|&&s| s >= outside).count();
        assert!(reach <= if name == "iforest" { 5 } else { 0 }, "{}: {reach}", name);
    }
}

#[test]
fn constant_columns_and_duplicates_are_no_trouble() {
    let varied = cloud(40, 2, 1);
    let with_constant: Vec<f64> = (0..40).flat_map(|i| [varied.row(i)[0], 7.0, varied.row(i)[1]]).collect();
    let train = table(3, with_constant);
    let order: Vec<usize> = (0..160).map(|i| i % 40).collect();
    let duplicated = train.select_rows(&order);
    let rows = table(3, vec![0.5, 7.0, 0.5, 0.5, 9.0, 0.5]);
    let same = table(3, vec![1.0; 30]);
    for (name, baseline) in baselines() {
        scores(baseline.as_ref(), &train, &rows);
        scores(baseline.as_ref(), &duplicated, &rows);
        // nothing but copies of one row: another row may not be less anomalous than that one
        let of_same = scores(baseline.as_ref(), &same, &table(3, vec![1.0, 1.0, 1.0, 1.0, 2.0, 1.0]));
        assert!(of_same[0] <= of_same[1], "{}: {of_same:?}", name);
    }
    let distances = scores(&NearestNeighbours { k: 4 }, &duplicated, &duplicated);
    assert!(distances.iter().all(|&d| d == 0.0), "four copies lie at distance zero");
}

#[test]
fn fewer_rows_than_neighbours_are_enough_and_too_few_are_an_error() {
    let rows = cloud(3, 4, 9);
    for (name, baseline) in baselines() {
        scores(baseline.as_ref(), &cloud(2, 4, 1), &rows);
        let least = if name == "lof" { 2 } else { 1 };
        scores(baseline.as_ref(), &cloud(least, 4, 1), &rows);
        let too_few = cloud(least, 4, 1).select_rows(&(0..least - 1).collect::<Vec<_>>());
        let error = fit(baseline.as_ref(), &too_few, 0).err().unwrap_or_else(|| panic!("{}", name));
        assert_eq!(error.exit_code(), 3);
        assert!(error.to_string().contains(&format!("at least {least}")), "{error}");
    }
}

#[test]
fn a_missing_column_is_named() {
    for (name, baseline) in baselines() {
        let error = fit(baseline.as_ref(), &cloud(30, 4, 1), 0).unwrap().score(&cloud(2, 3, 1)).unwrap_err();
        assert!(error.to_string().contains("column \"f3\"") && error.exit_code() == 3, "{}: {error}", name);
    }
}

#[test]
fn nearest_neighbour_distance_is_the_kth_smallest() {
    // distances from the origin are 1, 2, 3 along an axis
    let train = table(2, vec![3.0, 0.0, 1.0, 0.0, 0.0, 2.0]);
    let origin = table(2, vec![0.0, 0.0]);
    for (k, want) in [(1, 1.0), (2, 2.0), (3, 3.0), (9, 3.0)] {
        assert_eq!(scores(&NearestNeighbours { k }, &train, &origin), [want]);
    }
}

#[test]
fn distances_far_from_the_origin_keep_their_digits() {
    // The expanded square would lose all digits here without the shift.
    let train = table(1, vec![1e9, 1e9 + 1.0, 1e9 + 3.0]);
    let rows = table(1, vec![1e9 + 1.25]);
    assert_eq!(scores(&NearestNeighbours { k: 1 }, &train, &rows), [0.25]);
    assert_eq!(scores(&NearestNeighbours { k: 2 }, &train, &rows), [1.25]);
}

#[test]
fn mahalanobis_of_uncorrelated_equal_columns_is_euclidean() {
    // equal variances and no correlation: the shrunk covariance is I/2
    let train = table(2, vec![1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0]);
    let got = scores(&Mahalanobis, &train, &table(2, vec![3.0, 0.0, 0.0, 3.0, 0.0, 0.0]));
    for (got, want) in got.into_iter().zip([18.0, 18.0, 0.0]) {
        assert!((got - want).abs() < 1e-12, "{got} instead of {want}");
    }
}

#[test]
fn about_nu_of_the_training_rows_lie_outside_the_boundary() {
    let train = cloud(400, 3, 4);
    for nu in [0.1, 0.5, 0.9] {
        let outside = scores(&OneClassSvm { nu }, &train, &train).iter().filter(|&&s| s > 1e-3).count();
        let share = outside as f64 / 400.0;
        assert!((share - nu).abs() < 0.05, "{share} outside with ν = {nu}");
    }
    for nu in [0.0, -1.0, 1.5, f64::NAN] {
        assert_eq!(fit(&OneClassSvm { nu }, &train, 0).err().unwrap().exit_code(), 2);
    }
}
