//! Planted faults of series: the channel is named, and the stretch of time.

use nafal::detect::explain;
use nafal::random::{Key, normal, stream, uniform};
use nafal::{Detector, Preset, Series, SeriesSet};

use super::{assert_sound, rank};

const STEPS: usize = 64;

/// Waves of three channels with a phase of their own.
fn waves(part: u64, n: usize) -> Vec<Vec<Vec<f64>>> {
    let mut rng = stream(7, Key::Simulation(67, part));
    let case = |_| {
        let phase = 0.6 * uniform(&mut rng);
        let mut channel = |rate: f64| {
            (0..STEPS).map(|t| (rate * t as f64 + phase).sin() + 0.05 * normal::<f64>(&mut rng)).collect::<Vec<f64>>()
        };
        vec![channel(0.3), channel(0.45), channel(0.2)]
    };
    (0..n).map(case).collect()
}

fn set(cases: &[Vec<Vec<f64>>]) -> SeriesSet {
    SeriesSet::new(cases.iter().map(|case| Series::new(case).unwrap()).collect()).unwrap()
}

#[test]
fn the_channel_and_the_stretch_of_a_fault_are_named() {
    let train = set(&waves(0, 60));
    let model = Detector::builder().preset(Preset::Fast).steps(40).fit(&train).unwrap();
    assert_eq!(model.reference_rows(), 60);
    let mut cases = waves(1, 12);
    let planted: Vec<(usize, usize)> = (0..12).map(|i| (i % 3, 8 + 4 * (i % 9))).collect();
    for (i, (case, &(channel, start))) in cases.iter_mut().zip(&planted).enumerate() {
        for t in start..start + 12 {
            let v = &mut case[channel][t];
            *v = if i % 2 == 0 { *v + 2.5 } else { 2.0 * (2.1 * t as f64).sin() };
        }
    }
    let cases = set(&cases);
    let why = model.explain(&cases).unwrap();
    let (mut channels, mut stretches) = (0, 0);
    for (why, &(channel, start)) in why.iter().zip(&planted) {
        assert_sound(why, "a wave");
        assert_eq!(why.causes.len(), 3);
        channels += usize::from(rank(why, channel) == 0);
        let steps = why.causes[0].stretch.clone().unwrap();
        let common = steps.end.min(start + 12).saturating_sub(steps.start.max(start));
        stretches += usize::from(rank(why, channel) == 0 && 2 * common >= 12 && steps.len() <= STEPS / 2);
    }
    assert!(channels >= 11 && stretches >= 9, "{channels} channels and {stretches} stretches of 12: {why:?}");
    let again = nafal::Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(again.explain(&cases).unwrap(), why);
    assert_eq!(explain(&model, &train, &cases).unwrap().len(), 12);
}
