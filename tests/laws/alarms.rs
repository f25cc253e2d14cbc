//! Laws of alarms: the false discovery rate is held and gross anomalies are found, and exactly as many rows as asked for are on top.

use nafal::detect::DriftWatch;
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Model, Preset, Table, Threshold};
use rand_chacha::ChaCha8Rng;

/// Columns of a case.
const COLUMNS: usize = 5;

/// A normal case: columns that follow a common cause.
fn normal_case(rng: &mut ChaCha8Rng) -> Vec<f64> {
    let cause: f64 = normal(rng);
    (0..COLUMNS).map(|j| cause * (1.0 + j as f64) + normal::<f64>(rng)).collect()
}

/// `n` cases of which the first `anomalies` have a column that is moved by nine of its standard deviations.
fn cases(rng: &mut ChaCha8Rng, n: usize, anomalies: usize) -> Table {
    let mut values = Vec::new();
    for i in 0..n {
        let mut case = normal_case(rng);
        if i < anomalies {
            let j = i % COLUMNS;
            case[j] += 9.0 * (1.0 + (1.0 + j as f64).powi(2)).sqrt();
        }
        values.extend(case);
    }
    Table::new((0..COLUMNS).map(|j| format!("c{j}")).collect(), values).unwrap()
}

fn fit(seed: u64, rng: &mut ChaCha8Rng, n: usize) -> Model {
    Detector::builder().preset(Preset::Fast).steps(20).seed(seed).fit(&cases(rng, n, 0)).unwrap()
}

/// Mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

#[test]
fn false_discoveries_are_as_few_as_asked_for_and_gross_anomalies_are_found() {
    let (fits, mixtures, rows, anomalies) = (10, 6, 300, 20);
    let levels = [0.1, 0.3];
    // Of each fit the mean share of false discoveries at each level, with p-values of the fit and after recalibration.
    let mut false_shares: [[Vec<f64>; 2]; 2] = Default::default();
    let mut found = [[0usize; 2]; 2];
    for seed in 0..fits {
        let mut rng = stream(seed, Key::Simulation(60, 0));
        let model = fit(seed, &mut rng, 400);
        let models = [&model, &model.recalibrated(&cases(&mut rng, 400, 0)).unwrap()];
        let mut sums = [[0.0; 2]; 2];
        for _ in 0..mixtures {
            let mixture = cases(&mut rng, rows, anomalies);
            for (which, model) in models.into_iter().enumerate() {
                let (scores, p_values) = model.score_with_p_values(&mixture).unwrap();
                for (l, &level) in levels.iter().enumerate() {
                    let flags = Threshold::Fdr(level).apply(&scores, &p_values);
                    assert_eq!(flags, model.predict(&mixture, Threshold::Fdr(level)).unwrap());
                    let true_ones = flags[..anomalies].iter().filter(|&&flag| flag).count();
                    let all = flags.iter().filter(|&&flag| flag).count();
                    sums[which][l] += (all - true_ones) as f64 / all.max(1) as f64;
                    found[which][l] += true_ones;
                }
            }
        }
        for which in 0..2 {
            (0..2).for_each(|l| false_shares[which][l].push(sums[which][l] / f64::from(mixtures)));
        }
    }
    for (which, name) in ["fitted", "recalibrated"].into_iter().enumerate() {
        for (l, level) in levels.into_iter().enumerate() {
            let (share, error) = mean(&false_shares[which][l]);
            let power = found[which][l] as f64 / (fits as usize * mixtures as usize * anomalies) as f64;
            println!("{name}, Q {level}: false {share:.4} ± {error:.4}, found {power:.3}");
            assert!(share <= level + 3.0 * error, "{name}: {share} ± {error} at {level}");
            assert!(power >= 0.8, "{name}: {power} of the anomalies at {level}");
        }
    }
}

#[test]
fn the_top_rows_are_as_many_as_asked_for() {
    let mut rng = stream(7, Key::Simulation(61, 0));
    let model = fit(0, &mut rng, 60);
    let test = cases(&mut rng, 40, 5);
    let scores = model.score(&test).unwrap();
    for count in [1, 5, 39, 40, 41, usize::MAX] {
        let flags = model.predict(&test, Threshold::Top(count)).unwrap();
        assert_eq!(flags.iter().filter(|&&flag| flag).count(), count.min(40));
        let worst = (0..40).filter(|&i| flags[i]).map(|i| scores[i]).fold(f64::INFINITY, f64::min);
        assert!((0..40).all(|i| flags[i] || scores[i] <= worst));
    }
    // Ties go to the first, whatever is asked for besides.
    assert_eq!(Threshold::Top(2).apply(&[3.0, 1.0, 3.0, 3.0], &[1.0; 4]), [true, false, true, false]);
    assert_eq!(Threshold::Contamination(0.5).apply(&[3.0, 1.0, 3.0, 3.0], &[1.0; 4]), [true, false, true, true]);
    assert_eq!(Threshold::Top(3).apply(&[], &[]), [false; 0]);
    for (threshold, word) in
        [(Threshold::Top(0), "top is 0"), (Threshold::Fdr(1.0), "fdr is 1"), (Threshold::Fdr(-0.1), "fdr")]
    {
        let error = model.predict(&test, threshold).unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains(word), "{error}");
    }
}

#[test]
fn fresh_normal_rows_are_no_drift_and_shifted_ones_are() {
    let (mut alarms, mut found) = (0, 0);
    for seed in 0..6 {
        let mut rng = stream(seed, Key::Simulation(62, 0));
        let model = fit(seed, &mut rng, [20, 60, 300][seed as usize % 3]);
        let watch = |test: &Table| {
            let mut watch = DriftWatch::new(model.calibration_rows());
            model.p_values(test).unwrap().into_iter().for_each(|p| watch.add(p));
            watch.drift().unwrap().is_significant()
        };
        for _ in 0..20 {
            alarms += usize::from(watch(&cases(&mut rng, 400, 20)));
            let moved = cases(&mut rng, 100, 0);
            let names = moved.names().to_vec();
            let values = moved
                .values()
                .iter()
                .enumerate()
                .map(|(i, v)| v + 3.0 * (1.0 + (1.0 + (i % COLUMNS) as f64).powi(2)).sqrt());
            found += usize::from(watch(&Table::new(names, values.collect()).unwrap()));
        }
    }
    println!("{alarms} of 120 false, {found} of 120 found");
    assert!(alarms <= 1 && found >= 118, "{alarms} of 120 false, {found} of 120 found");
}
