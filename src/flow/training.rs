//! Maximum likelihood: training of a flow by Eq. 6 on samples of a frozen feature space.
//!
//! A batch is cut into tiles of fixed width, each filled by a [`BatchSource`] from counter-based streams; the loop, and why
//! the bits do not depend on the number of threads, is [`crate::nn`]'s. From the fourth step on a step allocates nothing.

use std::ops::ControlFlow;

use nafal_kernels::Real;

use super::Flow;
use crate::autodiff::{AdamOptions, Schedule};
use crate::error::Result;
use crate::nn::{self, Learner};
use crate::progress::{Progress, Quiet};

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
    learner: Learner<T>,
}

impl<T: Real> Trainer<T> {
    /// A trainer for `flow`.
    pub fn new(flow: &Flow<T>, options: TrainingOptions) -> Self {
        let (tiles, _) = nn::tiles(options.batch, TILE);
        Trainer { options, learner: Learner::new(flow.isa, &flow.parameters, options.adam, tiles) }
    }

    /// Another trainer of this one's state with buffers of its own, to go on with a copy of the flow.
    pub fn branch(&self, flow: &Flow<T>) -> Self {
        let fresh = Trainer::new(flow, self.options);
        Trainer { learner: self.learner.branch(fresh.learner), ..fresh }
    }

    /// One step at learning rate `rate`; returns the mean loss of the batch and the gradient's norm before clipping.
    pub fn step(&mut self, flow: &mut Flow<T>, rate: f64, source: &dyn BatchSource<T>) -> (f64, f64) {
        let (step, batch) = (self.learner.steps_done(), self.options.batch);
        let (tiles, samples) = nn::tiles(batch, TILE);
        let (features, frozen) = (flow.spec.features, &*flow);
        let loss = self.learner.gradient(&frozen.parameters, tiles, |tile, tape| {
            let (first, count) = (samples(tile).start, samples(tile).len());
            tape.begin(count);
            let mut contexts = [0u32; TILE];
            let x = tape.input(features, false, |x, lanes| source.fill(step, first, count, &mut contexts, x, lanes));
            tape.set_contexts(contexts[..count].iter().copied());
            frozen.record_nll(tape, x, 1.0 / batch as f64);
        });
        (loss, self.learner.update(&mut flow.parameters, rate))
    }

    /// Runs a schedule of steps; returns the mean loss of the last tenth of them, in nats. `what` names what the flow
    /// describes, for messages.
    ///
    /// # Errors
    /// [`crate::Error::Training`] if a loss or gradient is not finite, [`crate::Error::Interrupted`] if `progress` says so.
    pub fn train(
        &mut self,
        flow: &mut Flow<T>,
        schedule: impl Into<Schedule>,
        source: &dyn BatchSource<T>,
        what: &str,
        progress: &dyn Progress,
    ) -> Result<f64> {
        let step = |_, rate| self.step(flow, rate, source);
        nn::train(schedule, progress, step, |step| {
            nn::require_finite(step, format_args!("the likelihood of {what}")).map(ControlFlow::Continue)
        })
    }

    /// Runs a schedule of steps; `each(step, loss)` may end it early by returning false. Returns the mean loss of the last
    /// tenth of the steps, NaN if a loss or gradient was not finite.
    pub fn run(
        &mut self,
        flow: &mut Flow<T>,
        schedule: impl Into<Schedule>,
        source: &dyn BatchSource<T>,
        mut each: impl FnMut(u64, f64) -> bool,
    ) -> f64 {
        let step = |_, rate| self.step(flow, rate, source);
        let loss = nn::train(schedule, &Quiet, step, |step| {
            nn::require_finite(step, "the likelihood")?;
            Ok(if each(step.number, step.loss) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        });
        loss.unwrap_or(f64::NAN)
    }
}
