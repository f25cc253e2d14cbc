//! Laws of windows of a log: p-values hold for new windows of the same process, faults of every kind stand out, and the model file
//! is the model.

use nafal::data::Series;
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Model, SeriesSet};
use rand_chacha::ChaCha8Rng;

const LENGTH: usize = 64;

/// `n` readings of two channels: a rhythm of 30 with noise, and a slow walk that goes along with it.
fn log(rng: &mut ChaCha8Rng, n: usize) -> [Vec<f64>; 2] {
    let (mut walk, mut channels) = (0.0, [Vec::new(), Vec::new()]);
    for t in 0..n {
        walk = 0.9 * walk + 0.2 * normal::<f64>(rng);
        let wave = (t as f64 * std::f64::consts::TAU / 30.0).sin();
        channels[0].push(wave + 0.1 * normal::<f64>(rng));
        channels[1].push(100.0 + 5.0 * walk + wave + 0.3 * normal::<f64>(rng));
    }
    channels
}

/// Windows at the distance `stride`.
fn windows(channels: &[Vec<f64>; 2], stride: usize) -> SeriesSet {
    let starts = (0..=channels[0].len() - LENGTH).step_by(stride);
    let window = |start: usize| Series::new(&channels.each_ref().map(|c| &c[start..start + LENGTH])).unwrap();
    SeriesSet::new(starts.map(window).collect()).unwrap()
}

fn model(rng: &mut ChaCha8Rng, readings: usize) -> Model {
    let builder = Detector::builder().windows(true).members(["mixture:gaussian", "tails:standard"]);
    builder.fit(&windows(&log(rng, readings), LENGTH + 3)).unwrap()
}

#[test]
fn p_values_of_windows_hold() {
    let mut rng = stream(7, Key::Simulation(64, 0));
    let (repeats, levels) = (40, [0.05, 0.1, 0.2]);
    let mut shares = vec![Vec::new(); levels.len()];
    for _ in 0..repeats {
        let model = model(&mut rng, 6_000);
        let p_values = model.p_values(&windows(&log(&mut rng, 6_000), LENGTH)).unwrap();
        for (shares, level) in shares.iter_mut().zip(levels) {
            shares.push(p_values.iter().filter(|p| **p <= level).count() as f64 / p_values.len() as f64);
        }
    }
    for (shares, level) in shares.iter().zip(levels) {
        let mean = shares.iter().sum::<f64>() / f64::from(repeats);
        let variance = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / f64::from(repeats - 1);
        let error = (variance / f64::from(repeats)).sqrt();
        println!("level {level}: {mean:.4} ± {error:.4}");
        assert!(mean <= level + 3.0 * error && mean > 0.5 * level, "{mean} ± {error} at {level}");
    }
}

#[test]
fn spikes_drifts_standstills_other_rhythms_and_broken_dependences_stand_out() {
    let mut rng = stream(8, Key::Simulation(64, 0));
    let model = model(&mut rng, 12_000);
    let least = model.smallest_p_value();
    let usual = log(&mut rng, 20 * LENGTH);
    let mut faults: Vec<(&str, [Vec<f64>; 2])> = Vec::new();
    let spoilt = |change: &dyn Fn(&mut [Vec<f64>; 2])| {
        let mut channels = usual.clone();
        change(&mut channels);
        channels
    };
    faults.push(("spike", spoilt(&|c| (0..20).for_each(|w| c[0][w * LENGTH + 30] += 1.5))));
    faults.push(("drift", spoilt(&|c| c[1].iter_mut().enumerate().for_each(|(t, x)| *x += 0.3 * t as f64))));
    faults.push(("standstill", spoilt(&|c| c[1].chunks_mut(LENGTH).for_each(|w| w[20..50].fill(100.0)))));
    let other = |t: usize| (t as f64 * std::f64::consts::TAU / 21.0).sin();
    faults.push(("rhythm", spoilt(&|c| c[0].iter_mut().enumerate().for_each(|(t, x)| *x = other(t)))));
    for (name, channels) in faults {
        let p_values = model.p_values(&windows(&channels, LENGTH)).unwrap();
        let found = p_values.iter().filter(|p| **p <= 2.0 * least).count();
        assert!(found >= 17, "{name}: {found} of {}", p_values.len());
    }
}

#[test]
fn a_model_of_windows_is_its_file_and_knows_their_length() {
    let mut rng = stream(9, Key::Simulation(64, 0));
    let model = model(&mut rng, 3_000);
    let new = windows(&log(&mut rng, 1_000), 20);
    let again = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(again.score(&new).unwrap(), model.score(&new).unwrap());
    let one = nafal::data::Dataset::select(&new, &[7]).unwrap();
    assert_eq!(again.score(&*one).unwrap()[0], model.score(&new).unwrap()[7], "a case by itself has the same bits");
    let short = SeriesSet::new(vec![Series::new(&[[0.0; 30], [0.0; 30]]).unwrap()]).unwrap();
    assert!(model.score(&short).unwrap_err().to_string().contains("30"));
    let few = SeriesSet::new(vec![Series::new(&[[0.0; LENGTH]]).unwrap()]).unwrap();
    assert!(model.score(&few).unwrap_err().to_string().contains("channels"));
    // What is not finite as a figure would be a panic.
    let huge =
        Series::new(&[vec![f64::MAX; LENGTH], (0..LENGTH).map(|t| if t % 2 == 0 { 1e300 } else { -1e300 }).collect()]);
    let huge = SeriesSet::new(vec![huge.unwrap()]).unwrap();
    assert!(model.score(&huge).unwrap()[0].is_finite());
}
