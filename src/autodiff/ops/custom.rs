//! The door for operations of the caller's own.

use std::sync::Arc;

use nafal_kernels::Real;

use crate::autodiff::tape::{Backward, Env, Var};

/// An operation `[rows, lanes] → [output_rows(rows), lanes]` with a hand-written derivative.
///
/// Each column must be computed from that column alone: columns are independent samples, and some are padding.
pub trait CustomOp<T>: Send + Sync {
    /// Its name, for messages.
    fn name(&self) -> &str;
    /// Rows of the output for an input of `rows` rows.
    fn output_rows(&self, rows: usize) -> usize;
    /// Computes `y` from `x`; both row-major with leading dimension `lanes`.
    fn forward(&self, lanes: usize, x: &[T], y: &mut [T]);
    /// Adds `Jᵀ·y_bar` to `x_bar`.
    fn vjp(&self, lanes: usize, x: &[T], y: &[T], y_bar: &[T], x_bar: &mut [T]);
}

pub(in crate::autodiff) struct Node<T> {
    pub(in crate::autodiff) op: Arc<dyn CustomOp<T>>,
    pub(in crate::autodiff) x: Var,
}

impl<T: Real> Node<T> {
    pub(super) fn forward(&self, env: &Env, before: &[T], output: &mut [T]) {
        self.op.forward(env.lanes, &before[self.x.range(env.lanes)], output);
    }

    pub(super) fn vjp(&self, mut b: Backward<T>, output: Var) {
        b.before.open(self.x);
        let (lanes, x) = (b.env.lanes, self.x.range(b.env.lanes));
        let (values, y) = (&b.values[x], &b.values[output.range(lanes)]);
        self.op.vjp(lanes, values, y, b.output, b.before.of(self.x));
    }
}
