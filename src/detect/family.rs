//! One flow of a family: its views, its training rows, its training, its held-out scores.
//!
//! A flow serves one or more views (told apart by a context, if it is conditioned on them) and never sees its held-out fold; the scores of that fold
//! calibrate its views.

use nafal_kernels::Isa;
use rand::Rng;

use super::Configuration;
use super::active::Augmented;
use super::configuration::{ActiveConfiguration, Base, ExtractorKind, FamilyConfiguration, MapKind};
use super::extractor;
use super::features::Features;
use super::representation::{Representation, gather};
use super::view::View;
use crate::error::{Error, Result};
use crate::flow::{
    BatchSource, Context, Density, Flow, FlowSpec, Scratch, TRAINING_TILE, Trainer, TrainingOptions, Transform,
};
use crate::progress::Progress;
use crate::random::{Purpose, below, normal, stream};

/// A trained flow with its views.
#[derive(Clone, Debug)]
pub(super) struct ViewFlow {
    pub(super) flow: Flow<f32>,
    pub(super) views: Representation,
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

/// A trained flow and what its training left behind.
pub(super) type Trained = (ViewFlow, FlowReport);

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
    isa: Isa,
    views: &'a Representation,
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
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [f32], lanes: usize) {
        let position = (step << 16) | first as u64;
        let mut rng = stream(self.seed, Purpose::Batches, self.key, position);
        let mut noise = stream(self.seed, Purpose::Noise, self.key, position);
        let m = self.views.features();
        let mut pairs: [(u32, &[f32]); TRAINING_TILE] = [(0, &[]); TRAINING_TILE];
        let mut drawn = [None; TRAINING_TILE];
        for b in 0..count {
            let (view, row) = (below(&mut rng, self.views.count()), self.rows[below(&mut rng, self.rows.len())]);
            let uniform = (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            if !self.augmented.is_empty() && uniform < self.share {
                drawn[b] = Some(below(&mut rng, self.augmented.len()));
            }
            pairs[b] = (view as u32, &self.base[row * self.columns..(row + 1) * self.columns]);
        }
        self.views.pairs(self.isa, &pairs[..count], tile, lanes);
        for b in 0..count {
            contexts[b] = pairs[b].0;
            if let Some(drawn) = drawn[b] {
                let (context, sample) = self.augmented.get(drawn);
                contexts[b] = context;
                (0..m).for_each(|i| tile[i * lanes + b] = sample[i]);
            } else {
                (0..m).for_each(|i| tile[i * lanes + b] += (self.noise * normal::<f64>(&mut noise)) as f32);
            }
        }
    }
}

/// Trains flow `index` of family `family_index`, once for each kind of active learning in `actives`: all of them go on from
/// one training before the first round, to the bits that each would have alone.
pub(super) fn train(
    isa: Isa,
    configuration: &Configuration,
    actives: &[Option<ActiveConfiguration>],
    family_index: usize,
    index: usize,
    data: &TrainingRows,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<Trained>> {
    let family = &configuration.families[family_index];
    let key = ((family_index as u64) << 32) | index as u64;
    let fold = index % configuration.folds;
    let rows: Vec<usize> = (0..data.folds.len()).filter(|&i| data.folds[i] != fold).collect();
    let base = data.base(family.base);
    let mut report = FlowReport::default();
    let mut subject = start(isa, family, fold, base, data.columns, &rows, seed, key, &mut report, progress)?;
    let options = TrainingOptions { batch: family.batch, adam: family.optimiser.adam() };
    let mut trainer = Trainer::new(&subject.flow, options);
    let course = Course { isa, family, base, columns: data.columns, rows: &rows, seed, key, progress };
    course.run(&mut subject, &mut trainer, family.steps, &Augmented::default(), 0.0, &mut report)?;
    let branch = |active: &Option<ActiveConfiguration>| match active {
        None => Ok((subject.clone(), report.clone())),
        Some(active) => course.rounds(active, subject.clone(), trainer.branch(&subject.flow), report.clone()),
    };
    actives.iter().map(branch).collect()
}

/// What the training of one flow works with from its first step to its last.
struct Course<'a> {
    isa: Isa,
    family: &'a FamilyConfiguration,
    base: &'a [f32],
    columns: usize,
    rows: &'a [usize],
    seed: u64,
    key: u64,
    progress: &'a dyn Progress,
}

impl Course<'_> {
    /// The rounds of active learning.
    fn rounds(
        &self,
        active: &ActiveConfiguration,
        mut subject: ViewFlow,
        mut trainer: Trainer<f32>,
        mut report: FlowReport,
    ) -> Result<Trained> {
        let Course { family, base, columns, rows, seed, key, .. } = *self;
        let mut augmented = Augmented::default();
        for round in 1..=active.rounds {
            let mut share = 0.0;
            if active.augment {
                augmented.draw(&subject, family, active, base, columns, rows, seed, key, round as u64)?;
                let part = active.share * round as f64;
                share = (part / (1.0 + part)).min(0.5);
            }
            self.run(&mut subject, &mut trainer, family.round_steps, &augmented, share, &mut report)?;
        }
        report.augmented = augmented.len();
        Ok((subject, report))
    }

    /// `steps` training steps; a batch holds the share `share` of augmented samples, if there are any.
    fn run(
        &self,
        subject: &mut ViewFlow,
        trainer: &mut Trainer<f32>,
        steps: u64,
        augmented: &Augmented,
        share: f64,
        report: &mut FlowReport,
    ) -> Result<()> {
        if steps == 0 {
            return Ok(());
        }
        let Course { isa, family, base, columns, rows, seed, key, progress } = *self;
        let ViewFlow { flow, views, .. } = subject;
        let source = Pairs { isa, views, base, columns, rows, noise: family.noise, seed, key, augmented, share };
        report.loss = trainer.run(flow, family.optimiser.schedule(steps, family.peak_rate), &source, |_, _| {
            progress.advance(1);
            !progress.cancelled()
        });
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        if !report.loss.is_finite() {
            return Err(Error::Training(format!(
                "the likelihood of family \"{}\" became non-finite; check the data for extreme values",
                family.name
            )));
        }
        Ok(())
    }
}

/// A flow at its random start with its views; behind an extractor that is trained with it, both after that training.
fn start(
    isa: Isa,
    family: &FamilyConfiguration,
    fold: usize,
    base: &[f32],
    columns: usize,
    rows: &[usize],
    seed: u64,
    key: u64,
    report: &mut FlowReport,
    progress: &dyn Progress,
) -> Result<ViewFlow> {
    let flow = |features: usize| -> Result<Flow<f32>> {
        let spec = flow_spec(family, features);
        Ok(Flow::<f32>::new(spec, seed, key).map_err(|e| Error::Usage(e.to_string()))?.with_isa(isa))
    };
    let Some(settings) = &family.extractor else {
        let first = (key & 0xffff_ffff) as usize * family.views_per_flow;
        let view = |v| match family.maps {
            MapKind::Encoder => View::group(first + v, family.features),
            _ => View::random(family, seed, [key, v as u64], base, columns, rows),
        };
        let views: Vec<View> = (0..family.views_per_flow).map(view).collect();
        return Ok(ViewFlow { flow: flow(views[0].features())?, views: Representation::Views(views), fold });
    };
    let gathered = gather(base, columns, rows);
    let data = extractor::Data { rows: &gathered, columns, seed, key };
    let (mut extractor, maps) = extractor::fit(isa, family, settings, &data, progress)?;
    let mut flow = flow(family.features)?;
    if settings.kind == ExtractorKind::Joint {
        (extractor, flow, report.loss) =
            extractor::train_jointly(isa, family, settings, (extractor, maps, flow), &data, progress)?;
    }
    Ok(ViewFlow { flow, views: Representation::Extracted(Box::new(extractor)), fold })
}

/// Training steps of one flow, its extractor's and those of all rounds of every kind of active learning included.
pub(super) fn steps(family: &FamilyConfiguration, actives: &[Option<ActiveConfiguration>]) -> u64 {
    let extractor = family.extractor.filter(|e| e.kind != ExtractorKind::Random).map_or(0, |e| e.steps);
    let rounds: u64 = actives.iter().flatten().map(|a| a.rounds as u64).sum();
    extractor + family.steps + rounds * family.round_steps
}

/// The shape of a family's flows on `features` features.
pub(super) fn flow_spec(family: &FamilyConfiguration, features: usize) -> FlowSpec {
    FlowSpec {
        features,
        contexts: if family.conditioned && family.views_per_flow > 1 { family.views_per_flow } else { 0 },
        blocks: family.blocks,
        layers: family.layers,
        hidden: family.hidden.max(features),
        transform: Transform::dsf(family.units),
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
        let views = match &self.views {
            Representation::Views(views) => views,
            Representation::Extracted(extractor) => return extractor.density(&self.flow, &gather(base, d, rows)),
        };
        let mut out = Density::default();
        let row = |i: usize| &base[i * d..(i + 1) * d];
        if rows.len() >= FEW || views.len() == 1 {
            for (context, view) in views.iter().enumerate() {
                for chunk in rows.chunks(TILE) {
                    let contexts =
                        if self.flow.spec().contexts > 0 { Context::Same(context as u32) } else { Context::None };
                    let fill = |tile: &mut [f32], lanes: usize| {
                        chunk.iter().enumerate().for_each(|(b, &i)| view.apply(row(i), &mut tile[b..], lanes));
                    };
                    self.flow.density_tile(scratch, chunk.len(), contexts, fill, &mut out);
                }
            }
            return out;
        }
        let pairs: Vec<(u32, usize)> =
            (0..views.len() as u32).flat_map(|v| rows.iter().map(move |&i| (v, i))).collect();
        for chunk in pairs.chunks(TILE) {
            let contexts: Vec<u32> = chunk.iter().map(|p| p.0).collect();
            let fill = |tile: &mut [f32], lanes: usize| {
                for (b, &(v, i)) in chunk.iter().enumerate() {
                    views[v as usize].apply(row(i), &mut tile[b..], lanes);
                }
            };
            let contexts = if self.flow.spec().contexts > 0 { Context::Each(&contexts) } else { Context::None };
            self.flow.density_tile(scratch, chunk.len(), contexts, fill, &mut out);
        }
        out
    }
}

/// The negative log-likelihood or latent score a detector works with; a likelihood that underflowed everything stays a
/// large finite number.
pub(super) fn surprisal(density: f64) -> f64 {
    (-density).min(f64::MAX.sqrt())
}
