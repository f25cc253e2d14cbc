//! The univariate transforms a flow can be made of: one file each and one line in the list below.

mod ddsf;
mod dsf;
mod log_space;
mod solve;
#[cfg(feature = "proptest")]
mod strategies;
mod univariate;

use nafal_kernels::Real;
use nafal_kernels::dsf::Slope;

pub use ddsf::Ddsf;
pub use dsf::Dsf;
pub(super) use solve::solve;
pub use univariate::{Bracket, Evaluation, ScalarMap, UnivariateTransform};

macro_rules! transforms {
    ($($(#[$doc:meta])* $name:ident($settings:ty),)+) => {
        /// Which univariate transform the blocks of a flow apply, with its settings.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Transform {
            $($(#[$doc])* $name($settings),)+
        }

        impl Transform {
            /// What it does, on numbers of type `T`.
            pub fn univariate<T: Real>(&self) -> &dyn UnivariateTransform<T> {
                match self {
                    $(Transform::$name(settings) => settings,)+
                }
            }

            /// Transforms of every kind, with about as many sigmoids as `units` says.
            #[cfg(feature = "proptest")]
            pub fn any(units: std::ops::RangeInclusive<usize>) -> impl proptest::strategy::Strategy<Value = Transform> {
                use proptest::prelude::*;
                prop_oneof![$(<$settings>::any(units.clone()).prop_map(Transform::$name)),+]
            }
        }
    };
}

transforms! {
    /// The deep sigmoidal flow.
    Dsf(Dsf),
    /// The deep dense sigmoidal flow.
    Ddsf(Ddsf),
}

impl Transform {
    /// The deep sigmoidal flow of `units` sigmoids with slopes by softplus, the default.
    pub const fn dsf(units: usize) -> Self {
        Transform::Dsf(Dsf { units, slope: Slope::Softplus })
    }

    /// The deep dense sigmoidal flow of `layers` layers of `units` sigmoids with slopes by softplus.
    pub const fn ddsf(layers: usize, units: usize) -> Self {
        Transform::Ddsf(Ddsf { layers, units, slope: Slope::Softplus })
    }

    /// Raw parameters `R` the conditioner brings for each feature.
    pub fn raw_rows(&self) -> usize {
        self.univariate::<f64>().raw_rows()
    }

    /// Value of raw parameter `row` of a feature in a fresh flow.
    pub(super) fn starting_raw(&self, row: usize) -> f64 {
        self.univariate::<f64>().starting_raw(row)
    }
}
