//! χ² quantiles and the Mahalanobis distance: goldens, laws, errors.

use nafal::Error;
use nafal::stats::chi_square::{ChiSquareError, ln_survival, quantile_upper, survival};
use nafal::stats::mahalanobis::{Mahalanobis, MahalanobisError};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, StandardNormal};
use serde_json::Value;

fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn number(case: &Value, key: &str) -> f64 {
    case[key].as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn statistics(kind: &str) -> Vec<Value> {
    let all = golden(include_str!("../goldens/statistics.json"));
    let cases: Vec<_> = all["cases"].as_array().unwrap().iter().filter(|c| c["kind"] == kind).cloned().collect();
    assert!(!cases.is_empty());
    cases
}

#[test]
fn quantiles_match_the_reference() {
    for case in statistics("chi2_quantile") {
        let dof = case["dof"].as_u64().unwrap() as usize;
        for (key, alpha) in [("q95", 0.05), ("q99", 0.01)] {
            let (got, want) = (quantile_upper(alpha, dof).unwrap(), number(&case, key));
            assert!((got / want - 1.0).abs() <= 1e-12, "dof {dof} {key}: {got} for {want}");
        }
    }
}

/// Against 60 digits, from α = 0.999999 down to 1e-300.
#[test]
fn quantiles_are_exact_deep_into_the_tail() {
    let cases = golden(include_str!("../goldens/chi_square.json"));
    let mut worst = 0f64;
    for case in cases["quantiles"].as_array().unwrap() {
        let (dof, alpha) = (case["dof"].as_u64().unwrap() as usize, number(case, "alpha"));
        let (got, want) = (quantile_upper(alpha, dof).unwrap(), number(case, "quantile"));
        let error = (got / want - 1.0).abs();
        assert!(error <= 2e-14, "dof {dof} α {alpha}: {got} for {want}");
        worst = worst.max(error);
        let back = survival(want, dof).unwrap();
        if alpha >= 1e-30 {
            assert!((back / alpha - 1.0).abs() <= 1e-12, "dof {dof} α {alpha}: survival {back}");
            let back = survival(got, dof).unwrap();
            assert!((back / alpha - 1.0).abs() <= 1e-12, "dof {dof} α {alpha}: survival at the result {back}");
        }
    }
    println!("largest relative error of a quantile: {worst:.1e}");
}

#[test]
fn tails_match_sixty_digits() {
    let cases = golden(include_str!("../goldens/chi_square.json"));
    for case in cases["tails"].as_array().unwrap() {
        let (dof, x) = (case["dof"].as_u64().unwrap() as usize, number(case, "x"));
        let (got, want) = (ln_survival(x, dof).unwrap(), number(case, "ln_survival"));
        // What is rounded, before it is exponentiated: ln D, and t − a within it.
        let tolerance = want.abs() * (5e-15 + 1e-15 * want.abs().ln().abs() + 1e-16 * (x - dof as f64).abs());
        assert!((got - want).abs() <= tolerance, "dof {dof} x {x}: {got} for {want}");
    }
}

#[test]
fn two_degrees_are_an_exponential_law() {
    for alpha in [0.9, 0.5, 1e-3, 1e-12, 1e-200, f64::MIN_POSITIVE, 5e-324] {
        let (got, want) = (quantile_upper(alpha, 2).unwrap(), -2.0 * alpha.ln());
        assert!((got / want - 1.0).abs() < 1e-14, "{alpha}: {got} for {want}");
    }
}

#[test]
fn ends_of_the_domain() {
    assert_eq!(survival(0.0, 3).unwrap(), 1.0);
    assert_eq!(survival(-1.0, 3).unwrap(), 1.0);
    assert_eq!(survival(f64::INFINITY, 3).unwrap(), 0.0);
    assert!(survival(f64::NAN, 3).unwrap().is_nan());
    for alpha in [0.0, 1.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
        assert!(matches!(quantile_upper(alpha, 3), Err(ChiSquareError::Alpha(_))), "{alpha}");
    }
    for dof in [0, usize::MAX] {
        assert_eq!(quantile_upper(0.5, dof), Err(ChiSquareError::Dof(dof)));
        assert_eq!(ln_survival(1.0, dof), Err(ChiSquareError::Dof(dof)));
    }
    let error = Error::from(ChiSquareError::Alpha(1.5));
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("1.5"), "{error}");
    for dof in [1, 7, 1_000_000_000] {
        for alpha in [5e-324, 1e-10, 0.5, 1.0 - f64::EPSILON / 2.0] {
            let q = quantile_upper(alpha, dof).unwrap();
            assert!(q.is_finite() && q > 0.0, "dof {dof} α {alpha}: {q}");
        }
    }
}

#[test]
fn distances_match_the_reference() {
    for case in statistics("mahalanobis_squared") {
        let rows: Vec<Vec<f64>> = case["x"].as_array().unwrap().iter().map(numbers).collect();
        let queries: Vec<Vec<f64>> = case["query"].as_array().unwrap().iter().map(numbers).collect();
        let want = numbers(&case["squared"]);
        let fitted = Mahalanobis::fit(&rows.concat(), rows[0].len(), 0.0).unwrap();
        let scale = want.iter().fold(1f64, |m, v| m.max(v.abs()));
        assert_eq!(want.len(), queries.len());
        for (query, want) in queries.iter().zip(want) {
            let got = fitted.squared(query);
            assert!((got - want).abs() <= 1e-10 * scale, "{got} for {want}");
        }
        assert!((fitted.log_det() - number(&case, "log_det_cov")).abs() <= 1e-10);
    }
}

/// `n` rows of a normal law with random, correlated columns.
fn normal_rows(seed: u64, n: usize, d: usize) -> Vec<f64> {
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    let mix = DMatrix::<f64>::from_fn(d, d, |i, j| {
        let z: f64 = StandardNormal.sample(&mut rng);
        if i == j { 2.0 + z.abs() } else { 0.5 * z }
    });
    (0..n)
        .flat_map(|_| {
            let z = DVector::from_fn(d, |_, _| StandardNormal.sample(&mut rng));
            let x = &mix * z;
            x.iter().enumerate().map(|(j, v)| v + 10.0 * j as f64).collect::<Vec<_>>()
        })
        .collect()
}

/// The gate of Algorithm 1 keeps the share it promises, and all of M² follows χ² (Kolmogorov–Smirnov at 1 %).
#[test]
fn distances_of_normal_rows_follow_chi_square() {
    for (seed, d) in [(1, 1), (2, 3), (3, 8), (4, 21)] {
        let n = 8_000;
        let fitted = Mahalanobis::fit(&normal_rows(seed, n, d), d, 0.0).unwrap();
        let fresh = normal_rows(seed, 2 * n, d).split_off(n * d);
        let mut squares: Vec<f64> = fresh.chunks_exact(d).map(|x| fitted.squared(x)).collect();
        for alpha in [0.5, 0.05, 0.01] {
            let gate = quantile_upper(alpha, d).unwrap();
            let outside = squares.iter().filter(|&&m| m >= gate).count() as f64 / n as f64;
            let spread = (alpha * (1.0 - alpha) / n as f64).sqrt();
            assert!((outside - alpha).abs() < 4.0 * spread, "d {d}: {outside} beyond the gate of {alpha}");
        }
        squares.sort_by(f64::total_cmp);
        let distance = squares.iter().enumerate().fold(0f64, |worst, (i, &m)| {
            let below = 1.0 - survival(m, d).unwrap();
            worst.max((below - i as f64 / n as f64).abs()).max((below - (i + 1) as f64 / n as f64).abs())
        });
        assert!(distance < 1.63 / (n as f64).sqrt(), "d {d}: {distance}");
    }
}

#[test]
fn closed_forms() {
    // Variances 5/3 and 20/3, no correlation.
    let rows = [1.0, 2.0, 2.0, -2.0, 3.0, -2.0, 4.0, 2.0].map(|v: f64| v);
    let fitted = Mahalanobis::fit(&rows, 2, 0.0).unwrap();
    assert_eq!(fitted.mean(), [2.5, 0.0]);
    let (vx, vy) = (5.0 / 3.0, 16.0 / 3.0);
    assert!((fitted.log_det() - f64::ln(vx * vy)).abs() < 1e-14);
    assert!((fitted.squared(&[3.5, 2.0]) - (1.0 / vx + 4.0 / vy)).abs() < 1e-14);
    assert_eq!(fitted.squared(fitted.mean()), 0.0);
    let ridged = Mahalanobis::fit(&rows, 2, 0.5).unwrap();
    assert!((ridged.log_det() - f64::ln((vx + 0.5) * (vy + 0.5))).abs() < 1e-14);
    // Summed over the sample itself, M² is (n − 1)·d.
    let rows = normal_rows(5, 40, 6);
    let fitted = Mahalanobis::fit(&rows, 6, 0.0).unwrap();
    let sum: f64 = rows.chunks_exact(6).map(|x| fitted.squared(x)).sum();
    assert!((sum - 39.0 * 6.0).abs() < 1e-9, "{sum}");
    // A common offset of 1e8 costs digits of the data, not of the method.
    let far: Vec<f64> = rows.iter().map(|v| v + 1e8).collect();
    let moved = Mahalanobis::fit(&far, 6, 0.0).unwrap();
    for (near, far) in rows.chunks_exact(6).zip(far.chunks_exact(6)) {
        let (a, b) = (fitted.squared(near), moved.squared(far));
        assert!((a - b).abs() < 1e-5 * (1.0 + a), "{a} {b}");
    }
}

#[test]
fn singular_covariances_name_the_column() {
    let rows = normal_rows(6, 50, 3);
    let with = |column: &dyn Fn(&[f64]) -> f64| -> Vec<f64> {
        rows.chunks_exact(3).flat_map(|r| [r[0], r[1], column(r), r[2]]).collect()
    };
    for (what, rows) in [
        ("constant", with(&|_| 3.25)),
        ("duplicate", with(&|r| r[0])),
        ("mixture", with(&|r| 0.1 * r[0] - 7.0 * r[1] + 2.0)),
    ] {
        match Mahalanobis::fit(&rows, 4, 0.0) {
            Err(MahalanobisError::NearSingular { pivot: 2, variance, remaining }) => {
                assert!(remaining <= 1e-12 * variance.max(1e-12), "{what}: {remaining} of {variance}");
            }
            other => panic!("{what}: {other:?}"),
        }
        assert!(Mahalanobis::fit(&rows, 4, 1e-6).is_ok(), "a ridge mends a {what} column");
    }
    // Two rows span one direction: the second column has nothing of its own.
    let two = Mahalanobis::fit(&[0.0, 1.0, 2.0, 2.0, 0.5, 7.0], 3, 0.0);
    assert!(matches!(two, Err(MahalanobisError::NearSingular { pivot: 1, .. })), "{two:?}");
    let error = Error::from(two.unwrap_err());
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("column 1 (from 0)"), "{error}");
}

#[test]
fn senseless_input_is_refused() {
    let fit = Mahalanobis::fit;
    assert_eq!(fit(&[], 2, 0.0), Err(MahalanobisError::Shape { values: 0, columns: 2 }));
    assert_eq!(fit(&[1.0, 2.0], 2, 0.0), Err(MahalanobisError::Shape { values: 2, columns: 2 }));
    assert_eq!(fit(&[1.0, 2.0, 3.0], 2, 0.0), Err(MahalanobisError::Shape { values: 3, columns: 2 }));
    assert_eq!(fit(&[1.0, 2.0], 0, 0.0), Err(MahalanobisError::Shape { values: 2, columns: 0 }));
    assert_eq!(fit(&[1.0, 2.0], 1, -1.0), Err(MahalanobisError::Ridge(-1.0)));
    assert!(matches!(fit(&[1.0, 2.0], 1, f64::NAN), Err(MahalanobisError::Ridge(_))));
    for bad in [f64::NAN, f64::INFINITY, 1e200] {
        assert_eq!(fit(&[1.0, 2.0, 2.0, bad, 3.0, 5.0], 2, 0.0), Err(MahalanobisError::NotFinite(1)));
    }
}

proptest! {
    /// `M²` of `Ax + b` fitted on `Ax + b` is `M²` of `x` fitted on `x`; `ln det` moves by `2 ln |det A|`.
    #[test]
    fn distance_is_affine_invariant(seed in any::<u64>(), d in 1usize..=9, extra in 2usize..40, scale in -3i32..=3) {
        let n = d + extra;
        let rows = normal_rows(seed, n, d);
        let mut rng = ChaCha12Rng::seed_from_u64(!seed);
        let mut draw = |_, _| -> f64 { StandardNormal.sample(&mut rng) };
        let a = DMatrix::from_fn(d, d, &mut draw) * 10f64.powi(scale);
        let b = DVector::from_fn(d, &mut draw) * 10f64.powi(scale);
        let singular = a.singular_values();
        let condition = singular.max() / singular.min();
        prop_assume!(condition < 1e3);
        let mapped: Vec<f64> = rows
            .chunks_exact(d)
            .flat_map(|x| (&a * DVector::from_column_slice(x) + &b).iter().copied().collect::<Vec<_>>())
            .collect();
        let (plain, turned) = (Mahalanobis::fit(&rows, d, 0.0), Mahalanobis::fit(&mapped, d, 0.0));
        let (Ok(plain), Ok(turned)) = (plain, turned) else { return Err(TestCaseError::reject("singular sample")) };
        for (x, y) in rows.chunks_exact(d).zip(mapped.chunks_exact(d)) {
            let (got, want) = (turned.squared(y), plain.squared(x));
            prop_assert!((got - want).abs() <= 1e-12 * condition * condition * (n * n) as f64, "{} for {}", got, want);
        }
        let shift = 2.0 * singular.iter().map(|s| s.ln()).sum::<f64>();
        prop_assert!((turned.log_det() - plain.log_det() - shift).abs() <= 1e-9 * condition);
    }

    /// The triangular solve agrees with the inverse of the covariance, ridge included.
    #[test]
    fn distance_is_the_quadratic_form_of_the_inverse(seed in any::<u64>(), d in 1usize..=7, ridge in 0.0f64..2.0) {
        let n = d + 20;
        let rows = normal_rows(seed, n, d);
        let fitted = Mahalanobis::fit(&rows, d, ridge).unwrap();
        let x = DMatrix::from_row_slice(n, d, &rows);
        let mean = x.row_mean();
        let centred = DMatrix::from_fn(n, d, |i, j| x[(i, j)] - mean[j]);
        let sigma = centred.transpose() * &centred / (n - 1) as f64 + DMatrix::identity(d, d) * ridge;
        let inverse = sigma.clone().try_inverse().unwrap();
        for i in 0..n {
            let r = centred.row(i).transpose();
            let want = (r.transpose() * &inverse * &r)[(0, 0)];
            prop_assert!((fitted.squared(&rows[i * d..(i + 1) * d]) - want).abs() <= 1e-9 * (1.0 + want));
        }
        prop_assert!((fitted.log_det() - sigma.determinant().ln()).abs() <= 1e-9);
    }

    #[test]
    fn quantiles_fall_with_alpha_and_rise_with_dof(u in -60.0f64..-0.01, dof in 1usize..400) {
        let alpha = u.exp();
        let q = quantile_upper(alpha, dof).unwrap();
        prop_assert!(quantile_upper(alpha * 0.99, dof).unwrap() > q);
        prop_assert!(quantile_upper(alpha, dof + 1).unwrap() > q);
        prop_assert!((ln_survival(q, dof).unwrap() - alpha.ln()).abs() <= 1e-13 * (4.0 - u));
    }
}
