//! Adam with bias correction and decoupled weight decay, one fused pass over the flat parameters.
//!
//! `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `p ← (1−ηλ)p − η·m̂/(√v̂ + ε)` (Kingma & Ba 2015, Algorithm 1;
//! Loshchilov & Hutter 2019, Algorithm 2). The gradient's norm is clipped before the moments see it.

use nafal_kernels::{Isa, Real, map};
use rayon::prelude::*;

use crate::autodiff::aligned::AlignedVec;
use crate::autodiff::gradients::Gradients;
use crate::autodiff::parameters::Parameters;

/// Parameters that one task updates. The update is elementwise: how it is cut does not matter for the result.
const CHUNK: usize = 1 << 16;

/// Constants of the optimiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamOptions {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Decoupled weight decay λ.
    pub decay: f64,
    /// Gradients of a larger Euclidean norm are scaled down to it; infinite: never.
    pub clip: f64,
}

impl Default for AdamOptions {
    fn default() -> Self {
        AdamOptions { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.0, clip: f64::INFINITY }
    }
}

/// Optimiser state: two moments of the parameters' layout.
#[derive(Clone, Debug)]
pub struct Adam<T: Real> {
    options: AdamOptions,
    first: AlignedVec<T>,
    second: AlignedVec<T>,
    step: u64,
}

impl<T: Real> Adam<T> {
    /// Zero moments for `parameters`.
    pub fn new(parameters: &Parameters<T>, options: AdamOptions) -> Self {
        let n = parameters.values().len();
        Adam { options, first: AlignedVec::zeroed(n), second: AlignedVec::zeroed(n), step: 0 }
    }

    /// One update at learning rate `rate`; returns the gradient's norm before clipping. A gradient that is not finite
    /// changes nothing (the caller sees the norm).
    pub fn step(&mut self, isa: Isa, rate: f64, parameters: &mut Parameters<T>, gradients: &Gradients<T>) -> f64 {
        let norm = map::sum_of_squares(isa, gradients.values()).sqrt();
        if !norm.is_finite() {
            return norm;
        }
        self.step += 1;
        let o = &self.options;
        let constants = map::AdamStep {
            rate,
            beta1: o.beta1,
            beta2: o.beta2,
            epsilon: o.epsilon,
            decay: o.decay,
            gradient_scale: if norm > o.clip { o.clip / norm } else { 1.0 },
            step: self.step,
        };
        let (values, gradients) = (parameters.values_mut(), gradients.values());
        if values.len() <= 4 * CHUNK || rayon::current_num_threads() == 1 {
            map::adam(isa, &constants, values, gradients, &mut self.first, &mut self.second);
        } else {
            let moments = self.first.par_chunks_mut(CHUNK).zip(self.second.par_chunks_mut(CHUNK));
            let chunks = values.par_chunks_mut(CHUNK).zip(gradients.par_chunks(CHUNK)).zip(moments);
            chunks.for_each(|((p, g), (m, v))| map::adam(isa, &constants, p, g, m, v));
        }
        norm
    }
}
