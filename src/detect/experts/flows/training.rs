//! The training of one flow of a family: its views, its training cases, its batches, the rounds of active learning.
//!
//! A flow never sees its held-out fold; the scores of that fold calibrate its views.

use nafal_kernels::Isa;

use super::active::{Augmented, Round};
use super::extractor;
use super::family::FlowFamily;
use super::view_features::ViewFeatures;
use super::view_flow::{ViewBlocks, ViewFlow, block_width, flow_spec};
use crate::detect::configuration::{ActiveConfiguration, Configuration, ExtractorKind, FamilyConfiguration};
use crate::detect::experts::expert::TrainingData;
use crate::detect::views::{Place, TrainingBlock, View};
use crate::encode::{Block, Encoder, Features};
use crate::error::{Error, Result, quoted};
use crate::flow::{BatchSource, Flow, FlowSpec, TRAINING_TILE, Trainer, TrainingOptions};
use crate::progress::Progress;
use crate::random::{Key, below, normal, stream, uniform};

/// A trained flow and what its training left behind.
#[derive(Clone, Debug)]
pub(in crate::detect) struct Trained {
    flow: ViewFlow,
    /// Mean training loss at the end, in nats.
    pub loss: f64,
    /// Augmented samples accepted over all rounds.
    pub augmented: usize,
}

impl Trained {
    /// The family of some trained flows, in order.
    pub fn family(flows: Vec<Trained>) -> FlowFamily {
        FlowFamily::new(flows.into_iter().map(|trained| trained.flow).collect())
    }
}

/// Samples of a flow's batches: random (view, case) pairs with noise, and augmented samples without.
struct ViewBatches<'a> {
    isa: Isa,
    views: &'a ViewFeatures,
    /// The block of each view.
    blocks: &'a [&'a Block],
    rows: &'a [usize],
    noise: f64,
    seed: u64,
    /// Which flow this is, for its streams.
    key: u64,
    augmented: &'a Augmented,
    /// Probability that a sample is an augmented one.
    share: f64,
}

impl BatchSource<f32> for ViewBatches<'_> {
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [f32], lanes: usize) {
        let (flow, first) = (self.key, first as u64);
        let mut rng = stream(self.seed, Key::Batch { flow, step, first });
        let mut noise = stream(self.seed, Key::Noise { flow, step, first });
        let m = self.views.features();
        let mut pairs: [(u32, &[f32]); TRAINING_TILE] = [(0, &[]); TRAINING_TILE];
        let mut chosen = [None; TRAINING_TILE];
        for b in 0..count {
            let (view, row) = (below(&mut rng, self.views.count()), self.rows[below(&mut rng, self.rows.len())]);
            let uniform = uniform(&mut rng);
            if !self.augmented.is_empty() && uniform < self.share {
                chosen[b] = Some(below(&mut rng, self.augmented.len()));
            }
            pairs[b] = (view as u32, self.blocks[view].row(row));
        }
        self.views.pairs(self.isa, &pairs[..count], tile, lanes);
        for b in 0..count {
            contexts[b] = pairs[b].0;
            if let Some(chosen) = chosen[b] {
                let (view, sample) = self.augmented.get(chosen);
                contexts[b] = view;
                (0..m).for_each(|i| tile[i * lanes + b] = sample[i]);
            } else {
                (0..m).for_each(|i| tile[i * lanes + b] += (self.noise * normal::<f64>(&mut noise)) as f32);
            }
        }
    }
}

/// Trains flow `flow` of family `family`, once for each kind of active learning in `actives`: all of them go on from one
/// training before the first round, to the bits that each would have alone.
pub(in crate::detect) fn train(
    isa: Isa,
    configuration: &Configuration,
    actives: &[Option<ActiveConfiguration>],
    (family, flow): (usize, usize),
    data: &TrainingData,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<Trained>> {
    let settings = &configuration.families[family];
    let fold = flow % configuration.folds;
    let rows = data.without_fold(fold);
    let place = Place { seed, family, flow, views_per_flow: settings.views_per_flow, view: 0 };
    let training = FlowTraining { isa, family: settings, place, features: data.features, rows: &rows, progress };
    let mut trained = training.initialise(fold, ViewBlocks::new(settings, flow, fold, data.encoder)?)?;
    let options = TrainingOptions { batch: settings.batch, adam: settings.optimiser.adam() };
    let mut trainer = Trainer::new(&trained.flow.flow, options);
    training.run(&mut trained, &mut trainer, settings.steps, &Augmented::default(), 0.0)?;
    let branch = |active: &Option<ActiveConfiguration>| match active {
        None => Ok(trained.clone()),
        Some(active) => training.rounds(active, trained.clone(), trainer.branch(&trained.flow.flow)),
    };
    actives.iter().map(branch).collect()
}

/// What the training of one flow works with from its first step to its last.
struct FlowTraining<'a> {
    isa: Isa,
    family: &'a FamilyConfiguration,
    /// The flow's place in the detector; of its first view.
    place: Place,
    features: &'a Features,
    rows: &'a [usize],
    progress: &'a dyn Progress,
}

impl FlowTraining<'_> {
    /// The rounds of active learning.
    fn rounds(&self, active: &ActiveConfiguration, mut trained: Trained, mut trainer: Trainer<f32>) -> Result<Trained> {
        let Self { family, features, rows, place, .. } = *self;
        let round = Round { family, active, features, rows, seed: place.seed, key: place.flow_key() };
        let mut augmented = Augmented::default();
        for number in 1..=active.rounds {
            let mut share = 0.0;
            if active.augment {
                augmented.sample(&trained.flow, &round, number as u64)?;
                let part = active.share * number as f64;
                share = (part / (1.0 + part)).min(0.5);
            }
            self.run(&mut trained, &mut trainer, family.round_steps, &augmented, share)?;
        }
        trained.augmented = augmented.len();
        Ok(trained)
    }

    /// `steps` training steps; a batch holds the share `share` of augmented samples, if there are any.
    fn run(
        &self,
        trained: &mut Trained,
        trainer: &mut Trainer<f32>,
        steps: u64,
        augmented: &Augmented,
        share: f64,
    ) -> Result<()> {
        if steps == 0 {
            return Ok(());
        }
        let Self { isa, family, features, rows, progress, place } = *self;
        let blocks: Vec<&Block> = (0..trained.flow.views.count()).map(|v| trained.flow.block(features, v)).collect();
        let ViewFlow { flow, views, .. } = &mut trained.flow;
        let (noise, seed, key) = (family.noise, place.seed, place.flow_key());
        let source = ViewBatches { isa, views, blocks: &blocks, rows, noise, seed, key, augmented, share };
        let schedule = family.optimiser.schedule(steps, family.peak_rate);
        let what = format!("family {}", quoted(&family.name));
        trained.loss = trainer.train(flow, schedule, &source, &what, progress)?;
        Ok(())
    }

    /// A flow at its random start with its views; behind an extractor that is trained with it, both after that training.
    fn initialise(&self, fold: usize, blocks: ViewBlocks) -> Result<Trained> {
        let Self { isa, family, features, rows, progress, place } = *self;
        let (seed, key) = (place.seed, place.flow_key());
        let flow = |features: usize| -> Result<Flow<f32>> {
            let spec = flow_spec(family, features);
            Ok(Flow::<f32>::new(spec, seed, key).map_err(|e| Error::Usage(e.to_string()))?.with_isa(isa))
        };
        let block = |view: usize| features.block(blocks.of(view));
        let Some(settings) = &family.extractor else {
            let view = |v: usize| {
                let data = TrainingBlock { block: block(v), rows };
                View::draw(family.maps, &Place { view: v, ..place }, family.features, &data)
            };
            let views = ViewFeatures::Affine((0..family.views_per_flow).map(view).collect());
            let flow = ViewFlow { flow: flow(views.features())?, views, blocks, fold };
            return Ok(Trained { flow, loss: 0.0, augmented: 0 });
        };
        let selected = block(0).select(rows);
        let data = extractor::Data { rows: &selected, columns: block(0).width(), seed, key };
        let (mut extractor, maps) = extractor::fit(isa, family, settings, &data, progress)?;
        let (mut flow, mut loss) = (flow(family.features)?, 0.0);
        if settings.kind == ExtractorKind::Joint {
            (extractor, flow, loss) =
                extractor::train_jointly(isa, family, settings, (extractor, maps, flow), &data, progress)?;
        }
        let views = ViewFeatures::Extracted(Box::new(extractor));
        Ok(Trained { flow: ViewFlow { flow, views, blocks, fold }, loss, augmented: 0 })
    }
}

/// Training steps of one flow, its extractor's and those of all rounds of every kind of active learning included.
pub(in crate::detect) fn training_steps(family: &FamilyConfiguration, actives: &[Option<ActiveConfiguration>]) -> u64 {
    let extractor = family.extractor.filter(|e| e.kind != ExtractorKind::Random).map_or(0, |e| e.steps);
    let rounds: u64 = actives.iter().flatten().map(|a| a.rounds as u64).sum();
    extractor + family.steps + rounds * family.round_steps
}

/// What the training of one flow on rows of `columns` features costs, in comparison with that of another family.
pub(in crate::detect) fn training_cost(family: &FamilyConfiguration, columns: usize) -> u64 {
    let width = [family.features.min(columns), family.units, 3, family.hidden, family.batch, family.blocks];
    width.into_iter().fold(family.steps, |cost, size| cost.saturating_mul(size as u64))
}

/// Refuses families whose flows, views and extractors have more parameters than a model file holds, before any is made.
///
/// # Errors
/// [`Error::Usage`] naming the family that has most of them.
pub(in crate::detect) fn check_room(families: &[FamilyConfiguration], encoder: &dyn Encoder) -> Result<()> {
    let mut sizes = Vec::new();
    for family in families {
        let columns = block_width(family, encoder)?;
        let features =
            if family.extractor.is_some() { family.features } else { family.maps.features(family.features, columns) };
        let spec = flow_spec(family, features);
        spec.check().map_err(|e| Error::Usage(format!("family {}: {e}", quoted(&family.name))))?;
        let (views, columns) = (family.views_per_flow as u128, columns as u128 + 1);
        let views = match &family.extractor {
            None => views * features as u128 * if family.maps.selects() { 2 } else { columns },
            Some(e) => {
                let hidden = e.hidden as u128;
                views * columns * (columns + hidden) + hidden * (columns + e.layers as u128 * hidden + features as u128)
            }
        };
        sizes.push((family.flows as u128 * (spec.parameters() + views), family));
    }
    let (total, most) = (sizes.iter().map(|(size, _)| size).sum::<u128>(), FlowSpec::MAX_PARAMETERS);
    match sizes.into_iter().max_by_key(|(size, _)| *size) {
        Some((_, family)) if total > most as u128 => Err(Error::Usage(format!(
            "family {}: its sizes make {total} parameters in all, and {most} are the most; lower its `hidden`, `units`, \
             `features`, `flows` or `views_per_flow`",
            quoted(&family.name)
        ))),
        _ => Ok(()),
    }
}
