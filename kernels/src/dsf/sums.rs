//! The three sums of a node, `S`, `S̄` and `D`, without cancellation and without clamps.
//!
//! With `t = min_j |u_j|`, `e_j = e^{t−|u_j|}`, `E = e^{−t}`, `d_j = 1/(1+E·e_j)`, the larger of `σ(±u_j)` is `d_j` and
//! the smaller `E·e_j·d_j`. If all `u_j` share a sign, one sum holds only small terms and `E` is taken out of them as a
//! factor: its logarithm is added to `y` as `±t` and cancels in the log-slope. If signs are mixed, `E` stays in the small
//! terms. `E` is taken out of `D` always. The weights are `e^{w_raw−max}`, without the softmax's normaliser `Z`, which
//! cancels in `y` and is one factor in the slope.

use super::slope::Positive;
use crate::isa::Simd;
use crate::math::formulas::exp_not_positive;
use crate::{Matrix, Real};

/// One vector of lanes of a node's inputs.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a, T> {
    /// Rows `(a_raw | b | w_raw)`.
    pub raw: Matrix<'a, T>,
    /// Units.
    pub units: usize,
    /// First lane.
    pub at: usize,
    /// Lanes in use, at most a vector.
    pub lanes: usize,
}

impl<T: Real> Inputs<'_, T> {
    #[inline(always)]
    pub fn row<S: Simd<T>>(&self, s: S, row: usize) -> S::V {
        load(s, self.lanes, &self.raw.data[row * self.raw.ld + self.at..])
    }
    /// `(a_raw, b, w_raw)` of unit `j`.
    #[inline(always)]
    pub fn unit<S: Simd<T>>(&self, s: S, j: usize) -> [S::V; 3] {
        [self.row(s, j), self.row(s, self.units + j), self.row(s, 2 * self.units + j)]
    }
}

/// `lanes` numbers; a whole vector needs no mask.
#[inline(always)]
pub(crate) fn load<T: Real, S: Simd<T>>(s: S, lanes: usize, from: &[T]) -> S::V {
    if lanes == S::LANES { s.load(from) } else { s.load_first(lanes, from) }
}

/// The counterpart of [`load`].
#[inline(always)]
pub(crate) fn store<T: Real, S: Simd<T>>(s: S, lanes: usize, v: S::V, to: &mut [T]) {
    if lanes == S::LANES { s.store(v, to) } else { s.store_first(lanes, v, to) }
}

/// `u = a·x + b`, clamped to finite numbers so that differences of two stay finite.
#[inline(always)]
pub(crate) fn preactivation<T: Real, S: Simd<T>>(s: S, a: S::V, x: S::V, b: S::V) -> S::V {
    let bound = T::MAX * T::from_f64(0.25);
    let u = s.mul_add(a, x, b);
    s.min(s.splat(bound), s.max(s.splat(-bound), u))
}

/// Ranges of the units' preactivations and weight logits in each lane, found in one pass.
pub(crate) struct PreactivationRange<T: Real, S: Simd<T>> {
    low: S::V,
    high: S::V,
    /// `t = min |u|`.
    pub min_abs: S::V,
    /// `max w_raw`.
    pub max_logit: S::V,
}

impl<T: Real, S: Simd<T>> PreactivationRange<T, S> {
    #[inline(always)]
    pub fn new(s: S) -> Self {
        let (high, low) = (s.splat(T::MAX), s.splat(-T::MAX));
        PreactivationRange { low: high, high: low, min_abs: high, max_logit: low }
    }
    #[inline(always)]
    pub fn include(&mut self, s: S, u: S::V, w_raw: S::V) {
        self.low = s.min(u, self.low);
        self.high = s.max(u, self.high);
        self.min_abs = s.min(s.abs(u), self.min_abs);
        self.max_logit = s.max(w_raw, self.max_logit);
    }
    /// The factors to take out of the sums.
    #[inline(always)]
    pub fn scaling(&self, s: S) -> Scaling<T, S> {
        let zero = s.splat(T::ZERO);
        let minus = s.neg(self.min_abs);
        let negative = s.lt(self.high, zero);
        let positive = s.le(zero, self.low);
        let shift = s.select(positive, self.min_abs, s.select(negative, minus, zero));
        let mixed = s.select(positive, zero, s.select(negative, zero, self.min_abs));
        let e = exp_not_positive(s, minus);
        let one = s.splat(T::ONE);
        let factor = s.select(positive, one, s.select(negative, one, e));
        Scaling { min_abs: self.min_abs, max_logit: self.max_logit, e, factor, shift, mixed }
    }
}

/// Factors taken out of a lane's sums, so that the largest terms are near one.
#[derive(Clone, Copy)]
pub(crate) struct Scaling<T: Real, S: Simd<T>> {
    /// `t`.
    pub min_abs: S::V,
    /// `max w_raw`.
    pub max_logit: S::V,
    /// `E = e^{−t}`.
    pub e: S::V,
    /// `E` where signs are mixed, else 1.
    pub factor: S::V,
    /// `y − (ln S − ln S̄)` of the scaled sums: `t`, `−t`, or 0 where signs are mixed.
    pub shift: S::V,
    /// `(ln D + ln Z − ln S − ln S̄) − ln dy/dx` of the scaled sums: `t` where signs are mixed, else 0.
    pub mixed: S::V,
}

/// One unit's part of the sums.
pub(crate) struct Terms<T: Real, S: Simd<T>> {
    /// `w`, unnormalised.
    pub w: S::V,
    /// `E·e_j`, which is `e^{−|u|}`.
    pub ratio: S::V,
    /// `d_j`, the larger of `σ(±u)`.
    pub d: S::V,
    /// `w·e_j·d_j`, the small term without `E`.
    pub small: S::V,
    /// Part of `S`.
    pub s: S::V,
    /// Part of `S̄`.
    pub c: S::V,
    /// Part of `D`.
    pub slope: S::V,
}

impl<T: Real, S: Simd<T>> Terms<T, S> {
    /// Parts of `S`, `S̄`, `D` and `Z`.
    #[inline(always)]
    pub fn parts(&self) -> [S::V; 4] {
        [self.s, self.c, self.slope, self.w]
    }
    /// Part of `S − S̄`, unscaled: `w·tanh(u/2) = ±w·d·(1 − e^{−|u|})`.
    #[inline(always)]
    pub fn signed_difference(&self, s: S, u: S::V) -> S::V {
        let big = s.mul(self.w, self.d);
        let size = s.mul_add(s.neg(self.ratio), big, big);
        s.or(size, s.and(u, s.splat(T::SIGN_MASK)))
    }
}

/// The parts of unit `(a, u, w_raw)`.
#[inline(always)]
pub(crate) fn terms<T: Real, S: Simd<T>>(s: S, f: &Scaling<T, S>, a: S::V, u: S::V, w_raw: S::V) -> Terms<T, S> {
    let one = s.splat(T::ONE);
    let w = exp_not_positive(s, s.sub(w_raw, f.max_logit));
    let e = exp_not_positive(s, s.sub(f.min_abs, s.abs(u)));
    let ratio = s.mul(f.e, e);
    let d = s.div(one, s.add(one, ratio));
    let big = s.mul(w, d);
    let small = s.mul(big, e);
    let scaled = s.mul(small, f.factor);
    let positive = s.le(s.splat(T::ZERO), u);
    Terms {
        w,
        ratio,
        d,
        small,
        s: s.select(positive, big, scaled),
        c: s.select(positive, scaled, big),
        slope: s.mul(s.mul(a, small), d),
    }
}

/// The sums of a lane.
pub(crate) struct Sums<T: Real, S: Simd<T>> {
    /// `S`, scaled.
    pub s: S::V,
    /// `S̄`, scaled.
    pub c: S::V,
    /// `D`, scaled.
    pub d: S::V,
    /// `Z = Σ w`.
    pub z: S::V,
}

impl<T: Real, S: Simd<T>> Sums<T, S> {
    #[inline(always)]
    pub fn new(s: S) -> Self {
        let zero = s.splat(T::ZERO);
        Sums { s: zero, c: zero, d: zero, z: zero }
    }
    #[inline(always)]
    pub fn add(&mut self, s: S, t: &Terms<T, S>) {
        self.s = s.add(self.s, t.s);
        self.c = s.add(self.c, t.c);
        self.d = s.add(self.d, t.slope);
        self.z = s.add(self.z, t.w);
    }
    /// Adds `e` times the first four vectors of `parts`, a unit's `(S, S̄, D, Z)`.
    #[inline(always)]
    pub fn add_weighted(&mut self, s: S, e: S::V, parts: &[T]) {
        self.s = s.mul_add(e, s.load(parts), self.s);
        self.c = s.mul_add(e, s.load(&parts[S::LANES..]), self.c);
        self.d = s.mul_add(e, s.load(&parts[2 * S::LANES..]), self.d);
        self.z = s.mul_add(e, s.load(&parts[3 * S::LANES..]), self.z);
    }
    /// The smallest of the sums; zero where `D` is near overflow or a sum is NaN.
    #[inline(always)]
    pub fn smallest(&self, s: S) -> S::V {
        let zero = s.splat(T::ZERO);
        let smallest = s.min(s.min(self.s, self.c), s.min(self.d, self.z));
        s.select(s.lt(self.d, s.splat(T::ONE / T::UNDERFLOW_BOUND)), smallest, zero)
    }
    /// Lanes where a sum is so small (or `D` so large) that terms which underflowed to zero may matter; NaN lanes too.
    #[inline(always)]
    pub fn underflowed(&self, s: S) -> S::M {
        s.le(self.smallest(s), s.splat(T::UNDERFLOW_BOUND))
    }
}

/// Computes the units' slopes `a` and preactivations `u` and saves them between passes: `[2·units]` vectors.
#[inline(always)]
pub(crate) fn preactivations<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    x: S::V,
    saved: &mut [T],
) -> PreactivationRange<T, S> {
    let mut range = PreactivationRange::new(s);
    for (j, saved) in saved.chunks_exact_mut(2 * S::LANES).enumerate() {
        let [r, b, w] = i.unit(s, j);
        let a = slope.value(s, r);
        let u = preactivation(s, a, x, b);
        range.include(s, u, w);
        s.store(a, saved);
        s.store(u, &mut saved[S::LANES..]);
    }
    range
}
