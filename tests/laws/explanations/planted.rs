//! Planted causes in simulated tables are found: values moved, values exchanged, pairs broken.

use nafal::detect::Explanation;
use nafal::random::{Key, below, normal, stream};
use nafal::{Detector, Model, Preset, Table};

use super::{assert_sound, rank};

const COLUMNS: usize = 8;

/// Rows of four pairs; within a pair one follows the other.
fn rows(part: u64, n: usize, columns: usize) -> Vec<Vec<f64>> {
    let mut rng = stream(2, Key::Simulation(62, part));
    let mut pair = |k: usize| -> [f64; 2] {
        let (x, e): (f64, f64) = (normal(&mut rng), normal(&mut rng));
        [x, if k.is_multiple_of(2) { 2.0 - 0.95 * x + 0.2 * e } else { 30.0 * (x + 0.25 * e) }]
    };
    (0..n).map(|_| (0..columns / 2).flat_map(&mut pair).collect()).collect()
}

/// Rows of three factors that each show in several columns.
fn factors(part: u64, n: usize) -> Vec<Vec<f64>> {
    let mut rng = stream(3, Key::Simulation(63, part));
    let row = |_| {
        let f: [f64; 3] = [0; 3].map(|_| normal(&mut rng));
        (0..COLUMNS)
            .map(|j| f[j % 3] + 0.4 * f[(j + 1) % 3] * (j % 2) as f64 + 0.15 * normal::<f64>(&mut rng))
            .collect()
    };
    (0..n).map(row).collect()
}

fn table(rows: &[Vec<f64>]) -> Table {
    Table::new((0..rows[0].len()).map(|j| format!("c{j}")).collect(), rows.concat()).unwrap()
}

fn fit(train: &[Vec<f64>]) -> Model {
    Detector::builder().preset(Preset::Fast).steps(60).fit(&table(train)).unwrap()
}

fn share(why: &[Explanation], holds: impl Fn(usize, &Explanation) -> bool) -> f64 {
    why.iter().enumerate().filter(|(i, why)| holds(*i, why)).count() as f64 / why.len() as f64
}

#[test]
fn columns_that_were_moved_or_exchanged_stand_first_and_their_normal_value_mends_the_row() {
    let (train, test) = (factors(0, 300), factors(1, 200));
    let model = fit(&train);
    let usual = model.p_values(&table(&test)).unwrap();
    let mut rng = stream(4, Key::Simulation(64, 0));
    for moved in [true, false] {
        let (mut made, mut columns) = (Vec::new(), Vec::new());
        for (row, _) in test.iter().zip(&usual).filter(|(_, p)| **p > 0.1) {
            let (column, other) = (below(&mut rng, COLUMNS), below(&mut rng, test.len()));
            let mut row = row.clone();
            row[column] = if moved { row[column] + 9.0 } else { test[other][column] };
            made.push(row);
            columns.push(column);
        }
        let p_values = model.p_values(&table(&made)).unwrap();
        let odd: Vec<usize> = (0..made.len()).filter(|&i| p_values[i] <= 0.02).take(40).collect();
        assert!(odd.len() >= 30, "{} rows", odd.len());
        let made: Vec<Vec<f64>> = odd.iter().map(|&i| made[i].clone()).collect();
        let why = model.explain(&table(&made)).unwrap();
        why.iter().for_each(|why| assert_sound(why, "planted"));
        let within = |most: usize| share(&why, |i, why| rank(why, columns[odd[i]]) < most);
        let mended = share(&why, |_, why| why.causes[0].p_value_with.is_some_and(|p| p > 0.1));
        assert!(within(1) >= 0.95 && within(2) >= 0.97, "moved {moved}: {} first, {} of two", within(1), within(2));
        assert!(mended >= 0.9, "moved {moved}: {mended} mended");
    }
}

#[test]
fn both_columns_of_a_broken_pair_stand_on_top() {
    let (train, test) = (rows(0, 300, COLUMNS), rows(1, 200, COLUMNS));
    let model = fit(&train);
    let mut rng = stream(5, Key::Simulation(65, 0));
    let mut exchanged = test.clone();
    let columns: Vec<usize> = test.iter().map(|_| below(&mut rng, COLUMNS)).collect();
    for (i, row) in exchanged.iter_mut().enumerate() {
        row[columns[i]] = test[(i + 71) % test.len()][columns[i]];
    }
    let p_values = model.p_values(&table(&exchanged)).unwrap();
    let broken: Vec<usize> = (0..test.len()).filter(|&i| p_values[i] <= 0.02).take(40).collect();
    assert!(broken.len() >= 30, "{} rows", broken.len());
    let made: Vec<Vec<f64>> = broken.iter().map(|&i| exchanged[i].clone()).collect();
    let why = model.explain(&table(&made)).unwrap();
    let pair = |i: usize| columns[broken[i]] / 2;
    let both = share(&why, |i, why| why.causes[..2].iter().all(|cause| cause.input / 2 == pair(i)));
    let mended = share(&why, |_, why| why.causes[0].p_value_with.is_some_and(|p| p > 0.1));
    assert!(both >= 0.9 && mended >= 0.9, "{both} with both on top, {mended} mended");
}

/// The same of a loaded model, which keeps the rows that values are taken from.
#[test]
fn a_model_keeps_its_explanations() {
    let train = rows(2, 80, 4);
    let model = fit(&train);
    assert_eq!(model.reference_rows(), 80);
    let test = table(&rows(3, 5, 4));
    let again = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(again.explain(&test).unwrap(), model.explain(&test).unwrap());
    assert!(again.to_bytes().unwrap() == model.to_bytes().unwrap());
    // Columns in another order, among others.
    let turned: Vec<f64> = (0..5).flat_map(|i| [3, 0, 1, 2].map(|j| test.row(i)[j])).collect();
    let names = [3, 0, 1, 2].map(|j| format!("c{j}")).to_vec();
    assert_eq!(model.explain(&Table::new(names, turned).unwrap()).unwrap(), model.explain(&test).unwrap());
}
