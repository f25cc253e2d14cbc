//! The node's value and log-slope: one pass over the units for the frame, one for the sums, three logarithms.

use super::log_space;
use super::slope::Positive;
use super::sums::{Inputs, Sums, gather, load, store, terms};
use crate::isa::{Abreast, Kernel, Simd};
use crate::math::formulas::{ln, ln_1p, ln_normal};
use crate::{Matrix, Real};

/// Vectors kept for each unit between the passes.
pub(super) const KEPT: usize = 2;
/// Lanes at once, at most: four of the widest vectors.
pub(super) const WIDEST: usize = 64;

/// See [`super::forward`].
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
        let four = Abreast(Abreast(s));
        let after = node.vectors(four, 0);
        node.vectors(s, after);
    }
}

impl<T: Real, P: Positive<T>> Forward<'_, T, P> {
    /// The lanes from `at` on, in vectors of `S`: all of them if `S` is one vector, whole ones if it is several. Returns
    /// where it ended.
    #[inline(always)]
    fn vectors<S: Simd<T>>(&mut self, s: S, mut at: usize) -> usize {
        let kept = &mut self.scratch[..KEPT * self.units * S::LANES];
        while at < self.x.len() {
            let lanes = S::LANES.min(self.x.len() - at);
            if lanes < S::LANES && S::VECTORS > 1 {
                break;
            }
            let inputs = Inputs { raw: self.raw, units: self.units, at, lanes };
            let (y, l) = vector(s, self.slope, &inputs, load(s, lanes, &self.x[at..]), kept);
            store(s, lanes, y, &mut self.y[at..]);
            store(s, lanes, l, &mut self.log_slope[at..]);
            at += lanes;
        }
        at
    }
}

/// One vector of lanes.
#[inline(always)]
fn vector<T: Real, S: Simd<T>, P: Positive<T>>(s: S, slope: P, i: &Inputs<T>, x: S::V, kept: &mut [T]) -> (S::V, S::V) {
    let f = gather(s, slope, i, x, kept).frame(s);
    let mut sums = Sums::new(s);
    let mut tilt = s.splat(T::ZERO);
    for (j, kept) in kept.chunks_exact(KEPT * S::LANES).enumerate() {
        let (a, u) = (s.load(kept), s.load(&kept[S::LANES..]));
        let t = terms(s, &f, a, u, i.row(s, 2 * i.units + j));
        sums.take(s, &t);
        tilt = s.add(tilt, t.tilt(s, u));
    }
    let (log_s, log_c) = (ln_normal(s, sums.s), ln_normal(s, sums.c));
    let log_dz = ln_normal(s, s.mul(sums.d, sums.z));
    let mut y = s.add(s.sub(log_s, log_c), f.shift);
    y = near_origin(s, tilt, sums.z, y);
    let mut log_slope = s.sub(log_dz, s.add(log_s, log_c));
    let lost = sums.lost(s);
    if s.any(lost) {
        let logs = log_space::sums(s, slope, i, &f, x);
        y = s.select(lost, s.add(s.sub(logs.s, logs.c), f.shift), y);
        let slow = s.sub(s.sub(s.add(logs.d, ln(s, sums.z)), logs.s), logs.c);
        log_slope = s.select(lost, slow, log_slope);
    }
    (y, s.sub(log_slope, f.mixed))
}

/// `y = ±ln(1 + q)`, `q = 2|N|/(Z−|N|)`, with `N = S − S̄` and `Z = S + S̄`, where `q <= 3`; elsewhere `y`.
///
/// `Z` does not depend on `x`, and `N` is small where `y` is: the roundings of two sums of the size of `Z`, each of which
/// may fall when `x` grows, are gone. Where `q` is larger they are small beside `y`, and `Z−|N|` cancels.
#[inline(always)]
fn near_origin<T: Real, S: Simd<T>>(s: S, tilt: S::V, z: S::V, y: S::V) -> S::V {
    let size = s.abs(tilt);
    let q = s.div(s.add(size, size), s.sub(z, size));
    let signed = s.or(ln_1p(s, q), s.and(tilt, s.splat(T::SIGN_MASK)));
    // Neither a negative quotient nor NaN is one.
    let near = s.le(s.abs(s.sub(q, s.splat(T::from_f64(1.5)))), s.splat(T::from_f64(1.5)));
    s.select(near, signed, y)
}
