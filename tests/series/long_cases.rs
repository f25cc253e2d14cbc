//! Cases longer than the model: nothing between the steps is skipped, and what is usual stays usual.

use nafal::data::container::Container;
use nafal::data::{Series, SeriesSet};
use nafal::encode::Encoder as _;
use nafal::encode::series::{EncoderOptions, SeriesEncoder};
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Model};

use super::encoder::waves;
use crate::bits::bits;

/// Noisy waves over one span of time, at `steps` steps.
fn sampled(n: usize, steps: usize, seed: u64) -> Vec<Vec<Vec<f64>>> {
    let case = |i: usize| {
        let mut rng = stream(seed, Key::Simulation(i as u64, 1));
        let phase: f64 = normal(&mut rng);
        let channel = |c: usize, rng: &mut _| -> Vec<f64> {
            let wave = |t: usize| (9.0 * (c + 1) as f64 * t as f64 / steps as f64 + phase).sin();
            (0..steps).map(|t| wave(t) + 0.1 * normal::<f64>(rng)).collect()
        };
        (0..2).map(|c| channel(c, &mut rng)).collect()
    };
    (0..n).map(case).collect()
}

fn set(cases: &[Vec<Vec<f64>>]) -> SeriesSet {
    SeriesSet::new(cases.iter().map(|c| Series::new(c).unwrap()).collect()).unwrap()
}

/// A quick model of 40 cases of `steps` steps.
fn model(steps: usize, seed: u64) -> Model {
    Detector::builder().seed(seed).views(4).steps(60).fit(&set(&sampled(40, steps, seed))).unwrap()
}

#[test]
fn a_spike_is_noticed_at_every_place_of_a_case_of_any_length() {
    let (length, model) = (30, model(30, 3));
    assert_eq!(model.inputs(), "2 channels of 30 steps");
    for steps in [31, 37, 45, 60, 100, 300] {
        let plain = sampled(1, steps, 77).remove(0);
        let places: Vec<usize> = (0..steps).collect();
        for size in [1e6, -100.0, 15.0] {
            let spiked = |&at: &usize| {
                let mut case = plain.clone();
                case[at % 2][at] = size;
                case
            };
            let cases: Vec<_> = places.iter().map(spiked).collect();
            let p = model.p_values(&set(&cases)).unwrap();
            let worst = p.iter().copied().fold(0.0, f64::max);
            assert!(worst <= 0.05, "{size} in {steps} steps of {length}: p = {worst}");
        }
    }
}

#[test]
fn longer_and_longest_normal_cases_are_not_small_p_values() {
    // Held-out cases of the model's length, of more steps, and of training cases of 3,000 steps.
    for (trained, tested) in [(30, 30), (30, 45), (30, 100), (30, 300), (3000, 3000), (3000, 4500)] {
        let p = model(trained, 5).p_values(&set(&sampled(120, tested, 99))).unwrap();
        let small = p.iter().filter(|&&p| p <= 0.05).count();
        assert!(small <= 18, "{small} of 120 normal cases of {tested} steps, trained on {trained}");
    }
}

#[test]
fn a_long_case_without_extremes_has_the_features_of_its_picked_points() {
    let options = EncoderOptions { views: 3, ..Default::default() };
    let (encoder, _) = SeriesEncoder::fit(&set(&sampled(40, 30, 1)), &options, 0).unwrap();
    let long = sampled(10, 59, 2);
    // Of 59 points every other one falls on a step.
    let picked: Vec<Vec<Vec<f64>>> =
        long.iter().map(|case| case.iter().map(|c| c.iter().copied().step_by(2).collect()).collect()).collect();
    let features = |cases: &[Vec<Vec<f64>>]| encoder.encode(&set(cases)).unwrap();
    assert_eq!(features(&long), features(&picked));
    let mut spiked = long.clone();
    spiked[0][1][13] = 20.0;
    assert_ne!(features(&spiked).block(0).row(0), features(&picked).block(0).row(0));
    assert_eq!(features(&spiked).block(0).row(1), features(&picked).block(0).row(1));
}

#[test]
fn long_training_cases_are_resampled_as_they_are_and_a_spike_between_their_steps_is_seen() {
    // Training cases of 60 steps under a length of 30: no value of theirs counts as an extreme.
    let options = EncoderOptions { views: 2, length: Some(30), ..Default::default() };
    let train = sampled(20, 59, 1);
    let (encoder, features) = SeriesEncoder::fit(&set(&train), &options, 0).unwrap();
    let every_other: Vec<Vec<Vec<f64>>> =
        train.iter().map(|case| case.iter().map(|c| c.iter().copied().step_by(2).collect()).collect()).collect();
    assert_eq!(encoder.encode(&set(&every_other)).unwrap(), features);
    let mut spiked = train[..1].to_vec();
    spiked[0][0][31] = 50.0;
    assert_ne!(encoder.encode(&set(&spiked)).unwrap().block(0).row(0), features.block(0).row(0));
}

#[test]
fn a_model_file_without_limits_picks_points_and_one_with_limits_keeps_them() {
    let options = EncoderOptions { views: 2, ..Default::default() };
    let (encoder, _) = SeriesEncoder::fit(&waves(20, 2, 1), &options, 0).unwrap();
    let mut file = Container::new();
    encoder.write(&mut file);
    let limits = file.tensor_f64("encoder.limits", &[2]).unwrap().to_vec();
    assert!(limits.iter().all(|&limit| limit > 0.1 && limit < 5.0), "{limits:?}");
    let mut case = sampled(1, 59, 4);
    let plain = set(&case);
    case[0][0][21] = 1e6;
    let spiked = set(&case);
    let of = |encoder: &SeriesEncoder, set: &SeriesSet| {
        let features = encoder.encode(set).unwrap();
        features.blocks().iter().flat_map(|b| bits(b.row(0))).collect::<Vec<_>>()
    };
    let read = |file: &Container| SeriesEncoder::read(&Container::from_bytes(&file.to_bytes().unwrap(), "m").unwrap());
    let again = read(&file).unwrap();
    assert_eq!(of(&again, &spiked), of(&encoder, &spiked));
    assert_ne!(of(&again, &spiked), of(&again, &plain));

    let without = |file: &Container| {
        let mut older = Container::new();
        let header: serde_json::Value = serde_json::from_str(&file.header_json()).unwrap();
        for key in ["kind", "labelled", "series_encoder"] {
            older.set(key, header[key].clone());
        }
        for name in file.names().filter(|&name| name != "encoder.limits") {
            older.insert(name, file.tensor(name).unwrap().clone());
        }
        older
    };
    let older = read(&without(&file)).unwrap();
    assert_eq!(of(&older, &spiked), of(&older, &plain));
    assert_eq!(of(&older, &plain), of(&encoder, &plain));
    let mut rewritten = Container::new();
    older.write(&mut rewritten);
    assert!(!rewritten.names().any(|name| name == "encoder.limits"));

    let mut hostile = without(&file);
    hostile.insert("encoder.limits", nafal::data::container::Tensor::f64(&[2], vec![1.0, -1.0]));
    assert_eq!(read(&hostile).unwrap_err().exit_code(), 4);
    let mut hostile = without(&file);
    hostile.insert("encoder.limits", nafal::data::container::Tensor::f64(&[3], vec![1.0; 3]));
    assert_eq!(read(&hostile).unwrap_err().exit_code(), 4);
}
