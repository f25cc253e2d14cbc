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

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::{ParameterId, Parameters};
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

/// A folded layer: the table of all views' maps, the shape `[h, d+1]` of one of them, and its epilogue.
#[derive(Clone, Debug)]
pub struct Folded<T> {
    /// Table `[K·h, d+1]`.
    pub table: ParameterId,
    /// Dense shape `[h, d+1]` of one view's map.
    pub shape: Arc<Staircase>,
    /// Applied to each finished element; any but tanh.
    pub epilogue: Epilogue<T>,
}

struct Node<T> {
    layer: Folded<T>,
    /// View of the first columns.
    view: usize,
    /// Columns of a view; the next view's follow.
    group: usize,
    x: Var,
}

impl<T: Real> Tape<T> {
    /// `epilogue(F_k·x)` of the rows `x: [d+1, lanes]`, the last row ones, for view `k = view` in the first `group` columns,
    /// the next view in the next so many, and so on; see [`Folded`].
    pub fn folded(&mut self, parameters: &Parameters<T>, layer: &Folded<T>, view: usize, group: usize, x: Var) -> Var {
        assert_eq!(layer.shape.cols, x.rows, "folded {}: input rows", parameters.name(layer.table));
        assert!(group > 0, "folded {}: columns of a view", parameters.name(layer.table));
        let (node, rows) = (Node { layer: layer.clone(), view, group, x }, layer.shape.rows);
        self.record(parameters, node, rows, true)
    }
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
}

impl<T: Real> Operation<T> for Node<T> {
    const NAME: &'static str = "folded";

    fn forward(&self, f: Forward<T>) {
        let (lanes, active, x, h) = (f.tile.lanes, f.tile.active, f.values.of(self.x).data, self.layer.shape.rows);
        for (view, columns) in self.views(active) {
            // The last view's product also covers the padding columns.
            let count = if columns.end == active { lanes - columns.start } else { columns.len() };
            let x = Matrix::new(&x[columns.start..], self.x.rows, count, lanes);
            let y = MatrixMut::new(&mut f.output[columns.start..], h, count, lanes);
            self.layer.apply(f.tile.isa, f.parameters, view, x, y);
        }
    }

    fn vjp(&self, mut b: Backward<T>) {
        if self.x.tracked {
            b.inputs.open(self.x);
        }
        let (isa, lanes, shape) = (b.tile.isa, b.tile.lanes, &self.layer.shape);
        if let Epilogue::LeakyRelu(slope) = self.layer.epilogue {
            map::leaky_relu_vjp(isa, slope, b.values.of(b.output).data, b.output_adjoint);
        }
        let (h, k) = (shape.rows, shape.cols);
        for (view, columns) in self.views(b.tile.active) {
            let (start, count) = (columns.start, columns.len());
            let x = Matrix::new(&b.values.of(self.x).data[start..], k, count, lanes);
            let table = b.gradients.matrix_mut(b.parameters, self.layer.table);
            let dy = Matrix::new(&b.output_adjoint[start..], h, count, lanes);
            let dw = MatrixMut::new(&mut table.data[view * h * table.ld..], h, k, table.ld);
            gemm::outer(isa, shape, dy, x, true, dw, b.scratch.take(gemm::outer_scratch(k, count)));
            if self.x.tracked {
                let map = b.parameters.matrix(self.layer.table).rows(view * h..(view + 1) * h);
                let transposed = b.scratch.take(k * h);
                gemm::transpose(isa, map, MatrixMut::new(transposed, k, h, h));
                let dx = MatrixMut::new(&mut b.inputs.of(self.x)[start..], k, count, lanes);
                let transposed = Matrix::new(transposed, k, h, h);
                gemm::product(isa, &Staircase::dense(k, h), transposed, dy, Init::Output, Epilogue::Store, dx);
            }
        }
    }
}
