//! The encoder: its laws, edge shapes and the model file.

use crate::bits::bits;
use nafal::data::container::Container;
use nafal::data::{Series, SeriesSet};
use nafal::encode::Encoder as _;
use nafal::encode::series::{EncoderOptions, SeriesEncoder};
use nafal::random::{Key, normal, stream};

/// Noisy waves whose frequency depends on the channel, lengths 20 to 30.
pub fn waves(n: usize, channels: usize, seed: u64) -> SeriesSet {
    let case = |i: usize| {
        let mut rng = stream(seed, Key::Simulation(i as u64, 0));
        let phase: f64 = normal(&mut rng);
        let channel = |c: usize, rng: &mut _| -> Vec<f64> {
            (0..20 + i % 11)
                .map(|t| (0.3 * (c + 1) as f64 * t as f64 + phase).sin() + 0.1 * normal::<f64>(rng))
                .collect()
        };
        Series::new(&(0..channels).map(|c| channel(c, &mut rng)).collect::<Vec<_>>()).unwrap()
    };
    SeriesSet::new((0..n).map(case).collect()).unwrap()
}

#[test]
fn training_features_are_white_and_deterministic_for_any_number_of_threads() {
    let (set, options) = (waves(60, 3, 1), EncoderOptions::default());
    let (encoder, features) = SeriesEncoder::fit(&set, &options, 7).unwrap();
    assert_eq!((features.blocks().len(), features.cases(), features.block(0).width()), (9, 60, 30));
    for k in 0..9 {
        for (i, j) in [(0, 0), (5, 5), (15, 15), (0, 1), (3, 14)] {
            let mean = |j: usize| (0..60).map(|r| f64::from(features.block(k).row(r)[j])).sum::<f64>() / 60.0;
            let product = |r: usize| f64::from(features.block(k).row(r)[i]) * f64::from(features.block(k).row(r)[j]);
            let covariance = (0..60).map(product).sum::<f64>() / 60.0 - mean(i) * mean(j);
            let want = if i == j { 1.0 } else { 0.0 };
            assert!(mean(i).abs() < 1e-3 && (covariance - want).abs() < 1e-3, "view {k}: {i} {j} {covariance}");
        }
    }
    let again = encoder.encode(&set).unwrap();
    assert_eq!(again, features);
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one_thread.install(|| SeriesEncoder::fit(&set, &options, 7).unwrap()), (encoder, features.clone()));
    assert_ne!(SeriesEncoder::fit(&set, &options, 8).unwrap().1, features);
}

#[test]
fn a_case_does_not_depend_on_its_neighbours_or_its_place() {
    let (encoder, _) = SeriesEncoder::fit(&waves(40, 2, 1), &EncoderOptions::default(), 0).unwrap();
    let test = waves(23, 2, 2);
    let all = encoder.encode(&test).unwrap();
    let order: Vec<usize> = (0..23).map(|i| (i * 7 + 3) % 23).collect();
    let permuted = encoder.encode(&test.select(&order).unwrap()).unwrap();
    for k in 0..all.blocks().len() {
        for (to, &from) in order.iter().enumerate() {
            let alone = encoder.encode(&test.select(&[from]).unwrap()).unwrap();
            assert_eq!(bits(permuted.block(k).row(to)), bits(all.block(k).row(from)));
            assert_eq!(bits(alone.block(k).row(0)), bits(all.block(k).row(from)));
        }
    }
}

#[test]
fn constant_channels_lengths_and_extremes_stay_finite() {
    let mut cases: Vec<Series> = waves(20, 2, 1).cases().to_vec();
    cases = cases.iter().map(|c| Series::new(&[c.channel(0).to_vec(), vec![5.0; 12]]).unwrap()).collect();
    let train = SeriesSet::new(cases).unwrap();
    let (encoder, features) = SeriesEncoder::fit(&train, &EncoderOptions::default(), 0).unwrap();
    assert_eq!(encoder.length(), 30);
    let odd = [
        [vec![0.3], vec![5.0]],
        [vec![0.3; 1000], vec![-5.0; 3]],
        [vec![f64::MAX, -f64::MAX], vec![5.0]],
        [vec![1e-300; 2], vec![f64::MIN_POSITIVE]],
    ];
    let odd = SeriesSet::new(odd.iter().map(|c| Series::new(c).unwrap()).collect()).unwrap();
    let encoded = encoder.encode(&odd).unwrap();
    for k in 0..features.blocks().len() {
        assert!(features.block(k).values().iter().chain(encoded.block(k).values()).all(|v| v.is_finite()));
        assert!(encoded.block(k).row(2).iter().any(|v| v.abs() > 3.0), "an extreme case looks normal");
    }
    // Nothing to learn from: one case, one value, all cases alike.
    for cases in [vec![Series::new(&[[1.0]]).unwrap()], vec![Series::new(&[[1.0, 2.0, 3.0]]).unwrap(); 9]] {
        let set = SeriesSet::new(cases).unwrap();
        let (encoder, features) = SeriesEncoder::fit(&set, &EncoderOptions::default(), 0).unwrap();
        assert!(features.block(0).values().iter().all(|v| v.abs() < 1e-3));
        assert!(encoder.encode(&set).unwrap().block(8).values().iter().all(|v| v.is_finite()));
    }
}

#[test]
fn resampled_copies_of_a_smooth_series_have_almost_its_features() {
    let line = |n: usize| -> Vec<f64> { (0..n).map(|t| (3.0 * t as f64 / (n - 1) as f64).sin()).collect() };
    let (encoder, _) = SeriesEncoder::fit(&waves(40, 1, 1), &EncoderOptions::default(), 0).unwrap();
    let set = SeriesSet::new(vec![Series::new(&[line(30)]).unwrap(), Series::new(&[line(300)]).unwrap()]).unwrap();
    let features = encoder.encode(&set).unwrap();
    let distance = |k: usize| {
        features.block(k).row(0).iter().zip(features.block(k).row(1)).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max)
    };
    // A share may change by one step of thirty where a response grazes its threshold.
    assert!((0..9).all(|k| distance(k) < 3.0), "{:?}", (0..9).map(distance).collect::<Vec<_>>());
}

#[test]
fn wrong_channels_and_senseless_options_are_refused() {
    let (encoder, _) = SeriesEncoder::fit(&waves(20, 3, 1), &EncoderOptions::default(), 0).unwrap();
    let error = encoder.encode(&waves(2, 2, 1).with_source("b.ts")).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert_eq!(error.to_string(), "b.ts: 2 channels, the model was fitted to series of 3; use another file or model");
    let default = EncoderOptions::default;
    for options in [
        EncoderOptions { views: 0, ..default() },
        EncoderOptions { taps: vec![4], ..default() },
        EncoderOptions { segments: vec![], ..default() },
        EncoderOptions { quantiles: vec![1.5], ..default() },
        EncoderOptions { shift: f64::NAN, ..default() },
        EncoderOptions { length: Some(0), ..default() },
    ] {
        assert_eq!(SeriesEncoder::fit(&waves(9, 1, 1), &options, 0).unwrap_err().exit_code(), 2, "{options:?}");
    }
    let huge = SeriesSet::new(vec![Series::new(&[[f64::MAX, -f64::MAX]]).unwrap()]).unwrap();
    assert_eq!(SeriesEncoder::fit(&huge, &default(), 0).unwrap_err().exit_code(), 3);
}

#[test]
fn a_model_file_gives_the_same_bits_and_hostile_sizes_are_refused() {
    let options = EncoderOptions { views: 3, ..Default::default() };
    let (encoder, _) = SeriesEncoder::fit(&waves(20, 3, 1), &options, 0).unwrap();
    let mut container = Container::new();
    encoder.write(&mut container);
    let back = Container::from_bytes(&container.to_bytes().unwrap(), "a.nafal").unwrap();
    assert_eq!(SeriesEncoder::read(&back).unwrap(), encoder);

    let text = container.header_json();
    let header: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (key, value) in [
        ("channels", 4),
        ("channels", 1_i64 << 40),
        ("length", 0),
        ("length", 2),
        ("length", 1 << 28),
        ("features", 15),
        ("quantiles", 2),
        ("slope", 1),
    ] {
        let mut altered = container.clone();
        let mut fields = header["series_encoder"].clone();
        fields[key] = value.into();
        altered.set("series_encoder", fields);
        let error = SeriesEncoder::read(&altered).expect_err(key);
        assert_eq!(error.exit_code(), 4, "{key}: {error}");
    }
}
