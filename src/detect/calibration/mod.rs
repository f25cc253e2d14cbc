//! From raw scores to surprisals, p-values and verdicts.

mod conformal;
mod family;
mod surprisal;
mod threshold;
mod view_scale;

pub(super) use conformal::Conformal;
pub(super) use family::Calibration;
pub use threshold::Threshold;
