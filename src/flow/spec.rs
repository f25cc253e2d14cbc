//! The shape of a flow, checked before anything is built.

use std::ops::RangeInclusive;

use super::error::FlowError;
use super::transform::Transform;

/// Shape of a flow: all sizes are counts. `FlowSpec { hidden: 32, ..FlowSpec::new(8) }` names what differs from
/// [`FlowSpec::new`] alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowSpec {
    /// Features `m` of the space the density lives on.
    pub features: usize,
    /// Contexts the density is conditioned on (such as the views of a shared flow); 0: unconditional.
    pub contexts: usize,
    /// Blocks; every second one takes the features in reversed order.
    pub blocks: usize,
    /// Hidden layers of a conditioner.
    pub layers: usize,
    /// Width `H` of a hidden layer.
    pub hidden: usize,
    /// The univariate transform of every block.
    pub transform: Transform,
}

impl FlowSpec {
    /// Most blocks a flow may have.
    pub const MAX_BLOCKS: usize = 64;
    /// Most parameters a flow may have: a gibibyte of them in single precision, more than a model file holds.
    pub const MAX_PARAMETERS: usize = 1 << 28;

    /// An unconditional flow on `features` features: two blocks with one hidden layer of 64 units (or as many as there are
    /// features) and deep sigmoidal transforms of 8 units.
    pub fn new(features: usize) -> Self {
        FlowSpec { features, contexts: 0, blocks: 2, layers: 1, hidden: features.max(64), transform: Transform::dsf(8) }
    }

    /// Checks every size.
    ///
    /// # Errors
    /// The first size that makes no sense.
    pub fn check(&self) -> Result<(), FlowError> {
        FlowError::check_sizes(&[
            ("features", self.features, 1, 65_536),
            ("contexts", self.contexts, 0, 1 << 20),
            ("blocks", self.blocks, 1, Self::MAX_BLOCKS),
            ("layers", self.layers, 1, 16),
            ("hidden", self.hidden, 1, 65_536),
        ])?;
        self.transform.univariate::<f64>().check()?;
        let needed = self.degrees().count();
        if self.hidden < needed {
            return Err(FlowError::Narrow { hidden: self.hidden, features: self.features, needed });
        }
        let parameters = usize::try_from(self.parameters()).unwrap_or(usize::MAX);
        FlowError::check_sizes(&[("parameters", parameters, 1, Self::MAX_PARAMETERS)])
    }

    /// Sides of a block's parameters, but for those that a transform shares.
    pub(super) fn sides_of_block(&self) -> impl Iterator<Item = (usize, usize)> {
        let &FlowSpec { features, contexts, layers, hidden, .. } = self;
        let raw = features * self.raw_rows();
        let hidden_layers = (1..layers).flat_map(move |_| [(hidden, hidden), (1, hidden)]);
        [(hidden, features), (1, hidden), (raw, hidden), (1, raw), (contexts, hidden)].into_iter().chain(hidden_layers)
    }

    /// Number of parameters, masked ones included, but for the few that a transform shares.
    pub fn parameters(&self) -> u128 {
        let sides = self.sides_of_block().map(|(rows, columns)| rows as u128 * columns as u128);
        self.blocks as u128 * sides.sum::<u128>()
    }

    /// Degrees hidden units take: a unit of degree `k` sees the first `k` features. Units of degree 0 exist only where
    /// they carry something: a context, or the sole feature.
    pub(super) fn degrees(&self) -> RangeInclusive<usize> {
        let lowest = if self.contexts > 0 || self.features == 1 { 0 } else { 1 };
        lowest..=self.features - 1
    }

    /// Outputs `R` of the conditioner per feature: the raw parameters of its transform.
    pub fn raw_rows(&self) -> usize {
        self.transform.raw_rows()
    }
}
