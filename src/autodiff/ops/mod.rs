//! The operations of the tape: one file each, the VJP beside the forward formula.

pub mod add;
pub mod cross_entropy;
pub mod custom;
pub mod ddsf;
pub mod dsf;
pub mod folded;
pub mod gaussian_nll;
pub mod linear;
pub mod reverse;

pub use custom::CustomOp;

use nafal_kernels::Real;

use super::tape::{Backward, Env, Var};
use super::{AlignedVec, Parameters};

/// The closed set of operations.
pub(super) enum Op<T> {
    Linear(linear::Node<T>),
    Folded(folded::Node<T>),
    Add(add::Node),
    Reverse(reverse::Node),
    Dsf(dsf::Node),
    Ddsf(ddsf::Node),
    GaussianNll(gaussian_nll::Node),
    CrossEntropy(cross_entropy::Node),
    Custom(custom::Node<T>),
}

/// What a recorded operation is; every kind there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// [`super::Tape::linear`].
    Linear,
    /// [`super::Tape::folded`].
    Folded,
    /// [`super::Tape::add`].
    Add,
    /// [`super::Tape::reverse`].
    Reverse,
    /// [`super::Tape::dsf`].
    Dsf,
    /// [`super::Tape::ddsf`].
    Ddsf,
    /// [`super::Tape::gaussian_nll`].
    GaussianNll,
    /// [`super::Tape::cross_entropy`].
    CrossEntropy,
    /// [`super::Tape::custom`].
    Custom,
}

impl<T: Real> Op<T> {
    /// Its kind.
    pub(super) fn kind(&self) -> Operation {
        match self {
            Op::Linear(_) => Operation::Linear,
            Op::Folded(_) => Operation::Folded,
            Op::Add(_) => Operation::Add,
            Op::CrossEntropy(_) => Operation::CrossEntropy,
            Op::Reverse(_) => Operation::Reverse,
            Op::Dsf(_) => Operation::Dsf,
            Op::Ddsf(_) => Operation::Ddsf,
            Op::GaussianNll(_) => Operation::GaussianNll,
            Op::Custom(_) => Operation::Custom,
        }
    }

    /// Whether it adds to the loss, so that it has derivatives whatever is made of its output.
    pub(super) fn is_loss(&self) -> bool {
        matches!(self, Op::GaussianNll(_) | Op::CrossEntropy(_))
    }

    /// Computes `output` from the rows recorded before it; returns what it adds to the loss.
    pub(super) fn forward(
        &self,
        env: &Env,
        p: Option<&Parameters<T>>,
        before: &[T],
        output: &mut [T],
        scratch: &mut AlignedVec<T>,
    ) -> f64 {
        match self {
            Op::Linear(n) => n.forward(env, p.expect("linear layers have parameters"), before, output),
            Op::Folded(n) => n.forward(env, p.expect("folded layers have parameters"), before, output),
            Op::Add(n) => n.forward(env, before, output),
            Op::Reverse(n) => n.forward(env, before, output),
            Op::Dsf(n) => n.forward(env, before, output, scratch),
            Op::Ddsf(n) => n.forward(env, p.expect("a layer has shared logits"), before, output, scratch),
            Op::GaussianNll(n) => return n.forward(env, before),
            Op::CrossEntropy(n) => return n.forward(env, before, output),
            Op::Custom(n) => n.forward(env, before, output),
        }
        0.0
    }

    /// Adds the vector-Jacobian product of `b.output` to the adjoints of the inputs and to the gradients.
    pub(super) fn vjp(&self, b: Backward<T>, output: Var) {
        match self {
            Op::Linear(n) => n.vjp(b, output),
            Op::Folded(n) => n.vjp(b, output),
            Op::Add(n) => n.vjp(b),
            Op::Reverse(n) => n.vjp(b),
            Op::Dsf(n) => n.vjp(b),
            Op::Ddsf(n) => n.vjp(b),
            Op::GaussianNll(n) => n.vjp(b),
            Op::CrossEntropy(n) => n.vjp(b, output),
            Op::Custom(n) => n.vjp(b, output),
        }
    }
}
