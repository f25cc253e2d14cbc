//! Reverse-mode differentiation on feature-major tiles `[features, lanes]`.
//!
//! A [`Tape`] records matrix-valued operations on one tile of a batch and plays them back. Parameters live apart from
//! it in a flat [`Parameters`] store, gradients in a [`Gradients`] of the same layout, and [`GradientShards`] spreads the
//! tiles of a batch over a fixed number of shards, so that training gives the same bits on any number of threads.

mod adam;
mod adjoints;
mod aligned;
mod check;
mod folding;
mod gradient_shards;
mod ops;
mod parameters;
mod persistence;
mod schedule;
mod tape;

pub use adam::{Adam, AdamOptions};
pub use aligned::AlignedVec;
pub use check::{GradientError, check_gradient};
pub use folding::{AffineMaps, Folding};
pub use gradient_shards::{GradientShards, SHARDS, Shard};
pub use ops::{CustomOp, Operation, ddsf::Ddsf, folded::Folded, linear::Linear};
pub use parameters::{Gradients, ParameterId, Parameters, TransposedWeights};
pub use schedule::{OneCycle, Schedule};
pub use tape::{Seed, Tape, Var};

/// Lanes of a tile are padded to a multiple of this, so that no kernel has a ragged edge.
pub const LANE_MULTIPLE: usize = 16;

/// `n` rounded up to a whole number of vector registers.
pub fn padded(n: usize) -> usize {
    n.div_ceil(LANE_MULTIPLE) * LANE_MULTIPLE
}
