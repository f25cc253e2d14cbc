//! Planted causes in real tables; the full measurement is in docs/method.md.

use nafal::data::{Input, ReadOptions};
use nafal::random::{Key, below, permutation, stream};
use nafal::stats::Standardizer;
use nafal::{Dataset, Detector, Preset, Table};

use super::{assert_sound, rank};
use crate::real_data::real_data;

/// The normal rows of a table in two halves.
fn halves(path: &std::path::Path) -> [Table; 2] {
    let options = ReadOptions { label: Some("label".into()), ..ReadOptions::default() };
    let cases = Input::open(path, None).unwrap().stream(&options).unwrap().gather().unwrap().cases;
    let normal = cases.normal(&["0".into()]);
    let order = permutation(&mut stream(1, Key::Simulation(68, 0)), normal.len());
    [0, 1].map(|part| {
        let rows: Vec<usize> = order.iter().skip(part).step_by(2).map(|&i| normal[i]).collect();
        let rows: Box<dyn Dataset> = cases.select(&rows).unwrap().without_labels();
        rows.downcast_owned::<Table>().unwrap()
    })
}

#[test]
fn a_moved_column_stands_first_in_real_tables() {
    let Some(data) = real_data() else { return };
    for name in ["stamps", "wine", "glass"] {
        let [train, test] = halves(&data.join(format!("dev/{name}.csv.gz")));
        let model = Detector::builder().preset(Preset::Fast).steps(60).fit(&train).unwrap();
        let d = train.columns();
        let scale = Standardizer::fit(train.values(), d).scale().to_vec();
        let mut rng = stream(2, Key::Simulation(69, 0));
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        for i in 0..40 {
            let column = below(&mut rng, d);
            let mut row = test.row(i % test.rows()).to_vec();
            row[column] += if i % 2 == 0 { 9.0 } else { -9.0 } * scale[column];
            rows.extend(row);
            columns.push(column);
        }
        let why = model.explain(&Table::new(train.names().to_vec(), rows).unwrap()).unwrap();
        why.iter().for_each(|why| assert_sound(why, name));
        let within = |most: usize| why.iter().zip(&columns).filter(|(why, column)| rank(why, **column) < most).count();
        assert!(within(1) >= 38 && within(2) >= 39, "{name}: {} first, {} among two, of 40", within(1), within(2));
    }
}
