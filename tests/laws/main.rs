//! Laws that hold for any flow, any detector and any number, on random cases.

mod alarms;
#[path = "../harness/bits.rs"]
mod bits;
mod configurations;
mod density;
mod detectors;
mod determinism;
mod explanations;
mod gradbench;
mod gradients;
mod invertibility;
mod log_det;
mod mixed_columns;
mod panel;
#[path = "../harness/real_data.rs"]
mod real_data;
mod recalibration;
mod tails;
mod thresholds;
mod training_scores;
mod windows;
