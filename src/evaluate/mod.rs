//! How well a detector does: metrics, the paper's protocols, baselines on the same splits, and `reproduce`.
//!
//! Labels are seen by the metrics alone; `true` is an anomaly, and a higher score is more anomalous.

mod methods;
pub mod metrics;
pub mod protocol;
pub mod reproduce;
pub mod series;
pub mod simulation;

pub use methods::Method;
