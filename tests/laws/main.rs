//! Laws that hold for any flow, any detector and any number, on random cases.

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
mod panel;
#[path = "../harness/real_data.rs"]
mod real_data;
mod tails;
mod thresholds;
