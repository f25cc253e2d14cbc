//! The node's value and log-slope: one pass over the units for the scaling, one for the sums, three logarithms.

use super::log_space;
use super::slope::Positive;
use super::sums::{Inputs, Sums, load, preactivations, store, terms};
use crate::isa::{Interleaved, Kernel, Simd};
use crate::math::formulas::{ln, ln_1p, ln_normal};
use crate::{Matrix, Real};

/// Vectors saved for each unit between the passes.
pub(super) const SAVED: usize = 2;
/// Most lanes at once: four of the widest vectors, interleaved.
pub(super) const MAX_LANES: usize = 64;

/// See [`super::forward()`].
pub(crate) struct Forward<'a, T, P> {
    pub slope: P,
    pub units: usize,
    pub x: &'a [T],
    pub raw: Matrix<'a, T>,
    pub y: &'a mut [T],
    pub log_slope: &'a mut [T],
    pub scratch: &'a mut [T],
}

impl<T: Real, P: Positive<T>> Kernel<T> for Forward<'_, T, P> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let mut node = self;
        let four = Interleaved(Interleaved(s));
        let after = node.vectors(four, 0);
        node.vectors(s, after);
    }
}

impl<T: Real, P: Positive<T>> Forward<'_, T, P> {
    /// Computes the lanes from `at` on, in vectors of `S`: all of them if `S` is one vector, as many as fill whole vectors if
    /// it is interleaved. Returns the first lane that is left.
    #[inline(always)]
    fn vectors<S: Simd<T>>(&mut self, s: S, mut at: usize) -> usize {
        let saved = &mut self.scratch[..SAVED * self.units * S::LANES];
        while at < self.x.len() {
            let lanes = S::LANES.min(self.x.len() - at);
            if lanes < S::LANES && S::VECTORS > 1 {
                break;
            }
            let inputs = Inputs { raw: self.raw, units: self.units, at, lanes };
            let (y, l) = vector(s, self.slope, &inputs, load(s, lanes, &self.x[at..]), saved);
            store(s, lanes, y, &mut self.y[at..]);
            store(s, lanes, l, &mut self.log_slope[at..]);
            at += lanes;
        }
        at
    }
}

/// One vector of lanes.
#[inline(always)]
fn vector<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    x: S::V,
    saved: &mut [T],
) -> (S::V, S::V) {
    let f = preactivations(s, slope, i, x, saved).scaling(s);
    let mut sums = Sums::new(s);
    let mut difference = s.splat(T::ZERO);
    for (j, saved) in saved.chunks_exact(SAVED * S::LANES).enumerate() {
        let (a, u) = (s.load(saved), s.load(&saved[S::LANES..]));
        let t = terms(s, &f, a, u, i.row(s, 2 * i.units + j));
        sums.add(s, &t);
        difference = s.add(difference, t.signed_difference(s, u));
    }
    let (log_s, log_c) = (ln_normal(s, sums.s), ln_normal(s, sums.c));
    let log_dz = ln_normal(s, s.mul(sums.d, sums.z));
    let mut y = s.add(s.sub(log_s, log_c), f.shift);
    y = near_origin(s, difference, sums.z, y);
    let mut log_slope = s.sub(log_dz, s.add(log_s, log_c));
    let underflowed = sums.underflowed(s);
    if s.any(underflowed) {
        let logs = log_space::sums(s, slope, i, &f, x);
        y = s.select(underflowed, s.add(s.sub(logs.s, logs.c), f.shift), y);
        let in_log_space = s.sub(s.sub(s.add(logs.d, ln(s, sums.z)), logs.s), logs.c);
        log_slope = s.select(underflowed, in_log_space, log_slope);
    }
    (y, s.sub(log_slope, f.mixed))
}

/// `y = ±ln(1 + q)`, `q = 2|N|/(Z−|N|)`, with `N = S − S̄` and `Z = S + S̄`, where `q <= 3`; elsewhere `y`.
///
/// `Z` does not depend on `x`, and `N` is small where `y` is, so the roundings of `S` and `S̄`, each of the size of `Z`, do
/// not enter; in `ln S − ln S̄` they could make `y` fall as `x` grows. Where `q` is larger those roundings are small
/// relative to `y`, and `Z−|N|` would cancel.
#[inline(always)]
fn near_origin<T: Real, S: Simd<T>>(s: S, difference: S::V, z: S::V, y: S::V) -> S::V {
    let size = s.abs(difference);
    let q = s.div(s.add(size, size), s.sub(z, size));
    let signed = s.or(ln_1p(s, q), s.and(difference, s.splat(T::SIGN_MASK)));
    // Neither a negative quotient nor NaN is one.
    let near = s.le(s.abs(s.sub(q, s.splat(T::from_f64(1.5)))), s.splat(T::from_f64(1.5)));
    s.select(near, signed, y)
}
