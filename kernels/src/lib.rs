//! Numerical kernels on slices, dispatched at run time.
//!
//! Matrices are row-major with a leading dimension; activations are *feature-major*
//! `[features, lanes]`, so that the batch lies in the vector lanes.
#![deny(unsafe_code)]

pub mod conv1d;
pub mod ddsf;
pub mod dsf;
mod entry;
pub mod gemm;
mod isa;
pub mod map;
pub mod math;
mod matrix;
mod optimise;
pub mod peak;
mod real;
pub mod reference;
#[cfg(feature = "startup")]
pub mod startup;

pub use isa::{Isa, IsaError};
pub use matrix::{Matrix, MatrixMut, Run, Staircase};
pub use real::Real;
