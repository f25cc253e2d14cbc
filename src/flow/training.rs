//! Maximum likelihood on tiles: the batch loop of Eq. 6 over a frozen feature space.
//!
//! A batch is cut into tiles of fixed width, each filled by a [`BatchSource`] from counter-based streams; see
//! [`crate::autodiff::GradientShards`] for why the bits do not depend on the number of threads. From the fourth step on a step
//! allocates nothing.

use nafal_kernels::Real;

use super::Flow;
use crate::autodiff::{Adam, AdamOptions, GradientShards, Schedule};

/// Columns of a training tile: the most samples a [`BatchSource`] is asked for at once.
pub const TILE: usize = 64;

/// Where training samples come from.
pub trait BatchSource<T>: Sync {
    /// Writes samples `first..first + count` of step `step`'s batch as columns of `tile: [m, lanes]`, and the context of
    /// each. Must depend on the arguments alone.
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [T], lanes: usize);
}

/// Constants of a training run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingOptions {
    /// Samples of a batch.
    pub batch: usize,
    /// The optimiser's constants.
    pub adam: AdamOptions,
}

/// Optimiser state and buffers of one flow, kept over warm starts.
pub struct Trainer<T: Real> {
    options: TrainingOptions,
    adam: Adam<T>,
    shards: GradientShards<T>,
    steps_done: u64,
}

impl<T: Real> Trainer<T> {
    /// A trainer for `flow`.
    pub fn new(flow: &Flow<T>, options: TrainingOptions) -> Self {
        let tiles = options.batch.div_ceil(TILE);
        Trainer {
            options,
            adam: Adam::new(&flow.parameters, options.adam),
            shards: GradientShards::new(flow.isa, &flow.parameters, tiles),
            steps_done: 0,
        }
    }

    /// Another trainer of this one's state with buffers of its own, to go on with a copy of the flow.
    pub fn branch(&self, flow: &Flow<T>) -> Self {
        Trainer { adam: self.adam.clone(), steps_done: self.steps_done, ..Trainer::new(flow, self.options) }
    }

    /// One step at learning rate `rate`; returns the mean loss of the batch and the gradient's norm before clipping.
    pub fn step(&mut self, flow: &mut Flow<T>, rate: f64, source: &dyn BatchSource<T>) -> (f64, f64) {
        let (step, batch) = (self.steps_done, self.options.batch);
        let features = flow.spec.features;
        let frozen = &*flow;
        let (loss, gradients) = self.shards.gradient(&frozen.parameters, batch.div_ceil(TILE), |tile, tape| {
            let first = tile * TILE;
            let count = TILE.min(batch - first);
            tape.begin(count);
            let mut contexts = [0u32; TILE];
            let x = tape.input(features, false, |x, lanes| source.fill(step, first, count, &mut contexts, x, lanes));
            tape.set_classes(contexts[..count].iter().copied());
            frozen.record_nll(tape, x, 1.0 / batch as f64);
        });
        let isa = flow.isa;
        let norm = self.adam.step(isa, rate, &mut flow.parameters, gradients);
        self.steps_done += 1;
        (loss, norm)
    }

    /// A run of the given schedule; `each(step, loss)` may end it early by returning false. Returns the mean loss of the
    /// last tenth of the steps, NaN if a loss or gradient was not finite.
    pub fn run(
        &mut self,
        flow: &mut Flow<T>,
        schedule: impl Into<Schedule>,
        source: &dyn BatchSource<T>,
        mut each: impl FnMut(u64, f64) -> bool,
    ) -> f64 {
        let schedule = schedule.into();
        let tail = schedule.steps() - schedule.steps().div_ceil(10).min(schedule.steps());
        let (mut sum, mut count) = (0.0, 0u64);
        for s in 0..schedule.steps() {
            let (loss, norm) = self.step(flow, schedule.rate(s), source);
            if !norm.is_finite() || !loss.is_finite() {
                return f64::NAN;
            }
            if s >= tail {
                sum += loss;
                count += 1;
            }
            if !each(s, loss) {
                break;
            }
        }
        sum / count.max(1) as f64
    }
}
