//! A block: an autoregressive bijection `z_i = t(x_i; c(x_<i))` of a conditioner `c` and a univariate transform `t`.

use nafal_kernels::Real;

use super::FlowSpec;
use super::conditioner::Conditioner;
use crate::autodiff::{ParameterId, Parameters, Tape, Var};
use crate::random::{Key, normal, stream};

/// Handles and shapes of a block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) conditioner: Conditioner,
    /// What the transform shares among lanes and features.
    pub(super) shared: Vec<ParameterId>,
}

impl Block {
    /// Adds block `block`'s parameters, all zero, to `parameters`: the conditioner's, then the transform's own.
    pub(super) fn new<T: Real>(spec: &FlowSpec, block: usize, parameters: &mut Parameters<T>) -> Self {
        let conditioner = Conditioner::new(spec, block, parameters);
        let shared = spec.transform.univariate().add_shared(&format!("block{block}.transform"), parameters);
        Block { conditioner, shared }
    }

    /// Random start from the streams of `(seed, key, block)`.
    pub(super) fn initialise<T: Real>(
        &self,
        spec: &FlowSpec,
        parameters: &mut Parameters<T>,
        seed: u64,
        key: u64,
        block: u64,
    ) {
        self.conditioner.initialise(spec, parameters, seed, key, block);
        let mut rng = stream(seed, Key::FlowWeights { flow: key, block, layer: Conditioner::streams(spec) });
        spec.transform.univariate().start_shared(parameters, &self.shared, &mut || normal(&mut rng));
    }

    /// Records the block on a tape: values and log-slopes `[m, lanes]` of the features `x: [m, lanes]`.
    pub(super) fn record<T: Real>(
        &self,
        spec: &FlowSpec,
        tape: &mut Tape<T>,
        parameters: &Parameters<T>,
        x: Var,
    ) -> (Var, Var) {
        let raw = self.conditioner.record(tape, parameters, x);
        spec.transform.univariate().record(tape, parameters, &self.shared, x, raw)
    }
}
