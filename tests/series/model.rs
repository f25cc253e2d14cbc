//! The detector of series: laws of its scores and p-values, and its model file.

use crate::bits::bits;
use nafal::data::container::Container;
use nafal::data::{Series, SeriesSet, Table};
use nafal::detect::Experts;
use nafal::evaluate::metrics::auroc;
use nafal::{Detector, Model, Preset, ScoreKind, Threshold};

use super::encoder::waves;

/// A model of 40 noisy waves with few views.
fn model() -> Model {
    Detector::builder().seed(3).preset(Preset::Fast).fit(&waves(40, 2, 1)).unwrap()
}

/// Waves that run backwards in time: another class.
fn reversed(n: usize) -> SeriesSet {
    let turned = |c: &Series| Series::new(&[c.channel(1).to_vec(), c.channel(0).to_vec()]).unwrap();
    SeriesSet::new(waves(n, 2, 5).cases().iter().map(turned).collect()).unwrap()
}

#[test]
fn anomalous_series_score_higher_and_get_small_p_values() {
    let model = model();
    let (normal, other) = (waves(60, 2, 2), reversed(60));
    let both: Vec<f64> = [model.score(&normal).unwrap(), model.score(&other).unwrap()].concat();
    let labels: Vec<bool> = (0..120).map(|i| i >= 60).collect();
    let area = auroc(&labels, &both).unwrap();
    assert!(area > 0.9, "AUROC {area}");
    let flags = model.predict(&other, Threshold::Alpha(0.1)).unwrap();
    assert!(flags.iter().filter(|&&f| f).count() > 30, "{flags:?}");
}

#[test]
fn p_values_of_fresh_normal_series_are_about_uniform() {
    // Few training series: whitening or flows that had seen the calibration rows would make half of these small.
    let p: Vec<f64> = (0..4)
        .flat_map(|seed| {
            let model = Detector::builder().seed(seed).views(10).fit(&waves(24, 2, 10 + seed)).unwrap();
            assert_eq!(model.smallest_p_value(), 1.0 / 25.0);
            model.p_values(&waves(100, 2, 20 + seed)).unwrap()
        })
        .collect();
    for (alpha, most) in [(0.1, 0.2), (0.25, 0.4), (0.5, 0.65)] {
        let share = p.iter().filter(|&&p| p <= alpha).count() as f64 / p.len() as f64;
        assert!(share <= most, "{share} of the p-values are at most {alpha}");
    }
    assert!(p.iter().all(|p| (1.0 / 25.0..=1.0).contains(p)));
}

#[test]
fn a_score_depends_on_its_case_alone() {
    let (model, test) = (model(), waves(70, 2, 3));
    let (scores, p_values) = model.score_with_p_values(&test).unwrap();
    let order: Vec<usize> = (0..70).map(|i| (i * 31 + 7) % 70).collect();
    let permuted = model.score(&test.select(&order).unwrap()).unwrap();
    assert_eq!(bits(&permuted), order.iter().map(|&i| scores[i].to_bits()).collect::<Vec<_>>());
    for i in [0, 5, 69] {
        let alone = model.score_with_p_values(&test.select(&[i]).unwrap()).unwrap();
        assert_eq!((alone.0[0].to_bits(), alone.1[0].to_bits()), (scores[i].to_bits(), p_values[i].to_bits()));
    }
}

#[test]
fn fits_are_the_same_for_any_number_of_threads_and_differ_by_seed() {
    let fit = |seed| Detector::builder().seed(seed).views(4).fit(&waves(20, 2, 1)).unwrap().to_bytes().unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(one.install(|| fit(0)), three.install(|| fit(0)));
    assert_ne!(fit(0), fit(1));
}

#[test]
fn odd_series_get_finite_scores_and_wrong_ones_are_refused() {
    let constant = |c: &Series| Series::new(&[c.channel(0).to_vec(), vec![5.0; 12]]).unwrap();
    let train = SeriesSet::new(waves(20, 2, 1).cases().iter().map(constant).collect()).unwrap();
    let model = Detector::builder().preset(Preset::Fast).fit(&train).unwrap();
    let odd = [
        [vec![0.3], vec![5.0]],
        [vec![0.3; 1000], vec![-5.0; 3]],
        [vec![f64::MAX, -f64::MAX], vec![5.0]],
        [vec![0.0; 30], vec![5.0; 30]],
    ];
    let odd = SeriesSet::new(odd.iter().map(|c| Series::new(c).unwrap()).collect()).unwrap();
    let (scores, p_values) = model.score_with_p_values(&odd).unwrap();
    assert!(scores.iter().chain(&p_values).all(|v| v.is_finite()), "{scores:?} {p_values:?}");
    assert_eq!(model.smallest_p_value(), 1.0 / 21.0);
    assert_eq!(p_values[2], 1.0 / 21.0, "an extreme series looks normal");

    let wrong = model.score(&waves(3, 3, 1).with_source("b.ts")).unwrap_err();
    assert_eq!(
        (wrong.exit_code(), wrong.to_string().as_str()),
        (3, "b.ts: 3 channels, the model was fitted to series of 2; use another file or model")
    );
    let table = Table::new(vec!["a".into()], vec![1.0]).unwrap().with_source("a.csv");
    let wrong = model.score(&table).unwrap_err();
    assert_eq!(wrong.exit_code(), 3);
    let says =
        "a.csv: the model was fitted to whole series, and these are the rows of a table; use another file or model";
    assert_eq!(wrong.to_string(), says);
    assert_eq!(model.sample(3, 0).unwrap_err().exit_code(), 2);
    assert_eq!(Detector::builder().fit(&waves(7, 2, 1)).unwrap_err().exit_code(), 3);
    assert_eq!(Detector::builder().preset(Preset::Paper).fit(&waves(20, 2, 1)).unwrap_err().exit_code(), 2);
}

#[test]
fn labels_choose_the_training_series() {
    let labels = |n: usize| (0..n).map(|i| ["up", "down", "off"][i % 3].to_owned()).collect::<Vec<_>>();
    let set = waves(36, 1, 1).with_labels(labels(36)).unwrap();
    let fit = |normals: &[&str]| Detector::builder().views(2).normals(normals.to_vec()).fit(&set);
    let model = fit(&["up", "off"]).unwrap();
    assert_eq!((model.training_rows(), model.label_column()), (24, Some("class")));
    assert_eq!(model.normal_labels(), ["up", "off"]);
    let message = fit(&["in"]).unwrap_err().to_string();
    assert!(message.contains(r#"no label is "in", the labels are "up", "down", "off""#), "{message}");
}

#[test]
fn every_kind_of_score_and_active_learning_work_on_series() {
    let (train, test) = (waves(24, 2, 1), waves(9, 2, 2));
    let builder = || Detector::builder().experts(Experts::Flows).views(3);
    let plain = builder().fit(&train).unwrap().score(&test).unwrap();
    for kind in [ScoreKind::Calibrated, ScoreKind::Latent] {
        let scores = builder().score(kind).fit(&train).unwrap().score(&test).unwrap();
        assert!(scores.iter().all(|s| s.is_finite()) && scores != plain, "{kind:?}");
    }
    let active = builder().active(true).fit(&train).unwrap().score(&test).unwrap();
    let control = builder().active(true).control(true).fit(&train).unwrap().score(&test).unwrap();
    assert!(active != control && active != plain && control != plain);
}

#[test]
fn models_from_one_fit_are_those_of_separate_fits() {
    let train = waves(24, 2, 1);
    let builder = || Detector::builder().views(2);
    let separate = [builder(), builder().active(true), builder().control(true)];
    let actives = separate.each_ref().map(|b| b.active_learning());
    let together = builder().fit_each(&train, &actives).unwrap();
    assert_eq!(together.len(), 3);
    for (model, alone) in together.iter().zip(separate) {
        assert!(
            model.to_bytes().unwrap() == alone.fit(&train).unwrap().to_bytes().unwrap(),
            "{:?}",
            alone.active_learning()
        );
    }
}

#[test]
fn a_model_file_scores_to_the_same_bits_and_hostile_ones_are_refused() {
    let (model, test) = (model(), waves(20, 2, 4));
    let bytes = model.to_bytes().unwrap();
    let again = Model::from_bytes(&bytes, "m.nafal").unwrap();
    assert_eq!(again.to_bytes().unwrap(), bytes);
    assert_eq!(again.inputs_json(), model.inputs_json());
    let (scores, p_values) = model.score_with_p_values(&test).unwrap();
    let (scores_again, p_values_again) = again.score_with_p_values(&test).unwrap();
    assert_eq!((bits(&scores_again), bits(&p_values_again)), (bits(&scores), bits(&p_values)));

    let file = Container::from_bytes(&bytes, "m.nafal").unwrap();
    let header: serde_json::Value = serde_json::from_str(&file.header_json()).unwrap();
    type Change = fn(&mut serde_json::Value);
    let changes: [Change; 9] = [
        |h| h["kind"] = "table".into(),
        |h| h["kind"] = "image".into(),
        |h| h["labelled"] = 3.into(),
        |h| h["configuration"]["families"][0]["flows"] = 6.into(),
        |h| h["configuration"]["families"][0]["features"] = 15.into(),
        |h| h["configuration"]["families"][0]["maps"] = "axes".into(),
        |h| h["configuration"]["encoder"]["segments"] = serde_json::json!([0]),
        |h| h["series_encoder"]["channels"] = 3.into(),
        |h| h["training"]["rows"] = 41.into(),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let (mut altered, mut fields) = (file.clone(), header.clone());
        change(&mut fields);
        for key in ["kind", "labelled", "configuration", "series_encoder", "training"] {
            altered.set(key, fields[key].clone());
        }
        let error =
            Model::from_bytes(&altered.to_bytes().unwrap(), "m.nafal").map(drop).expect_err(&format!("change {i}"));
        assert_eq!(error.exit_code(), 4, "change {i}: {error}");
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 97) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert_eq!(Model::from_bytes(&flipped, "m.nafal").unwrap_err().exit_code(), 4, "byte {at}");
    }
}
