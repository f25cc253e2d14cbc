//! A layer of the deep dense sigmoidal flow for one feature:
//! `(H: [inputs, lanes], Λ: [inputs, lanes], raw: [3U + inputs, lanes]) → (H′, Λ′)`, stacked `[2·outputs, lanes]`.
//!
//! `Λ` holds the logarithms of `dH/dx`; a chain of layers from one input, where it is zero, to one output is a transformer.
//! The logits of the two shared matrices are vectors among the parameters, `[U·inputs]` and `[outputs·U]`, row-major.
//! Formula and VJP: [`nafal_kernels::ddsf`].

use nafal_kernels::ddsf::{self, Layer};
use nafal_kernels::dsf::Slope;
use nafal_kernels::{Matrix, MatrixMut, Real, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::{ParameterId, Parameters};
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

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

struct Node {
    layer: Ddsf,
    h: Var,
    log_tangent: Var,
    raw: Var,
}

impl<T: Real> Tape<T> {
    /// A layer of a dense sigmoidal transformer of one feature: the values `[outputs, lanes]` and their log-tangents, from
    /// those of its input and its raw parameters; see [`Ddsf`].
    pub fn ddsf(&mut self, parameters: &Parameters<T>, layer: Ddsf, h: Var, log_tangent: Var, raw: Var) -> (Var, Var) {
        let rows = (layer.inputs, layer.inputs, layer.raw_rows());
        assert_eq!((h.rows, log_tangent.rows, raw.rows), rows, "ddsf: rows of the inputs and of the raw parameters");
        let out = self.record(parameters, Node { layer, h, log_tangent, raw }, 2 * layer.outputs, true);
        (out.slice(0, layer.outputs), out.slice(layer.outputs, layer.outputs))
    }
}

impl<T: Real> Operation<T> for Node {
    const NAME: &'static str = "ddsf";

    fn forward(&self, f: Forward<T>) {
        let (isa, lanes, layer) = (f.tile.isa, f.tile.lanes, self.layer.layer(f.parameters));
        let (h, log_tangent, raw) = (f.values.of(self.h), f.values.of(self.log_tangent), f.values.of(self.raw));
        let (h_out, log_tangent_out) = f.output.split_at_mut(layer.outputs * lanes);
        let [h_out, log_tangent_out] =
            [h_out, log_tangent_out].map(|rows| MatrixMut::new(rows, layer.outputs, lanes, lanes));
        let scratch = f.scratch.take(layer.scratch());
        ddsf::forward(isa, &layer, h, log_tangent, raw, h_out, log_tangent_out, scratch);
    }

    fn vjp(&self, mut b: Backward<T>) {
        let (lanes, layer) = (b.tile.lanes, self.layer.layer(b.parameters));
        b.inputs.open(self.h);
        b.inputs.open(self.log_tangent);
        // The kernel overwrites its target: where the adjoint already holds terms, it writes to scratch memory, to be added.
        let first = b.inputs.first_to_write(self.raw);
        let (h, log_tangent, raw) = (b.values.of(self.h), b.values.of(self.log_tangent), b.values.of(self.raw));
        let scratch = b.scratch.take(layer.scratch() + if first { 0 } else { self.raw.rows * lanes });
        let (scratch, extra) = scratch.split_at_mut(layer.scratch());
        let (h_out_bar, log_tangent_out_bar) = b.output_adjoint.split_at(layer.outputs * lanes);
        let [h_out_bar, log_tangent_out_bar] =
            [h_out_bar, log_tangent_out_bar].map(|rows| Matrix::new(rows, layer.outputs, lanes, lanes));
        let [h_bar, log_tangent_bar, raw_bar] = b.inputs.each([self.h, self.log_tangent, self.raw]);
        let [u, w] = b.gradients.vectors_mut(b.parameters, [self.layer.inner, self.layer.outer]);
        let target = if first { &mut *raw_bar } else { &mut *extra };
        let bars = ddsf::Gradients {
            h: MatrixMut::new(h_bar, layer.inputs, lanes, lanes),
            log_tangent: MatrixMut::new(log_tangent_bar, layer.inputs, lanes, lanes),
            raw: MatrixMut::new(target, self.raw.rows, lanes, lanes),
            u,
            w,
        };
        ddsf::vjp(b.tile.isa, &layer, h, log_tangent, raw, h_out_bar, log_tangent_out_bar, bars, scratch);
        if !first {
            map::add_assign(b.tile.isa, extra, raw_bar);
        }
    }
}
