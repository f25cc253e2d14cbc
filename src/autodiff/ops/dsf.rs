//! Deep sigmoidal flow nodes, one per row: `(X: [m, lanes], raw: [m·3U, lanes]) → (Y, log dY/dX)`, stacked `[2m, lanes]`.
//!
//! Feature `i` uses the raw rows `i·3U..(i+1)·3U` in the order slopes, biases, weights. Formula and VJP:
//! [`nafal_kernels::dsf`].

use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::{Matrix, MatrixMut, Real, map};

use crate::autodiff::AlignedVec;
use crate::autodiff::tape::{Backward, Env, Var};

pub(in crate::autodiff) struct Node {
    pub(in crate::autodiff) x: Var,
    pub(in crate::autodiff) raw: Var,
    pub(in crate::autodiff) slope: Slope,
    pub(in crate::autodiff) units: usize,
}

impl Node {
    fn raw_rows(&self, feature: usize) -> Var {
        self.raw.slice(feature * 3 * self.units, 3 * self.units)
    }

    pub(super) fn forward<T: Real>(&self, env: &Env, before: &[T], output: &mut [T], scratch: &mut AlignedVec<T>) {
        let lanes = env.lanes;
        scratch.resize_dirty(dsf::scratch(self.units));
        let (y, log_slope) = output.split_at_mut(self.x.rows * lanes);
        for i in 0..self.x.rows {
            let raw = Matrix::new(&before[self.raw_rows(i).range(lanes)], 3 * self.units, lanes, lanes);
            let x = &before[self.x.slice(i, 1).range(lanes)];
            let row = i * lanes..(i + 1) * lanes;
            dsf::forward(env.isa, self.slope, self.units, x, raw, &mut y[row.clone()], &mut log_slope[row], scratch);
        }
    }

    pub(super) fn vjp<T: Real>(&self, mut b: Backward<T>) {
        let lanes = b.env.lanes;
        b.before.open(self.x);
        // The kernel overwrites: where other users of the parameters have left something, it writes elsewhere.
        let first = b.before.first_to_write(self.raw);
        let (y_bar, log_slope_bar) = b.output.split_at(self.x.rows * lanes);
        let own = dsf::scratch(self.units);
        b.scratch.resize_dirty(own + if first { 0 } else { 3 * self.units * lanes });
        let (scratch, elsewhere) = b.scratch.split_at_mut(own);
        for i in 0..self.x.rows {
            let (x, raw) = (self.x.slice(i, 1), self.raw_rows(i));
            let raw_values = Matrix::new(&b.values[raw.range(lanes)], 3 * self.units, lanes, lanes);
            let x_values = &b.values[x.range(lanes)];
            let [x_bar, raw_bar] = b.before.each([x, raw]);
            let row = i * lanes..(i + 1) * lanes;
            let target = if first { &mut *raw_bar } else { &mut *elsewhere };
            let target = MatrixMut::new(target, 3 * self.units, lanes, lanes);
            let (y_bar, log_slope_bar) = (&y_bar[row.clone()], &log_slope_bar[row]);
            let (isa, slope, units) = (b.env.isa, self.slope, self.units);
            dsf::vjp(isa, slope, units, x_values, raw_values, y_bar, log_slope_bar, x_bar, target, scratch);
            if !first {
                map::add_assign(isa, elsewhere, raw_bar);
            }
        }
    }
}
