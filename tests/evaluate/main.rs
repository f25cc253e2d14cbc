//! What judges a detector: metrics, protocols, the rivals, the paper's set-up, the report.

mod baselines;
#[path = "../harness/bits.rs"]
mod bits;
mod metrics;
mod paper;
mod protocol;
#[path = "../harness/real_data.rs"]
mod real_data;
mod report;
