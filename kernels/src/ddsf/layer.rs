//! The sizes and shared logits of a layer, and where its gradients go.

use super::workspace;
use crate::dsf::Slope;
use crate::{Matrix, MatrixMut};

/// Sizes and shared logits of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a, T> {
    /// How `a_raw` becomes a slope.
    pub slope: Slope,
    /// Width of the input.
    pub inputs: usize,
    /// Sigmoids.
    pub units: usize,
    /// Width of the output.
    pub outputs: usize,
    /// Inner logits `[units, inputs]`.
    pub u: &'a [T],
    /// Outer logits `[outputs, units]`.
    pub w: &'a [T],
}

/// Where [`super::vjp()`] writes.
#[derive(Debug)]
pub struct Gradients<'a, T> {
    /// Of the inputs `[inputs, lanes]`; added to.
    pub h: MatrixMut<'a, T>,
    /// Of the inputs' log-tangents `[inputs, lanes]`; added to.
    pub log_tangent: MatrixMut<'a, T>,
    /// Of the raw parameters `[3·units + inputs, lanes]`; overwritten.
    pub raw: MatrixMut<'a, T>,
    /// Of the inner logits; added to.
    pub u: &'a mut [T],
    /// Of the outer logits; added to.
    pub w: &'a mut [T],
}

/// Rows and columns.
pub(super) fn shape<T>(m: &Matrix<T>) -> [usize; 2] {
    [m.rows, m.cols]
}

impl<T> Layer<'_, T> {
    /// Rows of the raw parameters.
    pub fn raw_rows(&self) -> usize {
        3 * self.units + self.inputs
    }
    /// Numbers of scratch that [`super::forward()`] and [`super::vjp()`] need.
    pub fn scratch(&self) -> usize {
        workspace::size(self.widths())
    }
    /// Inputs, units and outputs.
    pub(super) fn widths(&self) -> [usize; 3] {
        [self.inputs, self.units, self.outputs]
    }
    /// Panics if a shape is not the layer's, the scratch is too short, or the bound of the slopes is not positive.
    pub(super) fn check(
        &self,
        h: [usize; 2],
        log_tangent: [usize; 2],
        raw: [usize; 2],
        out: [[usize; 2]; 2],
        scratch: usize,
    ) {
        assert!(self.inputs > 0 && self.units > 0 && self.outputs > 0, "ddsf: an empty layer");
        assert_eq!(self.u.len(), self.units * self.inputs, "ddsf: inner logits");
        assert_eq!(self.w.len(), self.outputs * self.units, "ddsf: outer logits");
        let lanes = h[1];
        assert_eq!([h, log_tangent], [[self.inputs, lanes]; 2], "ddsf: inputs");
        assert_eq!(raw, [self.raw_rows(), lanes], "ddsf: raw parameters");
        assert_eq!(out, [[self.outputs, lanes]; 2], "ddsf: outputs");
        assert!(scratch >= self.scratch(), "ddsf: {scratch} numbers of scratch, {} needed", self.scratch());
        if let Slope::Bounded { limit } = self.slope {
            assert!(limit > 0.0 && limit < f64::INFINITY, "ddsf: the bound {limit} on |ln a| must be positive");
        }
    }
}
