//! Laws that hold for any flow, any detector and any number, on random cases.

mod alarms;
#[path = "../harness/bits.rs"]
mod bits;
mod configurations;
mod density;
mod detectors;
mod determinism;
mod gradbench;
mod gradients;
mod invertibility;
mod log_det;
mod mixed_columns;
mod panel;
mod recalibration;
mod tails;
mod thresholds;
mod training_scores;
