//! Adam on the mean loss of batches, cut in tiles that a fixed number of gradient shards share.
//!
//! Nothing depends on the number of threads; see [`crate::autodiff::GradientShards`]. From the fourth step on a step
//! allocates nothing, if recording does not.

use std::ops::Range;

use nafal_kernels::{Isa, Real};

use crate::autodiff::{Adam, AdamOptions, GradientShards, Gradients, Parameters, Tape};

/// The tiles of a batch of `samples`, `width` samples each but for the last: their number, and the samples of tile `t`.
pub fn tiles(samples: usize, width: usize) -> (usize, impl Fn(usize) -> Range<usize> + Sync) {
    (samples.div_ceil(width), move |t| t * width..samples.min((t + 1) * width))
}

/// Optimiser, gradient shards and the number of steps done, for one store of parameters.
pub struct Learner<T: Real> {
    isa: Isa,
    adam: Adam<T>,
    shards: GradientShards<T>,
    steps_done: u64,
}

impl<T: Real> Learner<T> {
    /// A learner of `parameters` for batches of at most `tiles` tiles.
    pub fn new(isa: Isa, parameters: &Parameters<T>, options: AdamOptions, tiles: usize) -> Self {
        let (adam, shards) = (Adam::new(parameters, options), GradientShards::new(isa, parameters, tiles));
        Learner { isa, adam, shards, steps_done: 0 }
    }

    /// Another learner in the state of this one, with the buffers of `fresh`.
    pub fn branch(&self, fresh: Learner<T>) -> Self {
        Learner { adam: self.adam.clone(), steps_done: self.steps_done, ..fresh }
    }

    /// Steps done so far, also those that a gradient that is not finite made void: the number of the coming step, for its
    /// random streams.
    pub fn steps_done(&self) -> u64 {
        self.steps_done
    }

    /// Loss of a batch of `tiles` tiles, and its gradient, which stays for [`Learner::update`]: `record(tile, tape)` records
    /// one tile's part of the loss.
    pub fn gradient(
        &mut self,
        parameters: &Parameters<T>,
        tiles: usize,
        record: impl Fn(usize, &mut Tape<T>) + Sync,
    ) -> f64 {
        self.shards.gradient(parameters, tiles, record).0
    }

    /// The latest gradient.
    pub fn gradients_mut(&mut self) -> &mut Gradients<T> {
        self.shards.gradients_mut()
    }

    /// One step of Adam with the latest gradient at learning rate `rate`; returns the gradient's norm before clipping. A
    /// gradient that is not finite changes no parameter.
    pub fn update(&mut self, parameters: &mut Parameters<T>, rate: f64) -> f64 {
        self.steps_done += 1;
        self.adam.step(self.isa, rate, parameters, self.shards.gradients_mut())
    }
}
