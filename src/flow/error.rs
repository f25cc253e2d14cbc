//! What makes a flow impossible to build.

use nafal_kernels::dsf::Slope;

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
    /// The bound on the logarithm of a slope is not a positive number.
    #[error("flow: the bound on |ln a| is {limit}, must be positive and finite")]
    SlopeLimit {
        /// The bound.
        limit: f64,
    },
}

impl FlowError {
    /// Checks that each of `(what, value, min, max)` lies within its limits.
    ///
    /// # Errors
    /// The first that does not.
    pub(super) fn check_sizes(sizes: &[(&'static str, usize, usize, usize)]) -> Result<(), FlowError> {
        match sizes.iter().find(|(_, value, min, max)| !(min..=max).contains(&value)) {
            Some(&(what, value, min, max)) => Err(FlowError::Size { what, value, min, max }),
            None => Ok(()),
        }
    }

    /// Checks that a bound on slopes, if there is one, is a positive number.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn check_slope(slope: Slope) -> Result<(), FlowError> {
        match slope {
            Slope::Bounded { limit } if !(limit > 0.0 && limit.is_finite()) => Err(FlowError::SlopeLimit { limit }),
            _ => Ok(()),
        }
    }
}
