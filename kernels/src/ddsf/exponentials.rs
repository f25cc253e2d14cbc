//! The exponentials of a layer: of the shared logits once a call, of the lanes' shifts once a vector; and the inner
//! sums `N_j = Σ_i E_ji·y_i`, `z_j = Σ_i E_ji·y_i·h_i/N_j`, `M_j = Σ_i E_ji·y_i·e^{λ_i−λ_max}` that follow.

use super::lanes::Lanes;
use super::layer::Layer;
use super::workspace::INPUT;
use crate::Real;
use crate::isa::{Kernel, Simd};
use crate::map::MapInPlace;
use crate::math::Exp;
use crate::math::formulas::exp;

/// `to = e^{logits − max of the row}`.
#[inline(always)]
pub(super) fn of_rows<T: Real, S: Simd<T>>(s: S, logits: &[T], cols: usize, to: &mut [T]) {
    for (row, to) in logits.chunks_exact(cols).zip(to.chunks_exact_mut(cols)) {
        let mut top = row[0];
        for &v in row {
            top = if v > top { v } else { top };
        }
        for (v, to) in row.iter().zip(to) {
            *to = *v - top;
        }
    }
    MapInPlace(Exp, to).run(s);
}

/// Fills the inputs' records and returns `λ_max`.
#[inline(always)]
pub(super) fn of_inputs<T: Real, S: Simd<T>>(s: S, c: &Layer<T>, lanes: &Lanes<T>, records: &mut [T]) -> S::V {
    let (l, first) = (S::LANES, 3 * c.units);
    let shift = lanes.raw.max(s, first..first + c.inputs);
    let tangent = lanes.log_tangent.max(s, 0..c.inputs);
    for (i, record) in records.chunks_exact_mut(INPUT * l).enumerate() {
        let y = exp(s, s.sub(lanes.raw.row(s, first + i), shift));
        s.store(y, record);
        s.store(s.mul(y, lanes.h.row(s, i)), &mut record[l..]);
        let relative = exp(s, s.sub(lanes.log_tangent.row(s, i), tangent));
        s.store(s.mul(y, relative), &mut record[2 * l..]);
    }
    tangent
}

/// `(N, Σ E·y·h, M)` of one unit, from its row of the shared matrix.
#[inline(always)]
pub(super) fn inner_sums<T: Real, S: Simd<T>>(s: S, row: &[T], records: &[T]) -> [S::V; INPUT] {
    let mut sums = [s.splat(T::ZERO); INPUT];
    for (e, record) in row.iter().zip(records.chunks_exact(INPUT * S::LANES)) {
        let e = s.splat(*e);
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum = s.mul_add(e, s.load(&record[k * S::LANES..]), *sum);
        }
    }
    sums
}
