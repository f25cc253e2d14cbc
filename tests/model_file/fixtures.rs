//! One model file of each format that there has been: that of the current format scores to the recorded bits, older ones
//! are refused by name.
//!
//! `tests/fixtures/format-N.nafal` was written by the first nafal of format `N`, from `table.csv`; `scores.csv` is what
//! it gave for the same rows. `NAFAL_WRITE_FIXTURES=1 cargo test --test model_file` writes the current format's, to be
//! done once, when the format's number rises: the files of the others stay as they are. The scores are written only if
//! there are none.

use std::fs;
use std::path::PathBuf;

use nafal::data::Table;
use nafal::data::container::Container;
use nafal::detect::{Configuration, Experts, ExtractorConfiguration, ExtractorKind, ViewFamily, ViewInput};
use nafal::encode::table::{KIND, STANDARDISED};
use nafal::{Detector, Model, Preset};
use nafal_kernels::Isa;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The number of the format that this nafal writes.
fn current() -> u64 {
    Container::new().header().u64("format").unwrap()
}

/// A header line, and numbers.
fn table(name: &str) -> Table {
    let text = fs::read_to_string(path(name)).unwrap();
    let mut lines = text.lines();
    let names = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let values = lines.flat_map(|line| line.split(',')).map(|cell| cell.parse().unwrap()).collect();
    Table::new(names, values).unwrap()
}

/// Small flows of every kind: on columns, conditioned; on maps; on the features of an extractor.
fn configuration() -> Configuration {
    let mut configuration = Configuration::preset(KIND, Experts::Flows, Preset::Fast).unwrap();
    let family = &mut configuration.families[0];
    (family.flows, family.views_per_flow, family.features) = (2, 2, 2);
    (family.hidden, family.units, family.steps, family.batch) = (6, 2, 20, 20);
    let small = family.clone();
    configuration.families = vec![small.clone(), small.clone(), small];
    (configuration.families[1].maps, configuration.families[1].input) =
        (ViewFamily::GAUSSIAN, ViewInput::block(STANDARDISED));
    configuration.families[1].conditioned = false;
    configuration.families[2].extractor =
        Some(ExtractorConfiguration { kind: ExtractorKind::Random, layers: 2, hidden: 4, rows: 8, steps: 1 });
    (configuration.families[2].maps, configuration.families[2].input) =
        (ViewFamily::GAUSSIAN, ViewInput::block(STANDARDISED));
    for (name, family) in ["axes", "maps", "extractor"].iter().zip(&mut configuration.families) {
        family.name = (*name).to_owned();
    }
    configuration
}

fn fitted() -> Model {
    Detector::builder().with_configuration(configuration()).fit(&table("table.csv")).unwrap()
}

/// `row,score,p_value`, with digits that lead back to the same bits.
fn scores(model: &Model) -> String {
    let rows = table("table.csv");
    let rows = model.score(&rows).unwrap().into_iter().zip(model.p_values(&rows).unwrap()).enumerate();
    rows.fold("row,score,p_value\n".to_owned(), |text, (row, (score, p))| text + &format!("{row},{score},{p}\n"))
}

/// Bits hold between machines that fuse multiplication and addition, on one operating system (docs/determinism.md).
#[track_caller]
fn assert_recorded(model: &Model) {
    let (recorded, now) = (fs::read_to_string(path("scores.csv")).unwrap(), scores(model));
    if cfg!(target_os = "linux") && Isa::detect().fused() {
        assert!(recorded == now, "other scores than recorded:\n{now}");
        return;
    }
    let numbers = |text: &str| -> Vec<f64> {
        text.lines().skip(1).flat_map(|line| line.split(',')).map(|cell| cell.parse().unwrap()).collect()
    };
    let (recorded, now) = (numbers(&recorded), numbers(&now));
    assert_eq!(recorded.len(), now.len());
    assert!(recorded.iter().zip(&now).all(|(a, b)| (a - b).abs() <= 0.05 * (1.0 + a.abs())), "{recorded:?} {now:?}");
}

#[test]
fn the_current_format_scores_as_recorded() {
    let file = path(&format!("format-{}.nafal", current()));
    if std::env::var_os("NAFAL_WRITE_FIXTURES").is_some() {
        let model = fitted();
        model.save(&file).unwrap();
        if !path("scores.csv").exists() {
            fs::write(path("scores.csv"), scores(&model)).unwrap();
        }
    }
    assert!(file.exists(), "{} is missing: NAFAL_WRITE_FIXTURES=1 cargo test --test model_file", file.display());
    let loaded = Model::load(&file).unwrap();
    assert_recorded(&loaded);
    assert!(loaded.to_bytes().unwrap() == fs::read(&file).unwrap(), "the file is not written again as it was");
}

/// A fit today gives the scores that it gave when they were recorded.
#[test]
fn a_fit_scores_as_recorded() {
    assert_recorded(&fitted());
}

#[test]
fn older_formats_are_refused_by_name() {
    for format in 1..current() {
        let error = Model::load(path(&format!("format-{format}.nafal"))).map(|_| ()).unwrap_err();
        assert_eq!(error.exit_code(), 4);
        let text = error.to_string();
        for part in [&format!("is of format {format}"), &format!("reads format {}", current()), "fit the model again"] {
            assert!(text.contains(part), "{text:?} should say {part:?}");
        }
        assert!(text.contains(&format!("format-{format}.nafal")), "{text:?} should name the file");
    }
}
