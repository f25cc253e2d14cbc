//! What the deep models share above the tape: layers, initialisations and one training loop.
//!
//! A model holds its parameters in one [`crate::autodiff::Parameters`] store and records its loss on a tape, tile by tile of
//! a batch. A [`Learner`] turns that into steps of Adam with the same bits on any number of threads; [`train()`] runs the
//! steps of a schedule, reports progress and ends on interruption or divergence.

mod conv1d;
mod dense;
mod initialise;
mod learner;
mod train;

pub use conv1d::Conv1d;
pub use dense::{Activation, Dense};
pub use initialise::{fan_in, fill_normal};
pub use learner::{Learner, tiles};
pub use train::{Step, require_finite, train};
