//! The preset `default`: the table detector as it is shipped, on a table of eight correlated columns.
//!
//! `score` and `single` are `Model::score` of a batch and of one row; `train` is one optimiser step of a flow of every
//! family, on noise. A view that selects axes multiplies no weights.

use nafal::autodiff::AdamOptions;
use nafal::data::Table;
use nafal::detect::{Configuration, Experts, FamilyConfiguration};
use nafal::encode::table::KIND;
use nafal::flow::{BatchSource, Context, Flow, FlowSpec, Trainer, TrainingOptions, Transform};
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Preset};

use crate::options::Options;
use crate::presets::noise;
use crate::reference::require_close;
use crate::report::measure;

/// Columns of the table.
const COLUMNS: usize = 8;

/// Standard normal samples with contexts in turn.
struct Noise {
    features: usize,
    contexts: usize,
}

impl BatchSource<f32> for Noise {
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [f32], lanes: usize) {
        let mut rng = stream(0, Key::Batch { flow: 0, step, first: first as u64 });
        for b in 0..count {
            contexts[b] = (b % self.contexts.max(1)) as u32;
            (0..self.features).for_each(|i| tile[i * lanes + b] = normal(&mut rng));
        }
    }
}

fn spec(family: &FamilyConfiguration) -> FlowSpec {
    let features = family.features.min(COLUMNS);
    let contexts = if family.conditioned && family.views_per_flow > 1 { family.views_per_flow } else { 0 };
    let FamilyConfiguration { blocks, layers, hidden, units, .. } = *family;
    FlowSpec { features, contexts, blocks, layers, hidden: hidden.max(features), transform: Transform::dsf(units) }
}

fn weights(flow: &Flow<f32>) -> f64 {
    let blocks = 0..flow.spec().blocks;
    let shape = |id| flow.parameters().shape(id).nonzeros();
    blocks.flat_map(|b| flow.layers(b)).map(|layer| shape(layer.weight)).sum::<usize>() as f64
}

fn table(rows: usize, key: u64) -> Table {
    let noise = noise::<f64>(rows * (COLUMNS + 1), key);
    let value = |row: &[f64]| (0..COLUMNS).map(|i| row[COLUMNS] * (1.0 + i as f64) + row[i]).collect::<Vec<_>>();
    let values = noise.chunks_exact(COLUMNS + 1).flat_map(value).collect();
    let names = (0..COLUMNS).map(|i| format!("c{i}")).collect();
    Table::new(names, values).expect("a table of finite numbers")
}

/// Checks and times the shipped detector.
pub fn run(options: &Options) {
    let batch = options.batch.unwrap_or(64);
    let configuration = Configuration::preset(KIND, Experts::Flows, Preset::Default).expect("tables have every preset");
    let model = Detector::builder().fit(&table(400, 1)).expect("a fit to noise");
    let rows = table(batch, 2);
    let one = table(1, 2);
    let scores = model.score(&rows).expect("finite rows");
    let alone = model.score(&one).expect("finite rows");
    let first = table(1, 2);
    assert_eq!(first.row(0), rows.row(0), "tables of one stream begin alike");
    assert_eq!(alone[0].to_bits(), scores[0].to_bits(), "a row alone and in the batch");

    let mut trained = Vec::new();
    let (mut multiplications, mut views) = (0.0, 0);
    for family in &configuration.families {
        let flow = Flow::<f32>::new(spec(family), 0, 0).expect("the shipped sizes are sound");
        let source = Noise { features: flow.spec().features, contexts: flow.spec().contexts };
        let count = family.flows * family.views_per_flow;
        multiplications += weights(&flow) * count as f64;
        views += count;
        let x = noise::<f32>(64 * source.features, 3);
        let contexts: Vec<u32> = (0..64).map(|b| (b % source.contexts.max(1)) as u32).collect();
        let of = if source.contexts > 0 { Context::Each(&contexts) } else { Context::None };
        let double: Vec<f64> = x.iter().map(|&v| f64::from(v)).collect();
        let want = flow.cast::<f64>().density(&double, of).log_density;
        require_close("density of a flow", &flow.density(&x, of).log_density, &want);
        let options = TrainingOptions { batch: family.batch, adam: AdamOptions::default() };
        trained.push((Trainer::new(&flow, options), flow, source, family.batch));
    }
    multiplications /= views as f64;

    measure(options, "score", batch * views, multiplications, || {
        std::hint::black_box(model.score(std::hint::black_box(&rows)).expect("finite rows"));
    });
    let samples: usize = trained.iter().map(|t| t.3).sum();
    let work: f64 = trained.iter().map(|t| weights(&t.1) * t.3 as f64).sum();
    measure(options, "train", samples, 3.0 * work / samples as f64, || {
        for (trainer, flow, source, _) in &mut trained {
            std::hint::black_box(trainer.step(flow, 1e-3, source));
        }
    });
    measure(options, "single", views, multiplications, || {
        std::hint::black_box(model.score(std::hint::black_box(&one)).expect("finite rows"));
    });
}
