//! A layer's values and log-tangents: inner sums, the scaling of the outer sums, outer sums, four logarithms.

use super::exponentials::{inner_sums, of_inputs, of_rows};
use super::lanes::{Lanes, Rows};
use super::layer::Layer;
use super::log_space;
use super::workspace::Workspace;
use crate::dsf::slope::Positive;
use crate::dsf::sums::{PreactivationRange, Scaling, Sums, preactivation, store, terms};
use crate::isa::{Kernel, Simd};
use crate::math::formulas::ln_normal;
use crate::{Matrix, MatrixMut, Real};

/// Vectors saved for each unit: `u`, `a·M/N` and the four parts of the outer sums.
const UNIT: usize = 6;

/// See [`super::forward()`].
pub(crate) struct Forward<'a, T, P> {
    pub layer: Layer<'a, T>,
    pub slope: P,
    pub h: Matrix<'a, T>,
    pub log_tangent: Matrix<'a, T>,
    pub raw: Matrix<'a, T>,
    pub h_out: MatrixMut<'a, T>,
    pub log_tangent_out: MatrixMut<'a, T>,
    pub scratch: &'a mut [T],
}

impl<T: Real, P: Positive<T>> Kernel<T> for Forward<'_, T, P> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Forward { layer: c, slope, h, log_tangent, raw, mut h_out, mut log_tangent_out, scratch } = self;
        let w = Workspace::new(scratch, c.widths(), S::LANES);
        of_rows(s, c.u, c.inputs, w.inner);
        of_rows(s, c.w, c.units, w.outer);
        let total = h.cols;
        for at in (0..total).step_by(S::LANES) {
            let n = S::LANES.min(total - at);
            let rows = |m| Rows { m, at, lanes: n };
            let lanes = Lanes { h: rows(h), log_tangent: rows(log_tangent), raw: rows(raw) };
            let tangent = of_inputs(s, &c, &lanes, w.inputs);
            let units = &mut w.units[..UNIT * S::LANES * c.units];
            let (scaling, mut smallest) = fill(s, &c, slope, &lanes, w.inner, w.inputs, units);
            for (k, row) in w.outer.chunks_exact(c.units).enumerate() {
                let sums = outer_sums(s, row, units);
                smallest = s.min(sums.smallest(s), smallest);
                let (log_s, log_c) = (ln_normal(s, sums.s), ln_normal(s, sums.c));
                let slope = s.add(s.sub(ln_normal(s, sums.d), log_s), s.sub(ln_normal(s, sums.z), log_c));
                let value = s.add(s.sub(log_s, log_c), scaling.shift);
                store(s, n, value, &mut h_out.data[k * h_out.ld + at..]);
                let slope = s.add(s.sub(slope, scaling.mixed), tangent);
                store(s, n, slope, &mut log_tangent_out.data[k * log_tangent_out.ld + at..]);
            }
            let underflowed = s.le(smallest, s.splat(T::UNDERFLOW_BOUND));
            if s.any(underflowed) {
                let outputs = [&mut h_out, &mut log_tangent_out];
                log_space::forward(s, &c, slope, &lanes, underflowed, w.units, outputs);
            }
        }
    }
}

/// Fills the units' records; returns the scaling of the outer sums and the smallest of the inner sums.
#[inline(always)]
fn fill<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    c: &Layer<T>,
    slope: P,
    lanes: &Lanes<T>,
    inner: &[T],
    inputs: &[T],
    units: &mut [T],
) -> (Scaling<T, S>, S::V) {
    let l = S::LANES;
    let mut range = PreactivationRange::new(s);
    let mut smallest = s.splat(T::MAX);
    for (j, record) in units.chunks_exact_mut(UNIT * l).enumerate() {
        let [norm, weighted, m] = inner_sums(s, &inner[j * c.inputs..(j + 1) * c.inputs], inputs);
        smallest = s.min(s.min(norm, m), smallest);
        let inverse = s.div(s.splat(T::ONE), norm);
        let a = slope.value(s, lanes.raw.row(s, j));
        let u = preactivation(s, a, s.mul(weighted, inverse), lanes.raw.row(s, c.units + j));
        range.include(s, u, lanes.raw.row(s, 2 * c.units + j));
        s.store(u, record);
        s.store(s.mul(a, s.mul(m, inverse)), &mut record[l..]);
    }
    let scaling = range.scaling(s);
    for (j, record) in units.chunks_exact_mut(UNIT * l).enumerate() {
        let (u, slope) = (s.load(record), s.load(&record[l..]));
        let t = terms(s, &scaling, slope, u, lanes.raw.row(s, 2 * c.units + j));
        for (k, v) in t.parts().into_iter().enumerate() {
            s.store(v, &mut record[(2 + k) * l..]);
        }
    }
    (scaling, smallest)
}

/// `Σ_j E_kj·(parts of unit j)`, from row `k` of the shared matrix; the parts are the last four vectors of a record.
#[inline(always)]
fn outer_sums<T: Real, S: Simd<T>>(s: S, row: &[T], units: &[T]) -> Sums<T, S> {
    let mut sums = Sums::new(s);
    for (e, record) in row.iter().zip(units.chunks_exact(UNIT * S::LANES)) {
        sums.add_weighted(s, s.splat(*e), &record[2 * S::LANES..]);
    }
    sums
}
