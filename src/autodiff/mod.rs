//! Reverse-mode differentiation on feature-major tiles `[features, lanes]`.
//!
//! A [`Tape`] records matrix-valued operations on one tile of a batch and plays them back. Parameters live apart from
//! it in a flat [`Parameters`] store, gradients in a [`Gradients`] of the same layout, and [`Slots`] spreads the
//! tiles of a batch over a fixed number of slots, so that training gives the same bits on any number of threads.

mod adam;
mod adjoints;
mod aligned;
mod check;
mod folding;
mod ops;
mod parameters;
mod schedule;
mod slots;
mod tape;

pub use adam::{Adam, AdamOptions};
pub use aligned::AlignedVec;
pub use check::{GradientError, check_gradient};
pub use folding::{AffineMaps, Folding};
pub use ops::{CustomOp, Operation, ddsf::Ddsf, folded::Folded, linear::Linear};
pub use parameters::{Gradients, ParameterId, Parameters, Prepared};
pub use schedule::{OneCycle, Schedule};
pub use slots::{SLOTS, Slot, Slots};
pub use tape::{Seed, Tape, Var};

/// Lanes of a tile are padded to a multiple of this, so that no kernel has a ragged edge.
pub const LANE_MULTIPLE: usize = 16;

/// `n` rounded up to a whole number of vector registers.
pub fn padded(n: usize) -> usize {
    n.div_ceil(LANE_MULTIPLE) * LANE_MULTIPLE
}
