//! Statistics: moments of columns, distances to a mean, tail probabilities and quantiles.

mod bounded;
pub mod chi_square;
pub mod mahalanobis;
mod normal_quantile;
mod range;
mod standardizer;
mod two_sample;

pub(crate) use bounded::bounded;
pub(crate) use normal_quantile::lower_quantile;
pub(crate) use range::{is_constant, range};
pub use standardizer::Standardizer;
pub(crate) use standardizer::mean_and_scale;
pub use two_sample::{critical_distance, largest_distance};
