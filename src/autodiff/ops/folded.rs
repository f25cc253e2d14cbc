//! A dense layer over one of many fixed affine views of the same rows, with the two maps folded into one:
//! `Y = epilogue(F_k·X)`, `F_k = W₁·[A_k | b_k]` being rows `k·h..(k+1)·h` of a table `[K·h, d+1]`, `X: [d+1, lanes]` the rows
//! with a one below, `Y: [h, lanes]`. Views may follow one another along the lanes, each with as many columns.
//!
//! VJP with `dY' = epilogue'(Y)∘dY`: `dF_k += dY'·Xᵀ`, which [`crate::autodiff::Folding`] carries back to `W₁`, and
//! `dX += F_kᵀ·dY'`.

use std::ops::Range;
use std::sync::Arc;

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Matrix, MatrixMut, Real, Staircase, map};

use crate::autodiff::tape::{Backward, Env, Var};
use crate::autodiff::{ParameterId, Parameters};

/// A folded layer: the table of all views' maps, the shape `[h, d+1]` of one of them, and its end.
#[derive(Clone, Debug)]
pub struct Folded<T> {
    /// Table `[K·h, d+1]`.
    pub table: ParameterId,
    /// Dense shape `[h, d+1]` of one view's map.
    pub shape: Arc<Staircase>,
    /// What happens to a finished element; any but tanh.
    pub epilogue: Epilogue<T>,
}

pub(in crate::autodiff) struct Node<T> {
    pub(in crate::autodiff) layer: Folded<T>,
    /// The first columns' view; every `group` columns the next one follows.
    pub(in crate::autodiff) view: usize,
    pub(in crate::autodiff) group: usize,
    pub(in crate::autodiff) x: Var,
}

impl<T: Real> Folded<T> {
    /// `Y = epilogue(F_k·X)` for view `view` of the rows `x: [d+1, lanes]`, into `y: [h, lanes]`.
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
        gemm::product(isa, &self.shape, w, x, Init::Zero, self.epilogue, y);
    }
}

impl<T: Real> Node<T> {
    /// Columns in use, a view at a time: `(view, columns)`.
    fn views(&self, active: usize) -> impl Iterator<Item = (usize, Range<usize>)> + use<T> {
        let (view, group) = (self.view, self.group);
        (0..active.div_ceil(group)).map(move |k| (view + k, k * group..active.min((k + 1) * group)))
    }

    pub(super) fn forward(&self, env: &Env, parameters: &Parameters<T>, before: &[T], output: &mut [T]) {
        let (lanes, x, h) = (env.lanes, &before[self.x.range(env.lanes)], self.layer.shape.rows);
        for (view, columns) in self.views(env.active) {
            // The last view takes the padding with it.
            let count = if columns.end == env.active { lanes - columns.start } else { columns.len() };
            let x = Matrix::new(&x[columns.start..], self.x.rows, count, lanes);
            let y = MatrixMut::new(&mut output[columns.start..], h, count, lanes);
            self.layer.apply(env.isa, parameters, view, x, y);
        }
    }

    pub(super) fn vjp(&self, mut b: Backward<T>, output: Var) {
        if self.x.tracked {
            b.before.open(self.x);
        }
        let (isa, lanes, shape) = (b.env.isa, b.env.lanes, &self.layer.shape);
        if let Epilogue::LeakyRelu(slope) = self.layer.epilogue {
            map::leaky_relu_vjp(isa, slope, &b.values[output.range(lanes)], b.output);
        }
        let (h, k) = (shape.rows, shape.cols);
        for (view, columns) in self.views(b.env.active) {
            let (start, count) = (columns.start, columns.len());
            b.scratch.resize_dirty(gemm::outer_scratch(k, count));
            let x = Matrix::new(&b.values[self.x.range(lanes)][start..], k, count, lanes);
            let table = b.gradients.matrix_mut(b.parameters, self.layer.table);
            let dy = Matrix::new(&b.output[start..], h, count, lanes);
            let dw = MatrixMut::new(&mut table.data[view * h * table.ld..], h, k, table.ld);
            gemm::outer(isa, shape, dy, x, true, dw, b.scratch);
            if self.x.tracked {
                let map = b.parameters.matrix(self.layer.table).rows(view * h..(view + 1) * h);
                b.scratch.resize_dirty(k * h);
                gemm::transpose(isa, map, MatrixMut::new(b.scratch, k, h, h));
                let dx = MatrixMut::new(&mut b.before.of(self.x)[start..], k, count, lanes);
                let turned = Matrix::new(b.scratch, k, h, h);
                gemm::product(isa, &Staircase::dense(k, h), turned, dy, Init::Output, Epilogue::Store, dx);
            }
        }
    }
}
