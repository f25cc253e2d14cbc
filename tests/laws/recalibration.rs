//! Laws of recalibration: p-values hold after a shift, scores stay to the bit, the file remembers.

use nafal::data::container::{Container, Tensor};
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Model, Preset, Table};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// `n` rows of three columns that depend on each other, all means moved by `shift` standard deviations.
fn rows(rng: &mut ChaCha8Rng, n: usize, shift: f64) -> Table {
    let row = |rng: &mut ChaCha8Rng| {
        let (a, b): (f64, f64) = (normal(rng), normal(rng));
        [a + shift, 0.8 * a + 0.6 * b + shift, 0.5 * normal::<f64>(rng) + 0.5 * shift]
    };
    let names = ["a", "b", "c"].map(String::from).to_vec();
    Table::new(names, (0..n).flat_map(|_| row(rng)).collect()).unwrap()
}

fn model(rng: &mut ChaCha8Rng) -> Model {
    Detector::builder().preset(Preset::Fast).steps(20).fit(&rows(rng, 200, 0.0)).unwrap()
}

#[test]
fn p_values_hold_after_a_shift_of_all_means() {
    let mut rng = stream(1, Key::Simulation(63, 0));
    let model = model(&mut rng);
    // All rows are called anomalous before.
    let before = model.p_values(&rows(&mut rng, 500, 3.0)).unwrap();
    assert!(before.iter().filter(|&&p| p <= 0.05).count() >= 400);
    let (repeats, given, fresh) = (80, 199, 200);
    for level in [0.05, 0.1] {
        let share = |_| {
            let again = model.recalibrated(&rows(&mut rng, given, 3.0)).unwrap();
            let p_values = again.p_values(&rows(&mut rng, fresh, 3.0)).unwrap();
            p_values.into_iter().filter(|&p| p <= level).count() as f64 / fresh as f64
        };
        let shares: Vec<f64> = (0..repeats).map(share).collect();
        let mean = shares.iter().sum::<f64>() / f64::from(repeats);
        let variance = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / f64::from(repeats - 1);
        let error = (variance / f64::from(repeats)).sqrt();
        println!("level {level}: {mean:.4} ± {error:.4}");
        // α(n + 1) is a whole number: the level is exact, neither more nor less.
        assert!((mean - level).abs() <= 3.0 * error, "{mean} ± {error} at {level}");
        assert!(error < 0.1 * level, "{error}");
    }
}

#[test]
fn scores_stay_and_the_file_remembers() {
    let mut rng = stream(2, Key::Simulation(63, 0));
    let model = model(&mut rng);
    let (given, test) = (rows(&mut rng, 350, 1.0), rows(&mut rng, 50, 1.0));
    assert!(!model.is_recalibrated() && model.calibration_rows() == 200);
    let again = model.recalibrated(&given).unwrap();
    assert_eq!(again.score(&test).unwrap(), model.score(&test).unwrap());
    assert_ne!(again.p_values(&test).unwrap(), model.p_values(&test).unwrap());
    assert_eq!((again.calibration_rows(), again.smallest_p_value()), (350, 1.0 / 351.0));
    // What was trained is as it was; of training scores there are none.
    assert_eq!((again.training_rows(), again.configuration()), (200, model.configuration()));
    assert!(again.training_scores().is_empty() && again.scored_training_cases().is_none());
    // By the definition.
    let scores = again.score(&given).unwrap();
    for (score, p) in again.score(&test).unwrap().into_iter().zip(again.p_values(&test).unwrap()) {
        let at_least = scores.iter().filter(|&&s| s >= score).count();
        assert_eq!(p, (1 + at_least) as f64 / 351.0);
    }
    let loaded = Model::from_bytes(&again.to_bytes().unwrap(), "m").unwrap();
    assert!(loaded.is_recalibrated() && loaded.calibration_rows() == 350 && loaded.training_scores().is_empty());
    assert_eq!(loaded.p_values(&test).unwrap(), again.p_values(&test).unwrap());
    assert_eq!(loaded.to_bytes().unwrap(), again.to_bytes().unwrap());
    // Again, with fewer rows than were trained on, and with one.
    for n in [30, 1] {
        let less = loaded.recalibrated(&rows(&mut rng, n, 1.0)).unwrap();
        let less = Model::from_bytes(&less.to_bytes().unwrap(), "m").unwrap();
        assert_eq!(less.calibration_rows(), n);
    }
    // Only normal rows count, where there are labels.
    let labels = (0..350).map(|i| if i % 5 == 0 { "1" } else { "0" }.to_owned()).collect();
    let labelled = given.clone().with_labels("class", labels).unwrap();
    assert_eq!(model.recalibrated(&labelled).unwrap().calibration_rows(), 280);
    let none = given.with_labels("class", vec!["1".into(); 350]).unwrap();
    let error = model.recalibrated(&none).unwrap_err();
    assert!(error.exit_code() == 3 && error.to_string().contains("no normal rows"), "{error}");
    for scores in [vec![], vec![f64::NAN], vec![1.0, f64::INFINITY]] {
        assert_eq!(model.ranking_among(scores).unwrap_err().exit_code(), 2);
    }
}

#[test]
fn a_count_that_the_scores_do_not_bear_out_is_refused() {
    let mut rng = stream(3, Key::Simulation(63, 0));
    let again = model(&mut rng).recalibrated(&rows(&mut rng, 40, 0.0)).unwrap();
    let read = |change: &dyn Fn(&mut Container)| {
        let mut file = Container::from_bytes(&again.to_bytes().unwrap(), "m").unwrap();
        change(&mut file);
        Model::from_bytes(&file.to_bytes().unwrap(), "m")
    };
    assert!(read(&|_| {}).is_ok());
    let claims: [Value; 8] = [
        json!({"rows": 39}),
        json!({"rows": 0}),
        json!({"rows": 1u64 << 60}),
        json!({"rows": -1}),
        json!({"rows": "many"}),
        json!({}),
        json!(40),
        // The scores are not those of the 200 training rows.
        json!(null),
    ];
    for claim in claims {
        let error = read(&|file| file.set("recalibrated", claim.clone())).map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 4, "{claim}: {error}");
    }
    let error = read(&|file| file.insert("conformal.scores", Tensor::f64(&[0], vec![]))).map(drop).unwrap_err();
    assert_eq!(error.exit_code(), 4);
}
