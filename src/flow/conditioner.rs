//! The conditioner `c`: a masked network from the features of lower rank to the raw parameters of each feature's transform.
//!
//! `h₁ = tanh(W₁x + b₁ (+ E[context]))`, `h_l = tanh(W_l h_{l−1} + b_l)`, `raw = W_o h + b_o`, shapes `[m] → [H] → … →
//! [m·R]`. tanh keeps the parameters bounded however far out `x` lies. Init: hidden weights `N(0, 1/fan-in)` over the
//! unmasked inputs, head weights `N(0, 10⁻⁶)` and head biases the transform's start, so that the flow begins as (nearly)
//! one fixed monotone map per feature; context rows `0.1·N(0, 1)`.

use nafal_kernels::{Matrix, Real, Staircase};

use super::FlowSpec;
use super::degrees::Degrees;
use crate::autodiff::{ParameterId, Parameters, Tape, Var};
use crate::nn::{Activation, Dense, fan_in, fill_normal};
use crate::random::{Key, stream};

/// Handles and shapes of one block's conditioner.
#[derive(Clone, Debug)]
pub(super) struct Conditioner {
    /// Hidden layers, then the head.
    pub(super) layers: Vec<Dense>,
    /// Context rows added before the first tanh.
    pub(super) table: Option<ParameterId>,
    /// Sorted degrees, for the incremental inverse.
    pub(super) degrees: Degrees,
    /// The head's rows of each feature, as a product of their own.
    pub(super) head: Vec<Staircase>,
}

impl Conditioner {
    /// Adds block `block`'s parameters, all zero, to `parameters`.
    pub(super) fn new<T: Real>(spec: &FlowSpec, block: usize, parameters: &mut Parameters<T>) -> Self {
        let degrees = Degrees::new(spec);
        let mut layers = Vec::with_capacity(spec.layers + 1);
        for layer in 0..=spec.layers {
            let shape = match layer {
                0 => degrees.input(),
                l if l < spec.layers => degrees.between(),
                _ => degrees.head(),
            };
            let name = format!("block{block}.layer{layer}");
            let activation = if layer < spec.layers { Activation::Tanh } else { Activation::Identity };
            layers.push(Dense::add(parameters, &name, shape, activation));
        }
        let table = (spec.contexts > 0)
            .then(|| parameters.add_table(format!("block{block}.context"), spec.contexts, spec.hidden));
        let head = (0..spec.features)
            .map(|i| Staircase::from_prefixes(&vec![degrees.units_up_to(i); spec.raw_rows()], spec.hidden))
            .collect();
        Conditioner { layers, table, degrees, head }
    }

    /// Mask, weights and biases of layer `l`, the head last.
    pub(super) fn layer<'a, T: Real>(&self, p: &'a Parameters<T>, l: usize) -> (&'a Staircase, Matrix<'a, T>, &'a [T]) {
        let Dense { weight, bias, .. } = self.layers[l];
        (p.shape(weight), p.matrix(weight), p.vector(bias.expect("every layer has a bias")))
    }

    /// Number of streams of `(seed, key, block)` that the start uses.
    pub(super) fn streams(spec: &FlowSpec) -> u64 {
        spec.layers as u64 + 2
    }

    /// Random start; see the top of this file.
    pub(super) fn initialise<T: Real>(
        &self,
        spec: &FlowSpec,
        parameters: &mut Parameters<T>,
        seed: u64,
        key: u64,
        block: u64,
    ) {
        let head = self.layers.len() - 1;
        for (l, layer) in self.layers.iter().enumerate() {
            let mut rng = stream(seed, Key::FlowWeights { flow: key, block, layer: l as u64 });
            let fan_in = fan_in(parameters, layer.weight);
            let sd = |i: usize| if l == head { 1e-3 } else { 1.0 / (fan_in[i].max(1) as f64).sqrt() };
            fill_normal(parameters, layer.weight, &mut rng, sd);
            if l == head {
                let bias = layer.bias.expect("the head has a bias");
                parameters.fill(bias, |_, r| T::from_f64(spec.transform.starting_raw(r % spec.raw_rows())));
            }
        }
        if let Some(table) = self.table {
            let mut rng = stream(seed, Key::FlowWeights { flow: key, block, layer: self.layers.len() as u64 });
            fill_normal(parameters, table, &mut rng, |_| 0.1);
        }
    }

    /// Records the network on the tape: raw parameters `[m·R, lanes]` of the features `x: [m, lanes]`.
    pub(super) fn record<T: Real>(&self, tape: &mut Tape<T>, parameters: &Parameters<T>, x: Var) -> Var {
        let mut h = x;
        for (l, layer) in self.layers.iter().enumerate() {
            h = layer.record_in_context(tape, parameters, if l == 0 { self.table } else { None }, h);
        }
        h
    }
}
