//! What judges a detector: metrics, protocols, the rivals, the paper's set-up, the report.

mod metrics;
mod paper;
mod protocol;
mod report;
mod rivals;
