//! Steps along a gradient: Adam, and the learning rates of a run.

mod adam;
mod schedule;

pub use adam::{Adam, AdamOptions};
pub use schedule::{OneCycle, Schedule};
