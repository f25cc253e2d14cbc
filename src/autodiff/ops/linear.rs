//! A masked linear layer with a fused end: `Y = epilogue(W·X + bias + table[class])`.
//!
//! `W: [n, k]` with a staircase, `X: [k, lanes]`, `bias: [n]`, `table: [classes, n]`, `Y: [n, lanes]`. VJP with
//! `dY' = epilogue'(Y)∘dY`: `dX += Wᵀ·dY'`, `dW += dY'·Xᵀ` inside the staircase, `dbias += Σ_lanes dY'`,
//! `dtable[class] += dY'` column by column.

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Matrix, MatrixMut, Real, map};

use crate::autodiff::tape::{Backward, Env, Var};
use crate::autodiff::{ParameterId, Parameters};

/// A linear layer: handles of its parameters and its fused end.
#[derive(Clone, Copy, Debug)]
pub struct Linear<T> {
    /// Weight matrix `[n, k]`.
    pub weight: ParameterId,
    /// Bias `[n]`.
    pub bias: Option<ParameterId>,
    /// Table `[classes, n]`: the row of a column's class is added.
    pub table: Option<ParameterId>,
    /// What happens to a finished element.
    pub epilogue: Epilogue<T>,
}

pub(in crate::autodiff) struct Node<T> {
    pub(in crate::autodiff) layer: Linear<T>,
    pub(in crate::autodiff) x: Var,
}

impl<T: Real> Node<T> {
    pub(super) fn forward(&self, env: &Env, parameters: &Parameters<T>, before: &[T], output: &mut [T]) {
        let Linear { weight, bias, table, epilogue } = self.layer;
        let w = parameters.matrix(weight);
        let x = Matrix::new(&before[self.x.range(env.lanes)], self.x.rows, env.lanes, env.lanes);
        let bias = bias.map(|id| parameters.vector(id));
        let start = match (table, bias) {
            (None, None) => Init::Zero,
            (None, Some(bias)) => Init::Bias(bias),
            (Some(table), bias) => {
                let table = parameters.matrix(table);
                for (i, row) in output.chunks_exact_mut(env.lanes).enumerate() {
                    let b = bias.map_or(T::ZERO, |v| v[i]);
                    row.fill(b);
                    for (y, &class) in row.iter_mut().zip(&env.classes[..env.active]) {
                        *y = b + table.row(class as usize)[i];
                    }
                }
                Init::Output
            }
        };
        let y = MatrixMut::new(output, w.rows, env.lanes, env.lanes);
        gemm::product(env.isa, parameters.shape(weight), w, x, start, epilogue, y);
    }

    pub(super) fn vjp(&self, mut b: Backward<T>, output: Var) {
        let start = if self.x.tracked && b.before.first_to_write(self.x) { Init::Zero } else { Init::Output };
        let (isa, lanes, layer) = (b.env.isa, b.env.lanes, &self.layer);
        let y = &b.values[output.range(lanes)];
        match layer.epilogue {
            Epilogue::Store => {}
            Epilogue::Tanh => map::tanh_vjp(isa, y, b.output),
            Epilogue::LeakyRelu(slope) => map::leaky_relu_vjp(isa, slope, y, b.output),
        }
        let dy = Matrix::new(&*b.output, output.rows, lanes, lanes);
        if let Some(id) = layer.bias {
            gemm::row_sums(isa, dy, true, b.gradients.matrix_mut(b.parameters, id).row(0));
        }
        if let Some(id) = layer.table {
            let mut table = b.gradients.matrix_mut(b.parameters, id);
            for i in 0..dy.rows {
                for (&g, &class) in dy.row(i).iter().zip(&b.env.classes[..b.env.active]) {
                    table.row(class as usize)[i] += g;
                }
            }
        }
        let k = self.x.rows;
        b.scratch.resize_dirty(gemm::outer_scratch(k, lanes));
        let x = Matrix::new(&b.values[self.x.range(lanes)], k, lanes, lanes);
        let shape = b.parameters.shape(layer.weight);
        let add = !b.gradients.first_to_write(layer.weight);
        let dw = b.gradients.matrix_mut(b.parameters, layer.weight);
        gemm::outer(isa, shape, dy, x, add, dw, b.scratch);
        if self.x.tracked {
            let dx = MatrixMut::new(b.before.of(self.x), k, lanes, lanes);
            b.prepared.product(isa, b.parameters, layer.weight, dy, start, dx);
        }
    }
}
