//! Laws that hold for any flow, any detector and any number, on random cases.

mod density;
mod determinism;
mod gradbench;
mod gradients;
mod invertibility;
mod log_det;
mod tails;
mod thresholds;
