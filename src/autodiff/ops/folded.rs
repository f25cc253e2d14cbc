//! A dense layer over one of many fixed affine views of the same rows, with the two maps folded into one:
//! `Y = finish(F_k·X)`, `F_k = W₁·[A_k | b_k]` being rows `k·h..(k+1)·h` of a table `[K·h, d+1]`, `X: [d+1, lanes]` the rows
//! with a one below, `Y: [h, lanes]`.
//!
//! VJP with `dY' = finish'(Y)∘dY`: `dF_k += dY'·Xᵀ`, which [`crate::autodiff::Folding`] carries back to `W₁`, and
//! `dX += F_kᵀ·dY'`.

use std::sync::Arc;

use nafal_kernels::gemm::{self, Finish, Start};
use nafal_kernels::{Matrix, MatrixMut, Real, Staircase, map};

use crate::autodiff::tape::{Backward, Env, Var};
use crate::autodiff::{ParameterId, Parameters, padded};

/// A folded layer: the table of all views' maps, the shape `[h, d+1]` of one of them, and its end.
#[derive(Clone, Debug)]
pub struct Folded<T> {
    /// Table `[K·h, d+1]`.
    pub table: ParameterId,
    /// Dense shape `[h, d+1]` of one view's map.
    pub shape: Arc<Staircase>,
    /// What happens to a finished element; any but tanh.
    pub finish: Finish<T>,
}

pub(in crate::autodiff) struct Node<T> {
    pub(in crate::autodiff) layer: Folded<T>,
    pub(in crate::autodiff) view: usize,
    pub(in crate::autodiff) x: Var,
}

impl<T: Real> Folded<T> {
    /// `Y = finish(F_k·X)` for view `view` of the rows `x: [d+1, lanes]`, into `y: [h, lanes]`.
    pub fn apply(
        &self,
        isa: nafal_kernels::Isa,
        parameters: &Parameters<T>,
        view: usize,
        x: Matrix<T>,
        y: MatrixMut<T>,
    ) {
        let h = self.shape.rows;
        let w = parameters.matrix(self.table).rows(view * h..(view + 1) * h);
        gemm::product(isa, &self.shape, w, x, Start::Zero, self.finish, y);
    }
}

impl<T: Real> Node<T> {
    pub(super) fn forward(&self, env: &Env, parameters: &Parameters<T>, before: &[T], output: &mut [T]) {
        let x = Matrix::new(&before[self.x.range(env.lanes)], self.x.rows, env.lanes, env.lanes);
        let y = MatrixMut::new(output, self.layer.shape.rows, env.lanes, env.lanes);
        self.layer.apply(env.isa, parameters, self.view, x, y);
    }

    pub(super) fn vjp(&self, b: Backward<T>, output: Var) {
        let (isa, lanes, shape) = (b.env.isa, b.env.lanes, &self.layer.shape);
        if let Finish::LeakyRelu(slope) = self.layer.finish {
            map::leaky_relu_vjp(isa, slope, &b.values[output.range(lanes)], b.output);
        }
        let (h, k) = (shape.rows, shape.cols);
        let ld = padded(k);
        b.scratch.resize_dirty(lanes * ld);
        let x = Matrix::new(&b.values[self.x.range(lanes)], k, lanes, lanes);
        gemm::transpose(isa, x, MatrixMut::new(b.scratch, lanes, k, ld));
        let table = b.gradients.matrix_mut(b.parameters, self.layer.table);
        let rows = &mut table.data[self.view * h * table.ld..];
        let dy = Matrix::new(&*b.output, h, lanes, lanes);
        let dw = MatrixMut::new(rows, h, k, table.ld);
        gemm::outer(isa, shape, dy, Matrix::new(b.scratch, lanes, k, ld), true, dw);
        if self.x.tracked {
            let map = b.parameters.matrix(self.layer.table).rows(self.view * h..(self.view + 1) * h);
            b.scratch.resize_dirty(k * h);
            gemm::transpose(isa, map, MatrixMut::new(b.scratch, k, h, h));
            let dx = MatrixMut::new(&mut b.before[self.x.range(lanes)], k, lanes, lanes);
            let turned = Matrix::new(b.scratch, k, h, h);
            gemm::product(isa, &Staircase::dense(k, h), turned, dy, Start::Output, Finish::Store, dx);
        }
    }
}
