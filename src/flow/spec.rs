//! The shape of a flow, checked before anything is built.

use nafal_kernels::dsf::Slope;

/// Shape of a flow: all sizes are counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowSpec {
    /// Features `m` of the space the density lives on.
    pub features: usize,
    /// Context the density is conditioned on (views of a shared flow); 0: unconditional.
    pub contexts: usize,
    /// Blocks; every second one takes the features in reversed order.
    pub blocks: usize,
    /// Hidden layers of a conditioner.
    pub layers: usize,
    /// Width `H` of a hidden layer.
    pub hidden: usize,
    /// Sigmoid units `U` of a transformer.
    pub units: usize,
    /// How raw slopes become positive.
    pub slope: Slope,
}

/// A flow that cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// A size is zero or absurd.
    #[error("flow: {what} is {value}, must be in {min}..={max}")]
    Size {
        /// Which size.
        what: &'static str,
        /// Its value.
        value: usize,
        /// Smallest allowed.
        min: usize,
        /// Largest allowed.
        max: usize,
    },
    /// Too few hidden units for every dependency to exist.
    #[error(
        "flow: {hidden} hidden units cannot carry the dependencies of {features} features; at least {needed} are needed"
    )]
    Narrow {
        /// Hidden width.
        hidden: usize,
        /// Features.
        features: usize,
        /// Smallest width that works.
        needed: usize,
    },
}

impl FlowSpec {
    /// Most blocks a flow may have.
    pub const MAX_BLOCKS: usize = 64;

    /// Checks every size.
    ///
    /// # Errors
    /// The first size that makes no sense.
    pub fn check(&self) -> Result<(), FlowError> {
        let sizes = [
            ("features", self.features, 1, 65_536),
            ("contexts", self.contexts, 0, 1 << 20),
            ("blocks", self.blocks, 1, Self::MAX_BLOCKS),
            ("layers", self.layers, 1, 16),
            ("hidden", self.hidden, 1, 65_536),
            ("units", self.units, 1, 1024),
        ];
        for (what, value, min, max) in sizes {
            if !(min..=max).contains(&value) {
                return Err(FlowError::Size { what, value, min, max });
            }
        }
        let needed = self.degrees().count();
        if self.hidden < needed {
            return Err(FlowError::Narrow { hidden: self.hidden, features: self.features, needed });
        }
        Ok(())
    }

    /// Degrees hidden units take: a unit of degree `k` sees the first `k` features. Units of degree 0 exist only where
    /// they carry something: a context, or the sole feature.
    pub(super) fn degrees(&self) -> std::ops::RangeInclusive<usize> {
        let lowest = if self.contexts > 0 || self.features == 1 { 0 } else { 1 };
        lowest..=self.features - 1
    }

    /// Outputs of the conditioner per feature: slopes, biases and weights of `U` units.
    pub(super) fn raw(&self) -> usize {
        3 * self.units
    }
}
