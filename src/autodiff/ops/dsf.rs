//! Deep sigmoidal flow nodes, one per row: `(X: [m, lanes], raw: [m·3U, lanes]) → (Y, log dY/dX)`, stacked `[2m, lanes]`.
//!
//! Feature `i` uses the raw rows `i·3U..(i+1)·3U` in the order slopes, biases, weights. Formula and VJP:
//! [`nafal_kernels::dsf`].

use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::{MatrixMut, Real, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::Parameters;
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

struct Dsf {
    x: Var,
    raw: Var,
    slope: Slope,
    units: usize,
}

impl<T: Real> Tape<T> {
    /// One deep sigmoidal flow node per row of `x`, with raw parameters `raw: [rows·3·units, lanes]`; returns the values
    /// and the log-slopes, both of `x`'s shape.
    pub fn dsf(&mut self, x: Var, raw: Var, slope: Slope, units: usize) -> (Var, Var) {
        assert_eq!(raw.rows, x.rows * 3 * units, "dsf: raw parameters of {} features", x.rows);
        let out = self.record(&Parameters::new(), Dsf { x, raw, slope, units }, 2 * x.rows, true);
        (out.slice(0, x.rows), out.slice(x.rows, x.rows))
    }
}

impl Dsf {
    fn raw_rows(&self, feature: usize) -> Var {
        self.raw.slice(feature * 3 * self.units, 3 * self.units)
    }
}

impl<T: Real> Operation<T> for Dsf {
    const NAME: &'static str = "dsf";

    fn forward(&self, f: Forward<T>) {
        let (isa, lanes) = (f.tile.isa, f.tile.lanes);
        let scratch = f.scratch.take(dsf::scratch(self.units));
        let (y, log_slope) = f.output.split_at_mut(self.x.rows * lanes);
        for i in 0..self.x.rows {
            let (x, raw) = (f.values.of(self.x.slice(i, 1)).data, f.values.of(self.raw_rows(i)));
            let row = i * lanes..(i + 1) * lanes;
            dsf::forward(isa, self.slope, self.units, x, raw, &mut y[row.clone()], &mut log_slope[row], scratch);
        }
    }

    fn vjp(&self, mut b: Backward<T>) {
        let lanes = b.tile.lanes;
        b.inputs.open(self.x);
        // The kernel overwrites its target: where the adjoint already holds terms, it writes to scratch memory, to be added.
        let first = b.inputs.first_to_write(self.raw);
        let (y_bar, log_slope_bar) = b.output_adjoint.split_at(self.x.rows * lanes);
        let own = dsf::scratch(self.units);
        let scratch = b.scratch.take(own + if first { 0 } else { 3 * self.units * lanes });
        let (scratch, extra) = scratch.split_at_mut(own);
        for i in 0..self.x.rows {
            let (x, raw) = (self.x.slice(i, 1), self.raw_rows(i));
            let (x_values, raw_values) = (b.values.of(x).data, b.values.of(raw));
            let [x_bar, raw_bar] = b.inputs.each([x, raw]);
            let row = i * lanes..(i + 1) * lanes;
            let target = if first { &mut *raw_bar } else { &mut *extra };
            let target = MatrixMut::new(target, 3 * self.units, lanes, lanes);
            let (y_bar, log_slope_bar) = (&y_bar[row.clone()], &log_slope_bar[row]);
            let (isa, slope, units) = (b.tile.isa, self.slope, self.units);
            dsf::vjp(isa, slope, units, x_values, raw_values, y_bar, log_slope_bar, x_bar, target, scratch);
            if !first {
                map::add_assign(isa, extra, raw_bar);
            }
        }
    }
}
