//! Tables of numbers, truth values, categories, times and missing cells: what does not go together is found, and p-values hold.

use std::sync::Arc;

use nafal::data::{Column, ColumnKind, Table};
use nafal::evaluate::metrics::auroc;
use nafal::random::{Key, below, normal, stream, uniform};
use nafal::{Detector, Model, Preset};

fn columns() -> Vec<Column> {
    let kind = |kind: ColumnKind, name: &str| Column { name: name.into(), kind };
    let sites: Vec<String> = ["a", "b", "c", "never"].map(str::to_owned).to_vec();
    vec![
        kind(ColumnKind::Category(Arc::new(sites)), "site"),
        kind(ColumnKind::Number, "level"),
        kind(ColumnKind::Number, "noise"),
        kind(ColumnKind::Truth, "on"),
        kind(ColumnKind::Time("%Y-%m-%d %H:%M".into()), "when"),
    ]
}

/// Rows whose level follows the site, switched on by day alone; the level is that of another site if `broken`.
fn rows(seed: u64, n: usize, broken: bool, missing: f64) -> Table {
    let mut rng = stream(seed, Key::Simulation(50, 0));
    let mut values = Vec::new();
    for _ in 0..n {
        let site = below(&mut rng, 3);
        let other = if broken { (site + 1 + below(&mut rng, 2)) % 3 } else { site };
        let level = 8.0 * other as f64 + normal::<f64>(&mut rng);
        let hour = below(&mut rng, 24);
        let when = 86_400.0 * below(&mut rng, 28) as f64 + 3600.0 * hour as f64;
        let on = f64::from(u8::from((8..18).contains(&hour)));
        for value in [site as f64, level, normal::<f64>(&mut rng), on, when] {
            values.push(if uniform(&mut rng) < missing { f64::NAN } else { value });
        }
    }
    Table::with_columns(columns(), values, missing > 0.0).unwrap()
}

fn fit(table: &Table, impute: bool) -> Model {
    Detector::builder().preset(Preset::Fast).impute(impute).fit(table).unwrap()
}

/// How well scores tell anomalous rows from usual ones.
fn told_apart(usual: &[f64], anomalous: &[f64]) -> f64 {
    let labels: Vec<bool> = (0..usual.len() + anomalous.len()).map(|i| i >= usual.len()).collect();
    auroc(&labels, &[usual, anomalous].concat()).unwrap()
}

#[test]
fn a_category_that_no_row_had_and_one_that_does_not_go_with_its_number_are_found() {
    let model = fit(&rows(1, 300, false, 0.0), false);
    let scores = |table: &Table| model.score(table).unwrap();
    let usual = scores(&rows(2, 200, false, 0.0));
    assert!(told_apart(&usual, &scores(&rows(3, 100, true, 0.0))) > 0.95);
    let unseen: Vec<f64> =
        rows(4, 100, false, 0.0).values().iter().enumerate().map(|(i, &v)| if i % 5 == 0 { 3.0 } else { v }).collect();
    let unseen = Table::with_columns(columns(), unseen, false).unwrap();
    assert!(told_apart(&usual, &scores(&unseen)) > 0.99);
    assert!(model.p_values(&unseen).unwrap().iter().all(|&p| p <= 2.0 / 301.0));
    // A category is known by its name, whatever its place.
    let mut turned = columns();
    turned[0].kind = ColumnKind::Category(Arc::new(["never", "c", "b", "a"].map(str::to_owned).to_vec()));
    let test = rows(5, 50, false, 0.0);
    let other: Vec<f64> =
        test.values().iter().enumerate().map(|(i, &v)| if i % 5 == 0 { 3.0 - v } else { v }).collect();
    assert_eq!(scores(&test), scores(&Table::with_columns(turned, other, false).unwrap()));
    let read = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(read.score(&test).unwrap(), scores(&test));
    assert_eq!(read.to_bytes().unwrap(), model.to_bytes().unwrap());
}

#[test]
fn missing_cells_are_an_error_or_filled_in_and_p_values_hold_with_them() {
    let train = rows(11, 300, false, 0.1);
    let error = Detector::builder().preset(Preset::Fast).fit(&train).unwrap_err().to_string();
    assert!(error.contains("of \"site\"") && error.contains("of \"when\"") && error.contains("impute"), "{error}");
    let model = fit(&train, true);
    let test = rows(12, 400, false, 0.1);
    let p = model.p_values(&test).unwrap();
    for alpha in [0.05, 0.1, 0.3] {
        let level = p.iter().filter(|&&p| p <= alpha).count() as f64 / 400.0;
        // Of the test rows and of the training rows that rank them.
        let error = (alpha * (1.0 - alpha) * (1.0 / 400.0 + 1.0 / 300.0)).sqrt();
        assert!(level < alpha + 3.0 * error, "{level} at {alpha}");
    }
    assert!(told_apart(&model.score(&test).unwrap(), &model.score(&rows(13, 100, true, 0.1)).unwrap()) > 0.85);
    let read = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(read.score(&test).unwrap(), model.score(&test).unwrap());
    // A model that has learned of no missing cell refuses them.
    let whole = fit(&rows(1, 60, false, 0.0), false);
    assert_eq!(whole.score(&test).unwrap_err().exit_code(), 3);
}
