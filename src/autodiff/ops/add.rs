//! The sum of two values of one shape: `Y = A + B`, `dA += dY`, `dB += dY`.

use nafal_kernels::{Real, map};

use crate::autodiff::tape::{Backward, Env, Var};

pub(in crate::autodiff) struct Node {
    pub(in crate::autodiff) a: Var,
    pub(in crate::autodiff) b: Var,
}

impl Node {
    pub(super) fn forward<T: Real>(&self, env: &Env, before: &[T], output: &mut [T]) {
        output.copy_from_slice(&before[self.a.range(env.lanes)]);
        map::add_assign(env.isa, &before[self.b.range(env.lanes)], output);
    }

    pub(super) fn vjp<T: Real>(&self, mut b: Backward<T>) {
        for input in [self.a, self.b] {
            if input.tracked {
                b.before.open(input);
                map::add_assign(b.env.isa, b.output, b.before.of(input));
            }
        }
    }
}
