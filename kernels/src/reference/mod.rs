//! The definition of every kernel, as plain loops: what the fast ones are tested against.

mod conv1d;
mod ddsf;
mod dsf;
mod gemm;

pub use conv1d::{conv1d_forward, conv1d_gradient_bias, conv1d_gradient_input, conv1d_gradient_weights, conv1d_pool};
pub use ddsf::{ddsf_forward, ddsf_vjp};
pub use dsf::{dsf_forward, dsf_vjp};
pub use gemm::{outer, product, row_sums, transpose};
