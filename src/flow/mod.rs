//! The neural autoregressive flow: an exact density on `ℝᵐ` (Eqs. 3–6).
//!
//! A [`Flow`] is a stack of blocks, each an autoregressive bijection `z_i = t(x_i; c(x_<i))` with a univariate
//! transform `t` (see [`Transform`]) and a masked conditioner `c`. The analytic direction is [`Flow::data_to_latent`];
//! [`Flow::latent_to_data`] solves for it. Both give value and log-determinant together.

mod block;
mod conditioner;
mod degrees;
mod density;
mod error;
#[allow(clippy::module_inception)]
mod flow;
mod inverse;
mod persistence;
mod sampling;
mod spec;
#[cfg(feature = "proptest")]
pub mod strategies;
mod training;
mod transform;

pub use density::{Context, Density, Scratch};
pub use error::FlowError;
pub use flow::Flow;
pub use sampling::Samples;
pub use spec::FlowSpec;
pub use training::{BatchSource, TILE as TRAINING_TILE, Trainer, TrainingOptions};
pub use transform::{Bracket, Ddsf, Dsf, Evaluation, ScalarMap, Transform, UnivariateTransform};
