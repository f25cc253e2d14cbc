//! One flow of a family: its views, its training rows, its training, its held-out scores.
//!
//! A flow serves one or more views (told apart by a class) and never sees its held-out fold; the scores of that fold
//! calibrate its views.

use nafal_kernels::Isa;
use rand::Rng;

use super::active::Augmented;
use super::configuration::{Base, FamilyConfiguration};
use super::features::Features;
use super::view::View;
use super::{Configuration, Progress};
use crate::autodiff::{AdamOptions, OneCycle};
use crate::error::{Error, Result};
use crate::flow::{BatchSource, Classes, Density, Flow, FlowSpec, Scratch, Trainer, TrainingOptions};
use crate::random::{Purpose, below, normal, stream};
use nafal_kernels::dsf::Slope;

/// A trained flow with its views.
#[derive(Clone, Debug)]
pub(super) struct ViewFlow {
    pub(super) flow: Flow<f32>,
    pub(super) views: Vec<View>,
    /// The fold no training step saw.
    pub(super) fold: usize,
}

/// What training left behind besides the flow.
#[derive(Clone, Debug, Default)]
pub(super) struct FlowReport {
    /// Mean training loss at the end, in nats.
    pub(super) loss: f64,
    /// Augmented samples accepted over all rounds.
    pub(super) augmented: usize,
}

/// Training rows of a table: both representations and the fold of each row.
pub(super) struct TrainingRows<'a> {
    pub(super) features: &'a Features,
    pub(super) columns: usize,
    pub(super) folds: &'a [usize],
}

impl TrainingRows<'_> {
    pub(super) fn base(&self, base: Base) -> &[f32] {
        match base {
            Base::Standard => &self.features.standard,
            Base::Normal => &self.features.normal,
        }
    }
}

/// Samples of a flow's batches: random (view, row) pairs with noise, and augmented samples without.
struct Pairs<'a> {
    views: &'a [View],
    base: &'a [f32],
    columns: usize,
    rows: &'a [usize],
    noise: f64,
    seed: u64,
    /// Which flow this is, for its streams.
    key: u64,
    augmented: &'a Augmented,
    /// Probability that a sample is an augmented one.
    share: f64,
}

impl BatchSource<f32> for Pairs<'_> {
    fn fill(&self, step: u64, first: usize, count: usize, classes: &mut [u32], tile: &mut [f32], lanes: usize) {
        let position = (step << 16) | first as u64;
        let mut rng = stream(self.seed, Purpose::Batches, self.key, position);
        let mut noise = stream(self.seed, Purpose::Noise, self.key, position);
        let m = self.views[0].features();
        for b in 0..count {
            let (view, row) = (below(&mut rng, self.views.len()), self.rows[below(&mut rng, self.rows.len())]);
            let uniform = (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            let augmented = !self.augmented.is_empty() && uniform < self.share;
            if augmented {
                let (class, sample) = self.augmented.get(below(&mut rng, self.augmented.len()));
                classes[b] = class;
                (0..m).for_each(|i| tile[i * lanes + b] = sample[i]);
            } else {
                classes[b] = view as u32;
                let x = &self.base[row * self.columns..(row + 1) * self.columns];
                self.views[view].apply(x, &mut tile[b..], lanes);
                (0..m).for_each(|i| tile[i * lanes + b] += (self.noise * normal::<f64>(&mut noise)) as f32);
            }
        }
    }
}

/// Trains flow `index` of family `family_index`; `key` numbers the flow within the whole detector.
pub(super) fn train(
    isa: Isa,
    configuration: &Configuration,
    family_index: usize,
    index: usize,
    data: &TrainingRows,
    seed: u64,
    progress: &dyn Progress,
) -> Result<(ViewFlow, FlowReport)> {
    let family = &configuration.families[family_index];
    let key = ((family_index as u64) << 32) | index as u64;
    let fold = index % configuration.folds;
    let rows: Vec<usize> = (0..data.folds.len()).filter(|&i| data.folds[i] != fold).collect();
    let base = data.base(family.base);
    let views: Vec<View> = (0..family.views_per_flow)
        .map(|v| View::random(family, seed, [key, v as u64], base, data.columns, &rows))
        .collect();
    let spec = flow_spec(family, views[0].features());
    let flow = Flow::<f32>::new(spec, seed, key).map_err(|e| Error::Usage(e.to_string()))?.with_isa(isa);
    let options = TrainingOptions {
        batch: family.batch,
        adam: AdamOptions { beta2: 0.99, clip: 10.0, ..AdamOptions::default() },
    };
    let mut trainer = Trainer::new(&flow, options);
    let mut subject = ViewFlow { flow, views, fold };
    let mut augmented = Augmented::default();
    let rounds = configuration.active.map_or(0, |a| a.rounds);
    let mut report = FlowReport::default();
    for round in 0..=rounds {
        let steps = if round == 0 { family.steps } else { family.round_steps };
        let mut share = 0.0;
        if let Some(active) = configuration.active.filter(|a| round > 0 && a.augment) {
            augmented.draw(&subject, family, &active, base, data.columns, &rows, seed, key, round as u64)?;
            let part = active.share * round as f64;
            share = (part / (1.0 + part)).min(0.5);
        }
        let ViewFlow { flow, views, .. } = &mut subject;
        let source = Pairs {
            views,
            base,
            columns: data.columns,
            rows: &rows,
            noise: family.noise,
            seed,
            key,
            augmented: &augmented,
            share,
        };
        let schedule = OneCycle { steps, peak: family.peak_rate, warm_up: 0.2 };
        report.loss = trainer.run(flow, schedule, &source, |_, _| {
            progress.advance(1);
            !progress.cancelled()
        });
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        if !report.loss.is_finite() {
            return Err(Error::Training(format!(
                "the likelihood of family \"{}\" became non-finite; check the table for extreme values",
                family.name
            )));
        }
    }
    report.augmented = augmented.len();
    Ok((subject, report))
}

/// Training steps of one flow over all rounds.
pub(super) fn steps(configuration: &Configuration, family: &FamilyConfiguration) -> u64 {
    family.steps + configuration.active.map_or(0, |a| a.rounds as u64) * family.round_steps
}

/// The shape of a family's flows on `features` features.
pub(super) fn flow_spec(family: &FamilyConfiguration, features: usize) -> FlowSpec {
    FlowSpec {
        features,
        classes: if family.views_per_flow > 1 { family.views_per_flow } else { 0 },
        blocks: family.blocks,
        layers: family.layers,
        hidden: family.hidden.max(features),
        units: family.units,
        slope: Slope::Softplus,
    }
}

/// Rows of a tile of scoring.
const TILE: usize = 64;

/// Fewer rows than this are scored with several views in the lanes of a tile.
const FEW: usize = 16;

impl ViewFlow {
    /// Densities of rows `rows` of `base: [n, d]` under every view: `[views][rows]`, view-major.
    ///
    /// With few rows the lanes of a tile hold (view, row) pairs, otherwise rows of one view; the bits are the same.
    pub(super) fn densities(&self, base: &[f32], d: usize, rows: &[usize], scratch: &mut Scratch<f32>) -> Density {
        let mut out = Density::default();
        let row = |i: usize| &base[i * d..(i + 1) * d];
        if rows.len() >= FEW || self.views.len() == 1 {
            for (class, view) in self.views.iter().enumerate() {
                for chunk in rows.chunks(TILE) {
                    let classes =
                        if self.flow.spec().classes > 0 { Classes::Same(class as u32) } else { Classes::None };
                    let fill = |tile: &mut [f32], lanes: usize| {
                        chunk.iter().enumerate().for_each(|(b, &i)| view.apply(row(i), &mut tile[b..], lanes));
                    };
                    self.flow.density_tile(scratch, chunk.len(), classes, fill, &mut out);
                }
            }
            return out;
        }
        let pairs: Vec<(u32, usize)> =
            (0..self.views.len() as u32).flat_map(|v| rows.iter().map(move |&i| (v, i))).collect();
        for chunk in pairs.chunks(TILE) {
            let classes: Vec<u32> = chunk.iter().map(|p| p.0).collect();
            let fill = |tile: &mut [f32], lanes: usize| {
                for (b, &(v, i)) in chunk.iter().enumerate() {
                    self.views[v as usize].apply(row(i), &mut tile[b..], lanes);
                }
            };
            self.flow.density_tile(scratch, chunk.len(), Classes::Each(&classes), fill, &mut out);
        }
        out
    }
}

/// The negative log-likelihood or latent score a detector works with; a likelihood that underflowed everything stays a
/// large finite number.
pub(super) fn surprise_of(density: f64) -> f64 {
    (-density).min(f64::MAX.sqrt())
}
