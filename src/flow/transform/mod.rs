//! The univariate transforms a flow can be made of: one file each and one line in the list below.

mod dsf;
mod log_space;
mod solve;
mod univariate;

use nafal_kernels::Real;
use nafal_kernels::dsf::Slope;

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
        }
    };
}

transforms! {
    /// The deep sigmoidal flow.
    Dsf(Dsf),
}

impl Transform {
    /// The deep sigmoidal flow of `units` sigmoids with slopes by softplus, the default.
    pub const fn dsf(units: usize) -> Self {
        Transform::Dsf(Dsf { units, slope: Slope::Softplus })
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
