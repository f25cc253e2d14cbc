//! From raw scores to surprisals, one score, p-values and verdicts.

mod conformal;
mod cut;
mod drift;
mod family;
mod fusion;
mod surprisal;
mod threshold;
mod view_scale;

pub(super) use conformal::Conformal;
pub use cut::Cut;
pub use drift::{Drift, DriftWatch};
pub(super) use family::Calibration;
pub(super) use fusion::ScoreAggregator;
pub use threshold::Threshold;
