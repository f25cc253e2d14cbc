//! The conditioner `c`: a masked network from the features of lower rank to the raw parameters of each transformer.
//!
//! `h₁ = tanh(W₁x + b₁ (+ E[context]))`, `h_l = tanh(W_l h_{l−1} + b_l)`, `raw = W_o h + b_o`, shapes `[m] → [H] → … →
//! [m·3U]`. tanh keeps the parameters bounded however far out `x` lies. Init: hidden weights `N(0, 1/fan-in)` over the
//! unmasked inputs, head weights `N(0, 10⁻⁶)`, so that the flow begins as (nearly) one fixed monotone map per feature
//! with slopes 1, equal weights and biases spread over `[−2, 2]`; context rows `0.1·N(0, 1)`.

use nafal_kernels::dsf::Slope;
use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Real, Staircase};

use super::FlowSpec;
use super::degrees::Degrees;
use crate::autodiff::{Linear, ParameterId, Parameters, Tape, Var};
use crate::random::{Purpose, normal, stream};

/// Handles and shapes of one block's conditioner.
#[derive(Clone, Debug)]
pub(super) struct Conditioner {
    /// Hidden layers, then the head.
    pub(super) layers: Vec<(ParameterId, ParameterId)>,
    /// Class rows added before the first tanh.
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
            let (name, rows) = (format!("block{block}.layer{layer}"), shape.rows);
            let weight = parameters.add_matrix(format!("{name}.weight"), shape);
            layers.push((weight, parameters.add_vector(format!("{name}.bias"), rows)));
        }
        let table = (spec.contexts > 0)
            .then(|| parameters.add_table(format!("block{block}.context"), spec.contexts, spec.hidden));
        let head = (0..spec.features)
            .map(|i| Staircase::from_prefixes(&vec![degrees.units_up_to(i); spec.raw()], spec.hidden))
            .collect();
        Conditioner { layers, table, degrees, head }
    }

    /// Random start; see the top of this file.
    pub(super) fn initialise<T: Real>(&self, spec: &FlowSpec, parameters: &mut Parameters<T>, seed: u64, key: u64) {
        let head = self.layers.len() - 1;
        for (l, &(weight, bias)) in self.layers.iter().enumerate() {
            let mut rng = stream(seed, Purpose::Weights, key, l as u64);
            let shape = parameters.shape(weight).clone();
            let fan_in: Vec<usize> =
                shape.runs.iter().flat_map(|r| std::iter::repeat_n(r.inner.len(), r.rows.len())).collect();
            parameters.fill(weight, |i, _| {
                let sd = if l == head { 1e-3 } else { 1.0 / (fan_in[i].max(1) as f64).sqrt() };
                T::from_f64(sd * normal::<f64>(&mut rng))
            });
            if l == head {
                parameters.fill(bias, |_, r| T::from_f64(starting_raw(spec, r % spec.raw())));
            }
        }
        if let Some(table) = self.table {
            let mut rng = stream(seed, Purpose::Weights, key, self.layers.len() as u64);
            parameters.fill(table, |_, _| T::from_f64(0.1 * normal::<f64>(&mut rng)));
        }
    }

    /// Records the network on the tape: raw parameters `[m·3U, lanes]` of the features `x: [m, lanes]`.
    pub(super) fn record<T: Real>(&self, tape: &mut Tape<T>, parameters: &Parameters<T>, x: Var) -> Var {
        let head = self.layers.len() - 1;
        let mut h = x;
        for (l, &(weight, bias)) in self.layers.iter().enumerate() {
            let epilogue = if l == head { Epilogue::Store } else { Epilogue::Tanh };
            let table = if l == 0 { self.table } else { None };
            h = tape.linear(parameters, Linear { weight, bias: Some(bias), table, epilogue }, h);
        }
        h
    }
}

/// Raw start of one transformer: slopes 1, biases spread, weights equal.
pub(super) fn starting_raw(spec: &FlowSpec, at: usize) -> f64 {
    let (unit, units) = (at % spec.units, spec.units);
    match at / spec.units {
        0 => match spec.slope {
            Slope::Softplus => 1f64.exp_m1().ln(),
            Slope::Bounded { .. } => 0.0,
        },
        1 if units > 1 => -2.0 + 4.0 * unit as f64 / (units - 1) as f64,
        _ => 0.0,
    }
}
