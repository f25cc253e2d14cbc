//! Rows in reverse order: `Y[i] = X[m−1−i]`; its own inverse and transpose.

use nafal_kernels::{Real, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::Parameters;
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

struct Reverse {
    x: Var,
}

impl<T: Real> Tape<T> {
    /// The rows of `x` in reverse order.
    pub fn reverse(&mut self, x: Var) -> Var {
        self.record(&Parameters::new(), Reverse { x }, x.rows, x.tracked)
    }
}

impl<T: Real> Operation<T> for Reverse {
    const NAME: &'static str = "reverse";

    fn forward(&self, f: Forward<T>) {
        let (lanes, x) = (f.tile.lanes, f.values.of(self.x).data);
        for (y, x) in f.output.chunks_exact_mut(lanes).rev().zip(x.chunks_exact(lanes)) {
            y.copy_from_slice(x);
        }
    }

    fn vjp(&self, mut b: Backward<T>) {
        let lanes = b.tile.lanes;
        b.inputs.open(self.x);
        let dx = b.inputs.of(self.x);
        for (dy, dx) in b.output_adjoint.chunks_exact(lanes).rev().zip(dx.chunks_exact_mut(lanes)) {
            map::add_assign(b.tile.isa, dy, dx);
        }
    }
}
