//! Reverse-mode differentiation on feature-major tiles `[features, lanes]`.
//!
//! A [`Tape`] records matrix-valued operations on one tile of a batch and plays them back. Parameters live apart from
//! it in a flat [`Parameters`] store, gradients in a [`Gradients`] of the same layout, and [`GradientShards`] spreads the
//! tiles of a batch over a fixed number of shards, so that training gives the same bits on any number of threads.
//!
//! The operations of [`ops`] and those of callers implement one trait, [`Operation`].

mod adjoints;
mod aligned;
mod check;
mod folding;
mod gradient_shards;
mod gradients;
mod operation;
pub mod ops;
mod optimiser;
mod parameters;
mod persistence;
mod tape;
mod transposed;
mod var;

pub use adjoints::InputAdjoints;
pub(crate) use aligned::{AlignedVec, padded};
pub use check::{GradientError, check_gradient};
pub use folding::{AffineMaps, Folding};
pub use gradient_shards::GradientShards;
pub use gradients::Gradients;
pub use operation::{Backward, Forward, Operation, Scratch, Tile, Values, VarList};
pub use ops::folded::Folded;
pub use ops::linear::Linear;
pub use optimiser::{Adam, AdamOptions, OneCycle, Schedule};
pub use parameters::{ParameterId, Parameters};
pub use tape::{Seed, Tape};
pub use var::Var;
