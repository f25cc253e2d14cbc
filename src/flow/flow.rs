//! The flow itself: parameters and blocks, and how they are recorded on a tape.

use nafal_kernels::{Isa, Real};

use super::block::Block;
use super::{FlowError, FlowSpec};
use crate::autodiff::{Parameters, Tape, Var};
use crate::nn::Dense;

/// A neural autoregressive flow on `ℝᵐ` with its parameters.
#[derive(Clone, Debug)]
pub struct Flow<T: Real> {
    pub(super) spec: FlowSpec,
    pub(super) parameters: Parameters<T>,
    pub(super) blocks: Vec<Block>,
    pub(super) isa: Isa,
}

impl<T: Real> Flow<T> {
    /// A flow with all parameters zero, to be filled from a file.
    ///
    /// # Errors
    /// If a size of `spec` makes no sense.
    pub fn zeroed(spec: FlowSpec) -> Result<Self, FlowError> {
        spec.check()?;
        let mut parameters = Parameters::new();
        parameters.reserve((0..spec.blocks).flat_map(|_| spec.sides_of_block()));
        let blocks = (0..spec.blocks).map(|b| Block::new(&spec, b, &mut parameters)).collect();
        Ok(Flow { spec, parameters, blocks, isa: Isa::detect() })
    }

    /// A flow near one fixed monotone map per feature, with random weights of the stream `(seed, key)`.
    ///
    /// # Errors
    /// If a size of `spec` makes no sense.
    pub fn new(spec: FlowSpec, seed: u64, key: u64) -> Result<Self, FlowError> {
        let mut flow = Self::zeroed(spec)?;
        for (b, block) in flow.blocks.iter().enumerate() {
            block.initialise(&spec, &mut flow.parameters, seed, key, b as u64);
        }
        Ok(flow)
    }

    /// The same flow computing with `isa`.
    pub fn with_isa(mut self, isa: Isa) -> Self {
        self.isa = isa;
        self
    }
    /// The instruction set it computes with.
    pub fn isa(&self) -> Isa {
        self.isa
    }
    /// Its shape.
    pub fn spec(&self) -> &FlowSpec {
        &self.spec
    }
    /// Its parameters. Within a hidden layer units are sorted by degree; the head's rows are, feature by feature, the
    /// raw parameters of the transform.
    pub fn parameters(&self) -> &Parameters<T> {
        &self.parameters
    }
    /// Its parameters, to change.
    pub fn parameters_mut(&mut self) -> &mut Parameters<T> {
        &mut self.parameters
    }
    /// The layers of block `block`'s conditioner, each with a bias, the head last.
    pub fn layers(&self, block: usize) -> &[Dense] {
        &self.blocks[block].conditioner.layers
    }
    /// The same flow in another precision.
    pub fn cast<U: Real>(&self) -> Flow<U> {
        Flow { spec: self.spec, parameters: self.parameters.cast(), blocks: self.blocks.clone(), isa: self.isa }
    }

    /// Records the flow on a tape: latent values of `x: [m, lanes]`; the log-slopes of each block go to `log_slopes`.
    /// Returns the latent values and the number of log-slope values written (one per block).
    pub fn record(&self, tape: &mut Tape<T>, x: Var, log_slopes: &mut [Var; FlowSpec::MAX_BLOCKS]) -> (Var, usize) {
        let mut z = x;
        let mut reversed = false;
        for (b, block) in self.blocks.iter().enumerate() {
            if (b % 2 == 1) != reversed {
                z = tape.reverse(z);
                reversed = !reversed;
            }
            (z, log_slopes[b]) = block.record(&self.spec, tape, &self.parameters, z);
        }
        if reversed {
            z = tape.reverse(z);
        }
        (z, self.blocks.len())
    }

    /// Records `weight · Σ_lanes −log p(x)` (Eq. 6) on a tape.
    pub fn record_nll(&self, tape: &mut Tape<T>, x: Var, weight: f64) {
        let mut log_slopes = [x; FlowSpec::MAX_BLOCKS];
        let (z, blocks) = self.record(tape, x, &mut log_slopes);
        tape.gaussian_nll(z, &log_slopes[..blocks], weight);
    }
}
