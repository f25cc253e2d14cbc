//! Models that keep no training row explain by what they know of each column, or say what to do.

use std::path::PathBuf;

use nafal::random::{Key, normal, stream};
use nafal::{Detector, Experts, Model, Preset, Series, SeriesSet, Table};

use super::{assert_sound, rank};

fn rows(n: usize) -> Table {
    let mut rng = stream(6, Key::Simulation(66, 0));
    let row = |_| {
        let x: f64 = normal(&mut rng);
        [x, 100.0 - 3.0 * x + normal::<f64>(&mut rng), normal(&mut rng)]
    };
    Table::new(["x", "y", "z"].map(str::to_owned).to_vec(), (0..n).flat_map(row).collect()).unwrap()
}

#[test]
fn values_come_from_the_columns_own_quantiles() {
    let (train, builder) = (rows(120), Detector::builder().preset(Preset::Fast).steps(60).no_training_rows(true));
    for builder in [builder.clone(), builder.clone().experts(Experts::Flows), builder.members(["mixture:robust"])] {
        let model = builder.fit(&train).unwrap();
        assert_eq!((model.reference_rows(), model.rows_held()), (0, 0));
        let test = Table::new(train.names().to_vec(), vec![0.0, 150.0, 0.0, 9.0, 100.0, 0.0]).unwrap();
        let why = model.explain(&test).unwrap();
        why.iter().for_each(|why| assert_sound(why, "without rows"));
        assert_eq!((rank(&why[0], 1), rank(&why[1], 0)), (0, 0), "{why:?}");
        let normal = [why[0].causes[0].normal_value.unwrap(), why[1].causes[0].normal_value.unwrap()];
        assert!((normal[0] - 100.0).abs() < 5.0 && normal[1].abs() < 2.5, "{normal:?}");
    }
}

#[test]
fn files_of_before_explanations_explain_too() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let model = Model::load(folder.join("format-4.nafal")).unwrap();
    assert_eq!(model.reference_rows(), 0);
    let names = model.input_names().to_vec();
    let row = Table::new(names.clone(), (0..names.len()).map(|j| if j == 0 { 1e6 } else { 0.0 }).collect()).unwrap();
    let why = model.explain(&row).unwrap();
    assert_sound(&why[0], "a file of before");
    assert_eq!(rank(&why[0], 0), 0, "{why:?}");
}

#[test]
fn series_cannot_be_explained_without_series() {
    let case = |i: usize| Series::new(&[(0..20).map(|t| ((t + i) as f64 * 0.5).sin()).collect::<Vec<_>>()]).unwrap();
    let set = SeriesSet::new((0..30).map(case).collect()).unwrap();
    let builder = Detector::builder().preset(Preset::Fast).steps(5).views(5);
    let error = builder.no_training_rows(true).fit(&set).unwrap().explain(&set).unwrap_err();
    let text = error.to_string();
    assert!(error.exit_code() == 2 && text.contains("no training series") && text.contains("fit it again"), "{text}");
}
