//! No value of any field of a configuration, and no number given to a builder, panics: a fit gives a model that reads back and
//! scores finitely, or an error that says what is wrong.

use nafal::data::{Series, SeriesSet, Table};
use nafal::detect::{
    ActiveConfiguration, Configuration, Experts, ExtractorConfiguration, ExtractorKind, FamilyConfiguration,
    LearnerConfiguration, LeftOut, Optimiser, RowScaling, ScoreKind, SelectionConfiguration, TrimmingConfiguration,
    ViewFamily, ViewInput,
};
use nafal::encode::series::EncoderOptions;
use nafal::encode::table::TableEncoding;
use nafal::flow::strategies::settings;
use nafal::{Dataset, Detector, Error, Kind, Model, Preset, Threshold};
use proptest::prelude::*;
use std::sync::Arc;

/// Few cases of a kind.
fn cases(kind: Kind) -> Box<dyn Dataset> {
    let value = |i: usize, j: usize| ((i * 37 + j * 11 + i * i * (j + 3)) % 50) as f64;
    match kind {
        Kind::Table => {
            let values = (0..12).flat_map(|i| [value(i, 0), value(i, 1)]).collect();
            Box::new(Table::new(vec!["a".into(), "b".into()], values).unwrap())
        }
        Kind::Series => {
            let case = |i: usize| Series::new(&[(0..6).map(|t| value(i, t)).collect::<Vec<_>>()]).unwrap();
            Box::new(SeriesSet::new((0..10).map(case).collect()).unwrap())
        }
    }
}

/// A small configuration with something in every optional field, which fits in no time.
fn small(kind: Kind) -> Configuration {
    let mut configuration = Configuration::robust(kind, Experts::Panel, Preset::Default).unwrap();
    configuration.families.truncate(1);
    let family = &mut configuration.families[0];
    (family.flows, family.views_per_flow, family.features, family.hidden, family.units) = (4, 1, 2, 4, 2);
    (family.steps, family.batch, family.round_steps, family.samples) = (2, 8, 1, 1);
    family.scaling = Some(RowScaling { rows: 10.0, noise: 0.25, steps: 0.5, most: 2.0 });
    configuration.learners.truncate(1);
    configuration.learners[0].views = 4;
    (configuration.folds, configuration.coverage) = (4, 1);
    configuration.active = Some(ActiveConfiguration { rounds: 1, ..ActiveConfiguration::default() });
    if let Some(trimming) = &mut configuration.trimming {
        trimming.learner.views = 4;
    }
    configuration
}

const SIZES: [usize; 11] = [0, 1, 2, 3, 7, 63, 65, 1 << 17, 1 << 33, usize::MAX / 2 + 1, usize::MAX];
const NUMBERS: [f64; 13] =
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -0.0, 0.0, 1e-300, 0.3, 0.5, 1.0, 2.0, 1e12, 1e300];

/// One change of a configuration.
type Change = fn(&mut Configuration, usize);

fn size(value: usize) -> usize {
    SIZES[value % SIZES.len()]
}

fn steps(value: usize) -> u64 {
    // What is allowed and large would train for years.
    [0, 1, 2, 3, u64::MAX, u64::MAX / 2, 1 << 40][value % 7]
}

fn number(value: usize) -> f64 {
    NUMBERS[value % NUMBERS.len()]
}

fn text(value: usize) -> String {
    let long = "n".repeat(1 << 20);
    ["", "*", "standard/*", "gaussian/*", "standardised", "gaussian", "near", "\u{1b}[2J\n", long.as_str()][value % 9]
        .into()
}

fn family(c: &mut Configuration, change: impl FnOnce(&mut FamilyConfiguration)) {
    c.families.first_mut().into_iter().for_each(|f| f.scaling = None);
    if let Some(family) = c.families.first_mut() {
        change(family);
    }
}

fn scaling(c: &mut Configuration, change: impl FnOnce(&mut RowScaling)) {
    let mut scaling = RowScaling { rows: 10.0, noise: 0.25, steps: 0.5, most: 2.0 };
    change(&mut scaling);
    family(c, |f| f.scaling = Some(scaling));
}

fn extractor(c: &mut Configuration, change: impl FnOnce(&mut ExtractorConfiguration)) {
    let mut own = ExtractorConfiguration { kind: ExtractorKind::Random, layers: 1, hidden: 3, rows: 4, steps: 1 };
    change(&mut own);
    family(c, |f| {
        f.maps = ViewFamily::GAUSSIAN;
        f.extractor = Some(own);
    });
}

fn learner(c: &mut Configuration, change: impl FnOnce(&mut LearnerConfiguration)) {
    if let Some(learner) = c.learners.first_mut() {
        change(learner);
    }
}

fn active(c: &mut Configuration, change: impl FnOnce(&mut ActiveConfiguration)) {
    c.active.iter_mut().for_each(|a| a.rounds = 1);
    if let Some(active) = &mut c.active {
        change(active);
    }
}

fn selection(c: &mut Configuration, change: impl FnOnce(&mut SelectionConfiguration)) {
    if let Some(selection) = &mut c.selection {
        change(selection);
    }
}

fn trimming(c: &mut Configuration, change: impl FnOnce(&mut TrimmingConfiguration)) {
    if let Some(trimming) = &mut c.trimming {
        change(trimming);
    }
}

/// The series encoder's settings, changed; those of tables have no numbers.
fn encoder(c: &mut Configuration, change: impl FnOnce(&mut EncoderOptions)) {
    if c.kind() == Kind::Series {
        let mut options = EncoderOptions { filters: 4, group: 2, ..EncoderOptions::default() };
        change(&mut options);
        c.encoder = Arc::new(options);
    }
}

/// A change of every field, of those that are in the way of a fit in no time those alone that are refused.
const CHANGES: &[(&str, Change)] = &[
    ("folds", |c, v| c.folds = size(v)),
    ("coverage", |c, v| c.coverage = size(v)),
    ("score", |c, v| c.score = [ScoreKind::Calibrated, ScoreKind::Likelihood, ScoreKind::Latent][v % 3]),
    ("encoder", |c, v| c.encoder = Arc::new(TableEncoding { in_folds: v % 2 == 0, impute: v % 3 == 0 })),
    ("no families", |c, _| c.families.clear()),
    ("families", |c, v| {
        c.families = c.families.iter().cycle().take([1, 2, 3][v % 3] * c.families.len()).cloned().collect()
    }),
    ("no learners", |c, _| c.learners.clear()),
    ("learners", |c, v| {
        c.learners = c.learners.iter().cycle().take([1, 2, 1 << 12][v % 3] * c.learners.len()).cloned().collect()
    }),
    ("no selection", |c, _| c.selection = None),
    ("no trimming", |c, _| c.trimming = None),
    ("no active learning", |c, _| c.active = None),
    ("name", |c, v| family(c, |f| f.name = text(v))),
    ("maps", |c, v| {
        family(c, |f| {
            f.maps = [ViewFamily::AXES, ViewFamily::GAUSSIAN, ViewFamily::ROTATION, ViewFamily::IDENTITY][v % 4];
        })
    }),
    ("input", |c, v| family(c, |f| f.input = ViewInput::block(&text(v)))),
    ("a block a view", |c, _| family(c, |f| f.input = ViewInput::BlockAView)),
    ("features", |c, v| family(c, |f| f.features = size(v))),
    ("flows", |c, v| family(c, |f| f.flows = size(v))),
    ("views_per_flow", |c, v| family(c, |f| f.views_per_flow = size(v))),
    ("conditioned", |c, v| family(c, |f| f.conditioned = v % 2 == 0)),
    ("no extractor", |c, _| family(c, |f| f.extractor = None)),
    ("blocks", |c, v| family(c, |f| f.blocks = size(v))),
    ("layers", |c, v| family(c, |f| f.layers = size(v))),
    ("hidden", |c, v| family(c, |f| f.hidden = size(v))),
    ("units", |c, v| family(c, |f| f.units = size(v))),
    ("steps", |c, v| family(c, |f| f.steps = steps(v))),
    ("batch", |c, v| family(c, |f| f.batch = size(v))),
    ("peak_rate", |c, v| family(c, |f| f.peak_rate = number(v))),
    ("optimiser", |c, v| family(c, |f| f.optimiser = [Optimiser::OneCycle, Optimiser::Plain][v % 2])),
    ("noise", |c, v| family(c, |f| f.noise = number(v))),
    ("round_steps", |c, v| family(c, |f| f.round_steps = steps(v))),
    ("samples", |c, v| family(c, |f| f.samples = size(v))),
    ("scaling rows", |c, v| scaling(c, |s| s.rows = number(v))),
    ("scaling noise", |c, v| scaling(c, |s| s.noise = number(v))),
    ("scaling steps", |c, v| scaling(c, |s| s.steps = number(v))),
    ("scaling most", |c, v| scaling(c, |s| s.most = number(v))),
    ("extractor kind", |c, v| {
        extractor(c, |e| {
            e.kind = [ExtractorKind::Random, ExtractorKind::Predictive, ExtractorKind::Joint][v % 3];
        })
    }),
    ("extractor layers", |c, v| extractor(c, |e| e.layers = size(v))),
    ("extractor hidden", |c, v| extractor(c, |e| e.hidden = size(v))),
    ("extractor rows", |c, v| extractor(c, |e| (e.kind, e.rows) = (ExtractorKind::Joint, size(v)))),
    ("extractor steps", |c, v| extractor(c, |e| (e.kind, e.steps) = (ExtractorKind::Predictive, steps(v)))),
    ("learner", |c, v| {
        let names = ["neighbours", "gaussian", "mixture", "tails", "isolation", "", "knn"];
        learner(c, |l| (l.learner, l.scores, l.left_out) = (names[v % 7].into(), Vec::new(), LeftOut::Fold));
    }),
    ("learner input", |c, v| learner(c, |l| l.input = ViewInput::block(&text(v)))),
    ("learner on views", |c, _| learner(c, |l| l.input = ViewInput::BlockAView)),
    ("learner views", |c, v| learner(c, |l| l.views = size(v))),
    ("left out", |c, v| learner(c, |l| l.left_out = [LeftOut::Fold, LeftOut::Case][v % 2])),
    ("scores", |c, v| learner(c, |l| l.scores = vec![text(v); 1 + v / 9 * 100])),
    ("keep", |c, v| selection(c, |s| s.keep = size(v))),
    ("selection flows", |c, v| selection(c, |s| s.flows = size(v))),
    ("selection cases", |c, v| selection(c, |s| s.cases = size(v))),
    ("trimming share", |c, v| trimming(c, |t| t.share = number(v))),
    ("trimming views", |c, v| trimming(c, |t| t.learner.views = size(v))),
    ("trimming learner", |c, v| trimming(c, |t| t.learner.learner = text(v))),
    ("rounds", |c, v| active(c, |a| a.rounds = size(v).min(if size(v) > 3 { usize::MAX } else { 3 }))),
    ("active keep", |c, v| active(c, |a| a.keep = number(v))),
    ("gate", |c, v| active(c, |a| a.gate = number(v))),
    ("active share", |c, v| active(c, |a| a.share = number(v))),
    ("augment", |c, v| active(c, |a| a.augment = v % 2 == 0)),
    ("mixed channels", |c, v| encoder(c, |e| e.mixed_channels = Some(size(v)))),
    ("shift", |c, v| encoder(c, |e| e.shift = number(v))),
    ("filters", |c, v| encoder(c, |e| e.filters = size(v))),
    ("taps", |c, v| encoder(c, |e| e.taps = vec![size(v); v % 3])),
    ("group", |c, v| encoder(c, |e| e.group = size(v))),
    ("segments", |c, v| encoder(c, |e| e.segments = vec![size(v); v % 3])),
    ("slope", |c, v| encoder(c, |e| e.slope = number(v) as f32)),
    ("quantiles", |c, v| encoder(c, |e| e.quantiles = vec![number(v); v % 3])),
    ("components", |c, v| encoder(c, |e| e.components = size(v))),
    ("length", |c, v| encoder(c, |e| e.length = Some(if size(v) == 1 << 17 { 64 } else { size(v) }))),
    ("encoder views", |c, v| encoder(c, |e| e.views = size(v))),
];

/// Fits and uses what comes out; the error, if there is one.
fn endure(configuration: Configuration) -> Option<Error> {
    let cases = cases(configuration.kind());
    let _ = (configuration.hash(), configuration.views());
    // Every method takes every value.
    let _ = configuration.clone().with_views(5).with_steps(3).views();
    let model = match Detector::builder().with_configuration(configuration).fit(&*cases) {
        Ok(model) => model,
        Err(error) => {
            assert!([2, 3, 6].contains(&error.exit_code()), "{error}");
            assert!(error.to_string().len() < 5000, "{error}");
            return Some(error);
        }
    };
    let scores = model.score(&*cases).unwrap();
    assert!(scores.iter().all(|score| score.is_finite()), "{scores:?}");
    // What is fitted passes the checks of the reader.
    let again = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(again.score(&*cases).unwrap(), scores);
    None
}

#[test]
fn every_value_of_every_field_fits_or_is_refused() {
    for kind in Kind::ALL {
        assert!(endure(small(kind)).is_none(), "{kind}: the small configuration itself");
        for (name, change) in CHANGES {
            for value in 0..SIZES.len().max(NUMBERS.len()) {
                let mut configuration = small(kind);
                change(&mut configuration, value);
                if configuration == small(kind) {
                    continue;
                }
                eprintln!("{kind}: {name}, value {value}");
                let refused = configuration.check().err();
                let error = endure(configuration);
                if let Some(refused) = refused {
                    let text = refused.to_string();
                    assert!(refused.exit_code() == 2 && refused.hint().is_some(), "{name}: {text}");
                    assert_eq!(error.map(|e| e.to_string()), Some(text));
                }
            }
        }
    }
}

#[test]
fn what_is_refused_is_named_with_its_value_and_what_it_must_be() {
    let refused = |change: Change, value| {
        let mut configuration = small(Kind::Series);
        change(&mut configuration, value);
        configuration.check().unwrap_err().to_string()
    };
    assert_eq!(refused(|c, _| c.folds = 0, 0), "folds is 0; it must lie between 2 and 64");
    let text = refused(|c, _| c.families[0].views_per_flow = 0, 0);
    assert_eq!(text, "family \"series\": views_per_flow is 0; it must lie between 1 and 65536");
    let text = refused(|c, _| c.families[0].noise = f64::NAN, 0);
    assert_eq!(text, "family \"series\": noise is NaN; it must lie between 0 and 1000");
    let text = refused(|c, v| encoder(c, |e| e.filters = size(v)), 10);
    assert_eq!(text, format!("series encoder: filters is {}; it must lie between 1 and 4096", usize::MAX));
}

#[test]
fn flows_too_large_for_any_model_file_are_refused_before_they_are_made() {
    let mut configuration = small(Kind::Table);
    let family = &mut configuration.families[0];
    (family.hidden, family.layers, family.blocks) = (60_000, 16, 64);
    let error = endure(configuration).unwrap();
    assert!(error.exit_code() == 2 && error.to_string().contains("parameters"), "{error}");
    let mut configuration = small(Kind::Table);
    (configuration.families[0].hidden, configuration.families[0].flows) = (10_000, 4096);
    let error = endure(configuration).unwrap();
    assert!(error.to_string().contains("lower its `hidden`"), "{error}");
}

#[test]
fn numbers_of_a_builder_and_thresholds_are_checked() {
    for kind in Kind::ALL {
        let cases = cases(kind);
        for views in [0, 1, 2, 5, usize::MAX] {
            let fitted = Detector::builder().views(views).steps(1).fit(&*cases);
            let refused = views == 0 || views == usize::MAX;
            assert_eq!(fitted.as_ref().err().map(Error::exit_code), refused.then_some(2), "{views} views");
        }
        for steps in [0, u64::MAX] {
            let fitted = Detector::builder().views(2).steps(steps).fit(&*cases);
            assert_eq!(fitted.err().map(|e| e.exit_code()), (steps > 0).then_some(2), "{steps} steps");
        }
    }
    for value in NUMBERS {
        for threshold in [Threshold::Alpha(value), Threshold::Contamination(value), Threshold::Score(value)] {
            let flags = threshold.apply(&[1.0, 2.0, f64::INFINITY], &[0.5, 0.1, 1.0]);
            assert_eq!(flags.len(), 3);
            let _ = threshold.check();
        }
    }
}

#[test]
fn cases_that_contradict_themselves_are_refused() {
    let names = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
    let problem = |table: nafal::Result<Table>| table.unwrap_err().to_string();
    assert!(problem(Table::new(names(&["a", "b", "a"]), vec![0.0; 6])).contains("\"a\": two columns have this name"));
    assert!(problem(Table::new(vec!["n".repeat(65_537)], vec![0.0])).contains("65536 are the most"));
    let many = (0..65_537).map(|i| i.to_string()).collect::<Vec<_>>();
    assert!(problem(Table::new(many, vec![0.0; 65_537])).contains("65537 columns"));
    let table = || Table::new(names(&["a"]), vec![0.0, 1.0]).unwrap();
    assert!(problem(table().with_labels("class", names(&["0"]))).contains("1 labels for 2 rows"));
    assert!(problem(table().with_labels("a", names(&["0", "1"]))).contains("a feature and the label"));
    assert!(problem(table().with_labels("n".repeat(65_537), names(&["0", "1"]))).contains("65536 are the most"));
    assert!(Series::new::<Vec<f64>>(&[]).is_err());
    assert!(SeriesSet::new(Vec::new()).is_err());
}

#[test]
fn names_that_no_model_file_holds_are_refused_before_training() {
    let names: Vec<String> = (0..40).map(|i| format!("{i}{}", "n".repeat(60_000))).collect();
    let table = Table::new(names, (0..480).map(f64::from).collect()).unwrap();
    let error = Detector::builder().steps(1_000_000).fit(&table).unwrap_err();
    assert!(error.exit_code() == 3 && error.to_string().contains("shorten them"), "{error}");
}

proptest! {
    #![proptest_config(settings(150))]

    #[test]
    fn any_few_changes_together_fit_or_are_refused(
        series: bool,
        changes in proptest::collection::vec((0..CHANGES.len(), 0usize..143), 2..5),
    ) {
        let mut configuration = small(if series { Kind::Series } else { Kind::Table });
        changes.into_iter().for_each(|(change, value)| CHANGES[change].1(&mut configuration, value));
        endure(configuration);
    }
}
