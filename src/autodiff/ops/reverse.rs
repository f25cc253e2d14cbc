//! Rows in reverse order: `Y[i] = X[m−1−i]`; its own inverse and transpose.

use nafal_kernels::{Real, map};

use crate::autodiff::tape::{Backward, Env, Var};

pub(in crate::autodiff) struct Node {
    pub(in crate::autodiff) x: Var,
}

impl Node {
    pub(super) fn forward<T: Real>(&self, env: &Env, before: &[T], output: &mut [T]) {
        let x = &before[self.x.range(env.lanes)];
        for (y, x) in output.chunks_exact_mut(env.lanes).rev().zip(x.chunks_exact(env.lanes)) {
            y.copy_from_slice(x);
        }
    }

    pub(super) fn vjp<T: Real>(&self, mut b: Backward<T>) {
        let lanes = b.env.lanes;
        b.before.open(self.x);
        let dx = b.before.of(self.x);
        for (dy, dx) in b.output.chunks_exact(lanes).rev().zip(dx.chunks_exact_mut(lanes)) {
            map::add_assign(b.env.isa, dy, dx);
        }
    }
}
