//! How well a detector does: metrics, the paper's protocols, and `reproduce`, over the registry of detectors.
//!
//! Labels are seen by the metrics alone; `true` is an anomaly, and a higher score is more anomalous.

pub mod ablation;
mod evaluator;
mod method;
pub mod metrics;
pub mod protocol;
pub mod reproduce;
pub mod results;
pub mod series;
pub mod simulation;

pub use evaluator::{Evaluator, Suite, Tasks};
pub use method::Method;
