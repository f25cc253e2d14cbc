//! The extractor of one flow of a family, from its configuration and training rows.

use std::ops::ControlFlow;
use std::sync::Arc;

use nafal_kernels::Isa;

use super::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
use crate::autodiff::{AffineMaps, Folding};
use crate::detect::configuration::{ExtractorConfiguration, ExtractorKind, FamilyConfiguration};
use crate::error::{Error, Result, quoted};
use crate::flow::Flow;
use crate::nn::{self, Step};
use crate::progress::Progress;
use crate::random::{Key, permutation, stream};

/// Rows whose scores are compared when a joint training ends, and whose features set the divergence check's scale.
const CHECKED: usize = 64;

/// Rows `[n, d]` a flow trains on, and the streams of its numbers.
pub(in crate::detect) struct Data<'a> {
    /// Row-major.
    pub(in crate::detect) rows: &'a [f32],
    /// Columns `d`.
    pub(in crate::detect) columns: usize,
    pub(in crate::detect) seed: u64,
    /// Which flow this is.
    pub(in crate::detect) key: u64,
}

impl Data<'_> {
    /// The rows of step `step`: `count` different ones at random, or all in random order if there are fewer.
    fn batch(&self, count: usize, step: u64) -> Vec<f32> {
        let mut rng = stream(self.seed, Key::RowBatch { flow: self.key, step });
        let order = permutation(&mut rng, self.rows.len() / self.columns);
        let row = |&i: &usize| &self.rows[i * self.columns..(i + 1) * self.columns];
        order.iter().take(count).flat_map(row).copied().collect()
    }
}

/// The shape of a family's extractor on `d` columns.
pub(in crate::detect) fn spec(
    family: &FamilyConfiguration,
    extractor: &ExtractorConfiguration,
    d: usize,
) -> ExtractorSpec {
    ExtractorSpec {
        columns: d,
        views: family.views_per_flow,
        layers: extractor.layers,
        hidden: extractor.hidden,
        features: family.features,
    }
}

/// An extractor ready for its flow, and its views: a frozen kind is trained and standardised, a joint one is at its random
/// start.
pub(in crate::detect) fn fit(
    isa: Isa,
    family: &FamilyConfiguration,
    configuration: &ExtractorConfiguration,
    data: &Data,
    progress: &dyn Progress,
) -> Result<(Extractor<f32>, Arc<AffineMaps<f32>>)> {
    let spec = spec(family, configuration, data.columns);
    let axes = family.features.min(data.columns);
    let maps = dense_views(family.maps, spec.views, spec.columns, axes, data.rows, data.seed, data.key);
    let maps = Arc::new(maps);
    let mut extractor = Extractor::<f32>::new(spec, data.seed, data.key);
    let mut folding = Folding::new(extractor.layers.first, extractor.layers.folded.table);
    folding.refresh(isa, &maps, &mut extractor.parameters);
    if configuration.kind == ExtractorKind::Predictive {
        let batch = |step| data.batch(configuration.rows, step);
        // A gradient that is not finite changes nothing; the next step may have one that is.
        let watch = |step: Step| match step.loss.is_finite() {
            true => Ok(ControlFlow::Continue(())),
            false => Err(Error::Training(format!(
                "predicting the views of family {} became non-finite; check the data for extreme values",
                quoted(&family.name)
            ))),
        };
        let (steps, maps) = (configuration.steps, maps.clone());
        extractor.pretrain(isa, maps, steps, data.seed, data.key, batch, watch, progress)?;
    }
    if configuration.kind != ExtractorKind::Joint {
        extractor.standardise(isa, data.rows);
    }
    extractor.prepare();
    Ok((extractor, maps))
}

/// Trains extractor and flow together by Eq. 6; returns both and the mean loss of the last tenth of the steps.
///
/// # Errors
/// [`Error::Training`] if the likelihood runs away or scores become constant; [`Error::Interrupted`].
pub(in crate::detect) fn train_jointly(
    isa: Isa,
    family: &FamilyConfiguration,
    configuration: &ExtractorConfiguration,
    (extractor, maps, flow): (Extractor<f32>, Arc<AffineMaps<f32>>, Flow<f32>),
    data: &Data,
    progress: &dyn Progress,
) -> Result<(Extractor<f32>, Flow<f32>, f64)> {
    let m = extractor.spec.features;
    let checked = &data.rows[..data.rows.len().min(CHECKED * data.columns)];
    let start: Vec<f32> = (0..extractor.spec.views).flat_map(|k| extractor.features(isa, k, checked)).collect();
    let check = DivergenceCheck::new(&start, m);
    let steps = configuration.steps;
    let schedule = family.optimiser.schedule(steps, family.peak_rate);
    let options = family.optimiser.adam();
    let net = ViewNet { extractor, flow };
    let mut trainer = JointTrainer::new(isa, net, maps, options, family.noise, data.seed, data.key);
    let step = |step, rate| trainer.step(rate, &data.batch(configuration.rows, step));
    let loss =
        nn::train(schedule, progress, step, |s| check.check(s.number, s.loss, s.norm).map(ControlFlow::Continue))?;
    let net = trainer.net();
    let differ = checked.chunks_exact(data.columns).any(|row| row != &checked[..data.columns]);
    if differ && steps > 0 {
        check.check_scores(&net.score(checked))?;
    }
    Ok((net.extractor, net.flow, loss))
}
