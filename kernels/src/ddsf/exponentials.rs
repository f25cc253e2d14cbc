//! The exponentials of a layer: of the shared logits once a call, of the lanes' shifts once a vector; and the inner
//! sums `N_j = Σ_i E_ji·y_i`, `z_j = Σ_i E_ji·y_i·h_i/N_j`, `M_j = Σ_i E_ji·y_i·e^{λ_i−λ_max}` that follow.

use super::Layer;
use crate::dsf::sums::{load, store};
use crate::isa::{Kernel, Simd};
use crate::map::MapInPlace;
use crate::math::Exp;
use crate::math::formulas::exp;
use crate::{Matrix, Real};

/// Vectors kept for each input: `y = e^{η−η_max}`, `y·h`, `y·e^{λ−λ_max}`.
pub(super) const INPUT: usize = 3;

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

/// Rows `first..first + n` of `m` from lane `at`, one vector each.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    pub m: Matrix<'a, T>,
    pub at: usize,
    pub lanes: usize,
}

impl<T: Real> Rows<'_, T> {
    #[inline(always)]
    pub fn row<S: Simd<T>>(&self, s: S, row: usize) -> S::V {
        load(s, self.lanes, &self.m.data[row * self.m.ld + self.at..])
    }
    #[inline(always)]
    fn max<S: Simd<T>>(&self, s: S, rows: core::ops::Range<usize>) -> S::V {
        let mut top = s.splat(-T::MAX);
        for i in rows {
            top = s.max(self.row(s, i), top);
        }
        top
    }
}

/// A vector of lanes of a layer's inputs.
#[derive(Clone, Copy)]
pub(super) struct Lanes<'a, T> {
    pub h: Rows<'a, T>,
    pub log_tangent: Rows<'a, T>,
    pub raw: Rows<'a, T>,
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

/// The numbers of a mask: which of the first `lanes` lanes are set.
#[inline(always)]
pub(super) fn lanes_of<T: Real, S: Simd<T>>(s: S, mask: S::M, lanes: usize) -> [bool; super::LANES] {
    let mut ones = [T::ZERO; super::LANES];
    store(s, lanes, s.select(mask, s.splat(T::ONE), s.splat(T::ZERO)), &mut ones);
    ones.map(|v| v > T::ZERO)
}
