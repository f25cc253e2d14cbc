//! The paper's set-up as a detector: it fits, scores, saves and loads like any other, and says so when it runs away.

use crate::bits::bits;
use nafal::data::Table;
use nafal::detect::{
    Configuration, Experts, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, ScoreKind, ViewFamily,
};
use nafal::encode::table::KIND;
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Error, Model, Preset};

const COLUMNS: usize = 6;

/// Rows of correlated normal numbers; `shift` moves all but the first column.
fn table(n: usize, key: u64, shift: f64) -> Table {
    let mut rng = stream(1, Key::Simulation(key, 0));
    let values = (0..n).flat_map(|_| {
        let common: f64 = normal(&mut rng);
        let mut row = [common; COLUMNS];
        row[1..].iter_mut().for_each(|v| *v = 0.6 * *v + 0.8 * normal::<f64>(&mut rng) + shift);
        row
    });
    Table::new((0..COLUMNS).map(|i| format!("c{i}")).collect(), values.collect()).unwrap()
}

/// The preset with everything smaller.
fn small(change: impl Fn(&mut FamilyConfiguration)) -> Configuration {
    let mut configuration = Configuration::preset(KIND, Experts::Flows, Preset::Paper).unwrap().with_views(20);
    let family = &mut configuration.families[0];
    (family.blocks, family.layers, family.hidden, family.units) = (2, 1, 16, 4);
    family.extractor = family.extractor.map(|e| ExtractorConfiguration { steps: 30, rows: 32, ..e });
    change(family);
    configuration
}

fn fit(configuration: Configuration) -> nafal::Result<Model> {
    Detector::builder().seed(3).with_configuration(configuration).fit(&table(160, 1, 0.0))
}

fn kind(kind: ExtractorKind) -> impl Fn(&mut FamilyConfiguration) {
    move |f| {
        f.extractor = f.extractor.map(|e| ExtractorConfiguration { kind, ..e });
        (f.steps, f.batch, f.noise) = (if kind == ExtractorKind::Joint { 0 } else { 60 }, 64, 0.1);
    }
}

#[test]
fn the_preset_is_the_papers() {
    let builder = Detector::builder().preset(Preset::Paper);
    let c = builder.configuration(KIND).unwrap();
    let f = &c.families[0];
    let e = f.extractor.unwrap();
    assert_eq!((c.families.len(), c.views(), f.flows, f.conditioned), (1, 256, 1, false));
    assert_eq!((f.maps, e.kind, e.layers, e.hidden), (ViewFamily::GAUSSIAN, ExtractorKind::Joint, 1, 8));
    assert_eq!((f.features, f.blocks, f.layers, f.hidden, f.peak_rate), (8, 4, 2, 128, 1e-3));
    assert_eq!((c.score, f.noise), (ScoreKind::Likelihood, 0.0));
    assert_eq!(builder.score(ScoreKind::Latent).configuration(KIND).unwrap().score, ScoreKind::Latent);
}

#[test]
fn every_kind_of_extractor_fits_separates_and_survives_a_file_to_the_bit() {
    let (normals, anomalies) = (table(40, 2, 0.0), table(40, 3, 4.0));
    for extractor in [ExtractorKind::Random, ExtractorKind::Predictive, ExtractorKind::Joint] {
        for conditioned in [false, true] {
            let model = fit(small(|f| {
                kind(extractor)(f);
                f.conditioned = conditioned;
            }))
            .unwrap();
            let (usual, p) = model.score_with_p_values(&normals).unwrap();
            let odd = model.score(&anomalies).unwrap();
            let above = odd.iter().flat_map(|o| usual.iter().map(move |u| o > u)).filter(|&b| b).count();
            assert!(above > 1500, "{extractor:?} {conditioned}: AUROC {}", above as f64 / 1600.0);
            // One flow leaves out one fold of five: 32 rows calibrate.
            assert_eq!(model.smallest_p_value(), 1.0 / 33.0);
            assert!(p.iter().all(|&p| (1.0 / 33.0..=1.0).contains(&p)));
            assert!(model.p_values(&anomalies).unwrap().iter().filter(|&&p| p <= 0.05).count() > 30);

            let bytes = model.to_bytes().unwrap();
            let loaded = Model::from_bytes(&bytes, "m").unwrap();
            assert_eq!(loaded.to_bytes().unwrap(), bytes);
            assert_eq!(bits(&loaded.score(&normals).unwrap()), bits(&usual));
            for i in 0..3 {
                let one = loaded.score(&normals.select_rows(&[i])).unwrap();
                assert_eq!(bits(&one), bits(&usual[i..=i]));
            }
        }
    }
}

#[test]
fn a_fit_has_the_same_bits_on_any_number_of_threads() {
    let bytes = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let joint = fit(small(|_| ())).unwrap().to_bytes().unwrap();
            (joint, fit(small(kind(ExtractorKind::Predictive))).unwrap().to_bytes().unwrap())
        })
    };
    assert!(bytes(1) == bytes(3));
}

#[test]
fn active_learning_runs_behind_an_extractor_and_leaves_it_alone() {
    let configuration = |active: bool| {
        let mut c = small(|f| (f.round_steps, f.noise) = (5, 0.1));
        c.active = active.then(Default::default);
        c
    };
    let (plain, active) = (fit(configuration(false)).unwrap(), fit(configuration(true)).unwrap());
    let views = |m: &Model| {
        let file = nafal::data::container::Container::from_bytes(&m.to_bytes().unwrap(), "m").unwrap();
        file.tensor_f32("family0.flow0.extractor.views", &[160, COLUMNS + 1]).unwrap().to_vec()
    };
    assert_eq!(views(&plain), views(&active));
    let rows = table(10, 2, 0.0);
    assert_ne!(bits(&plain.score(&rows).unwrap()), bits(&active.score(&rows).unwrap()));
}

/// With a learning rate a hundred times the paper's the extractor shrinks its features as fast as it can: the loss falls
/// past any density these data have, and the fit says so instead of returning a detector that detects nothing.
#[test]
fn a_runaway_likelihood_is_an_error() {
    let mut runaway = small(|f| f.peak_rate = 0.1);
    let extractor = runaway.families[0].extractor.as_mut().unwrap();
    extractor.steps = 3000;
    let error = fit(runaway).unwrap_err();
    assert!(matches!(&error, Error::Training(m) if m.contains("runs away") && m.contains("shrinking")), "{error}");
    assert_eq!(error.exit_code(), 6);
}

#[test]
fn damaged_shapes_are_refused() {
    let model = fit(small(|_| ())).unwrap();
    let mut file = nafal::data::container::Container::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    let mut configuration = model.configuration().to_json();
    configuration["families"][0]["extractor"]["hidden"] = 9.into();
    file.set("configuration", configuration);
    let error = Model::from_bytes(&file.to_bytes().unwrap(), "m").unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
}
