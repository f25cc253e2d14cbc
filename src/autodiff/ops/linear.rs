//! A masked linear layer with a fused epilogue: `Y = epilogue(W·X + bias + table[context])`.
//!
//! `W: [n, k]` with a staircase, `X: [k, lanes]`, `bias: [n]`, `table: [contexts, n]`, `Y: [n, lanes]`. VJP with
//! `dY' = epilogue'(Y)∘dY`: `dX += Wᵀ·dY'`, `dW += dY'·Xᵀ` inside the staircase, `dbias += Σ_lanes dY'`,
//! `dtable[context] += dY'` column by column.

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Matrix, MatrixMut, Real, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::{ParameterId, Parameters};
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

/// A linear layer: handles of its parameters and its fused epilogue.
#[derive(Clone, Copy, Debug)]
pub struct Linear<T> {
    /// Weight matrix `[n, k]`.
    pub weight: ParameterId,
    /// Bias `[n]`.
    pub bias: Option<ParameterId>,
    /// Table `[contexts, n]`: the row of a column's context is added.
    pub table: Option<ParameterId>,
    /// Applied to each finished element.
    pub epilogue: Epilogue<T>,
}

struct Node<T> {
    layer: Linear<T>,
    x: Var,
}

impl<T: Real> Tape<T> {
    /// `epilogue(W·x + bias (+ table row of the column's context))`; see [`Linear`].
    pub fn linear(&mut self, parameters: &Parameters<T>, layer: Linear<T>, x: Var) -> Var {
        let shape = parameters.shape(layer.weight);
        assert_eq!(shape.cols, x.rows, "linear {}: input rows", parameters.name(layer.weight));
        self.record(parameters, Node { layer, x }, shape.rows, true)
    }
}

impl<T: Real> Operation<T> for Node<T> {
    const NAME: &'static str = "linear";

    fn forward(&self, f: Forward<T>) {
        let Linear { weight, bias, table, epilogue } = self.layer;
        let (tile, parameters) = (f.tile, f.parameters);
        let (w, x, output) = (parameters.matrix(weight), f.values.of(self.x), f.output);
        let bias = bias.map(|id| parameters.vector(id));
        let init = match (table, bias) {
            (None, None) => Init::Zero,
            (None, Some(bias)) => Init::Bias(bias),
            (Some(table), bias) => {
                let table = parameters.matrix(table);
                for (i, row) in output.chunks_exact_mut(tile.lanes).enumerate() {
                    let b = bias.map_or(T::ZERO, |v| v[i]);
                    row.fill(b);
                    for (y, &context) in row.iter_mut().zip(&tile.contexts[..tile.active]) {
                        *y = b + table.row(context as usize)[i];
                    }
                }
                Init::Output
            }
        };
        let y = MatrixMut::new(output, w.rows, tile.lanes, tile.lanes);
        gemm::product(tile.isa, parameters.shape(weight), w, x, init, epilogue, y);
    }

    fn vjp(&self, mut b: Backward<T>) {
        let init = if self.x.tracked && b.inputs.first_to_write(self.x) { Init::Zero } else { Init::Output };
        let (isa, lanes, layer) = (b.tile.isa, b.tile.lanes, &self.layer);
        let y = b.values.of(b.output).data;
        match layer.epilogue {
            Epilogue::Store => {}
            Epilogue::Tanh => map::tanh_vjp(isa, y, b.output_adjoint),
            Epilogue::LeakyRelu(slope) => map::leaky_relu_vjp(isa, slope, y, b.output_adjoint),
        }
        let dy = Matrix::new(b.output_adjoint, b.output.rows, lanes, lanes);
        if let Some(id) = layer.bias {
            gemm::row_sums(isa, dy, true, b.gradients.matrix_mut(b.parameters, id).row(0));
        }
        if let Some(id) = layer.table {
            let mut table = b.gradients.matrix_mut(b.parameters, id);
            for i in 0..dy.rows {
                for (&g, &context) in dy.row(i).iter().zip(&b.tile.contexts[..b.tile.active]) {
                    table.row(context as usize)[i] += g;
                }
            }
        }
        let k = self.x.rows;
        let x = b.values.of(self.x);
        let shape = b.parameters.shape(layer.weight);
        let add = !b.gradients.first_to_write(layer.weight);
        let dw = b.gradients.matrix_mut(b.parameters, layer.weight);
        gemm::outer(isa, shape, dy, x, add, dw, b.scratch.take(gemm::outer_scratch(k, lanes)));
        if self.x.tracked {
            let dx = MatrixMut::new(b.inputs.of(self.x), k, lanes, lanes);
            b.transposed.product(isa, b.parameters, layer.weight, dy, init, dx);
        }
    }
}
