//! A layer of the deep dense sigmoidal flow for one feature:
//! `(H: [inputs, lanes], Λ: [inputs, lanes], raw: [3U + inputs, lanes]) → (H′, Λ′)`, stacked `[2·outputs, lanes]`.
//!
//! `Λ` holds the logarithms of `dH/dx`; a chain of layers from one input, where it is zero, to one output is a transformer.
//! The logits of the two shared matrices are vectors among the parameters, `[U·inputs]` and `[outputs·U]`, row-major.
//! Formula and VJP: [`nafal_kernels::ddsf`].

use nafal_kernels::ddsf::{self, Layer};
use nafal_kernels::dsf::Slope;
use nafal_kernels::{Matrix, MatrixMut, Real, map};

use crate::autodiff::tape::{Backward, Env, Var};
use crate::autodiff::{AlignedVec, ParameterId, Parameters};

/// A layer of a dense sigmoidal transformer: handles of its shared logits, and its sizes.
#[derive(Clone, Copy, Debug)]
pub struct Ddsf {
    /// Inner logits, a vector `[units·inputs]`.
    pub inner: ParameterId,
    /// Outer logits, a vector `[outputs·units]`.
    pub outer: ParameterId,
    /// How raw slopes become positive.
    pub slope: Slope,
    /// Width of the input.
    pub inputs: usize,
    /// Sigmoids.
    pub units: usize,
    /// Width of the output.
    pub outputs: usize,
}

impl Ddsf {
    /// Rows of the raw parameters: slopes, biases, shifts of the outer and of the inner logits.
    pub fn raw_rows(&self) -> usize {
        3 * self.units + self.inputs
    }

    fn layer<'a, T: Real>(&self, parameters: &'a Parameters<T>) -> Layer<'a, T> {
        let Ddsf { inner, outer, slope, inputs, units, outputs } = *self;
        Layer { slope, inputs, units, outputs, u: parameters.vector(inner), w: parameters.vector(outer) }
    }
}

pub(in crate::autodiff) struct Node {
    pub(in crate::autodiff) layer: Ddsf,
    pub(in crate::autodiff) h: Var,
    pub(in crate::autodiff) log_tangent: Var,
    pub(in crate::autodiff) raw: Var,
}

impl Node {
    pub(super) fn forward<T: Real>(
        &self,
        env: &Env,
        parameters: &Parameters<T>,
        before: &[T],
        output: &mut [T],
        scratch: &mut AlignedVec<T>,
    ) {
        let (lanes, layer) = (env.lanes, self.layer.layer(parameters));
        let read = |var: Var| Matrix::new(&before[var.range(lanes)], var.rows, lanes, lanes);
        let (h_out, log_tangent_out) = output.split_at_mut(layer.outputs * lanes);
        let [h_out, log_tangent_out] =
            [h_out, log_tangent_out].map(|rows| MatrixMut::new(rows, layer.outputs, lanes, lanes));
        scratch.resize_dirty(layer.scratch());
        let (h, log_tangent, raw) = (read(self.h), read(self.log_tangent), read(self.raw));
        ddsf::forward(env.isa, &layer, h, log_tangent, raw, h_out, log_tangent_out, scratch);
    }

    pub(super) fn vjp<T: Real>(&self, mut b: Backward<T>) {
        let (lanes, layer) = (b.env.lanes, self.layer.layer(b.parameters));
        b.before.open(self.h);
        b.before.open(self.log_tangent);
        // The kernel overwrites: where other users of the parameters have left something, it writes elsewhere.
        let first = b.before.first_to_write(self.raw);
        b.scratch.resize_dirty(layer.scratch() + if first { 0 } else { self.raw.rows * lanes });
        let (scratch, elsewhere) = b.scratch.split_at_mut(layer.scratch());
        let read = |var: Var| Matrix::new(&b.values[var.range(lanes)], var.rows, lanes, lanes);
        let (h, log_tangent, raw) = (read(self.h), read(self.log_tangent), read(self.raw));
        let (h_out_bar, log_tangent_out_bar) = b.output.split_at(layer.outputs * lanes);
        let [h_out_bar, log_tangent_out_bar] =
            [h_out_bar, log_tangent_out_bar].map(|rows| Matrix::new(rows, layer.outputs, lanes, lanes));
        let [h_bar, log_tangent_bar, raw_bar] = b.before.each([self.h, self.log_tangent, self.raw]);
        let [u, w] = b.gradients.vectors_mut(b.parameters, [self.layer.inner, self.layer.outer]);
        let target = if first { &mut *raw_bar } else { &mut *elsewhere };
        let bars = ddsf::Gradients {
            h: MatrixMut::new(h_bar, layer.inputs, lanes, lanes),
            log_tangent: MatrixMut::new(log_tangent_bar, layer.inputs, lanes, lanes),
            raw: MatrixMut::new(target, self.raw.rows, lanes, lanes),
            u,
            w,
        };
        ddsf::vjp(b.env.isa, &layer, h, log_tangent, raw, h_out_bar, log_tangent_out_bar, bars, scratch);
        if !first {
            map::add_assign(b.env.isa, elsewhere, raw_bar);
        }
    }
}
