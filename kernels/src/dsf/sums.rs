//! The three sums of a node, `S`, `S̄` and `D`, without cancellation and without clamps.
//!
//! With `t = min_j |u_j|`, `e_j = e^{t−|u_j|}`, `E = e^{−t}`, `d_j = 1/(1+E·e_j)`, the larger of `σ(±u_j)` is `d_j` and
//! the smaller `E·e_j·d_j`. If all `u_j` share a sign, one sum holds only small terms and `E` is left out of them:
//! it comes back as `±t` in `y` and cancels in the log-slope. If signs are mixed, `E` stays in the small terms.
//! `E` is left out of `D` always. The weights are `e^{w_raw−max}`, without the softmax's normaliser `Z`, which
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

/// `lanes` numbers; a whole vector goes without a mask.
#[inline(always)]
pub(crate) fn load<T: Real, S: Simd<T>>(s: S, lanes: usize, from: &[T]) -> S::V {
    if lanes == S::LANES { s.load(from) } else { s.load_first(lanes, from) }
}

/// The counterpart of [`load`].
#[inline(always)]
pub(crate) fn store<T: Real, S: Simd<T>>(s: S, lanes: usize, v: S::V, to: &mut [T]) {
    if lanes == S::LANES { s.store(v, to) } else { s.store_first(lanes, v, to) }
}

/// `u = a·x + b`, kept away from infinity so that differences of two stay finite.
#[inline(always)]
pub(crate) fn preactivation<T: Real, S: Simd<T>>(s: S, a: S::V, x: S::V, b: S::V) -> S::V {
    let bound = T::MAX * T::from_f64(0.25);
    let u = s.mul_add(a, x, b);
    s.min(s.splat(bound), s.max(s.splat(-bound), u))
}

/// What the units of a lane have in common, gathered in one pass.
pub(crate) struct Extent<T: Real, S: Simd<T>> {
    low: S::V,
    high: S::V,
    /// `t = min |u|`.
    pub near: S::V,
    /// `max w_raw`.
    pub top: S::V,
}

impl<T: Real, S: Simd<T>> Extent<T, S> {
    #[inline(always)]
    pub fn new(s: S) -> Self {
        let (high, low) = (s.splat(T::MAX), s.splat(-T::MAX));
        Extent { low: high, high: low, near: high, top: low }
    }
    #[inline(always)]
    pub fn take(&mut self, s: S, u: S::V, w_raw: S::V) {
        self.low = s.min(u, self.low);
        self.high = s.max(u, self.high);
        self.near = s.min(s.abs(u), self.near);
        self.top = s.max(w_raw, self.top);
    }
    /// How the sums are to be read.
    #[inline(always)]
    pub fn frame(&self, s: S) -> Frame<T, S> {
        let zero = s.splat(T::ZERO);
        let minus = s.neg(self.near);
        let negative = s.lt(self.high, zero);
        let positive = s.le(zero, self.low);
        let shift = s.select(positive, self.near, s.select(negative, minus, zero));
        let mixed = s.select(positive, zero, s.select(negative, zero, self.near));
        let e = exp_not_positive(s, minus);
        let one = s.splat(T::ONE);
        let factor = s.select(positive, one, s.select(negative, one, e));
        Frame { near: self.near, top: self.top, e, factor, shift, mixed }
    }
}

/// The frame of a lane's sums.
#[derive(Clone, Copy)]
pub(crate) struct Frame<T: Real, S: Simd<T>> {
    /// `t`.
    pub near: S::V,
    /// `max w_raw`.
    pub top: S::V,
    /// `E = e^{−t}`.
    pub e: S::V,
    /// `E` where signs are mixed, else 1.
    pub factor: S::V,
    /// What `y` has beside `ln S − ln S̄`: `t`, `−t`, or 0 where signs are mixed.
    pub shift: S::V,
    /// What the log-slope has less than `ln D + ln Z − ln S − ln S̄`: `t` where signs are mixed, else 0.
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
    /// Part of `S − S̄`, without the frame: `w·tanh(u/2) = ±w·d·(1 − e^{−|u|})`.
    #[inline(always)]
    pub fn tilt(&self, s: S, u: S::V) -> S::V {
        let big = s.mul(self.w, self.d);
        let size = s.mul_add(s.neg(self.ratio), big, big);
        s.or(size, s.and(u, s.splat(T::SIGN_MASK)))
    }
}

/// The parts of unit `(a, u, w_raw)`.
#[inline(always)]
pub(crate) fn terms<T: Real, S: Simd<T>>(s: S, f: &Frame<T, S>, a: S::V, u: S::V, w_raw: S::V) -> Terms<T, S> {
    let one = s.splat(T::ONE);
    let w = exp_not_positive(s, s.sub(w_raw, f.top));
    let e = exp_not_positive(s, s.sub(f.near, s.abs(u)));
    let ratio = s.mul(f.e, e);
    let d = s.div(one, s.add(one, ratio));
    let big = s.mul(w, d);
    let small = s.mul(big, e);
    let framed = s.mul(small, f.factor);
    let positive = s.le(s.splat(T::ZERO), u);
    Terms {
        w,
        ratio,
        d,
        small,
        s: s.select(positive, big, framed),
        c: s.select(positive, framed, big),
        slope: s.mul(s.mul(a, small), d),
    }
}

/// The sums of a lane.
pub(crate) struct Sums<T: Real, S: Simd<T>> {
    /// `S`, framed.
    pub s: S::V,
    /// `S̄`, framed.
    pub c: S::V,
    /// `D`, framed.
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
    pub fn take(&mut self, s: S, t: &Terms<T, S>) {
        self.s = s.add(self.s, t.s);
        self.c = s.add(self.c, t.c);
        self.d = s.add(self.d, t.slope);
        self.z = s.add(self.z, t.w);
    }
    /// Adds `e` times the vectors `(S, S̄, D, Z)` at the front of `parts`.
    #[inline(always)]
    pub fn add_weighted(&mut self, s: S, e: S::V, parts: &[T]) {
        self.s = s.mul_add(e, s.load(parts), self.s);
        self.c = s.mul_add(e, s.load(&parts[S::LANES..]), self.c);
        self.d = s.mul_add(e, s.load(&parts[2 * S::LANES..]), self.d);
        self.z = s.mul_add(e, s.load(&parts[3 * S::LANES..]), self.z);
    }
    /// The least of the sums; zero where `D` is near overflow or a sum is NaN.
    #[inline(always)]
    pub fn least(&self, s: S) -> S::V {
        let zero = s.splat(T::ZERO);
        let least = s.min(s.min(self.s, self.c), s.min(self.d, self.z));
        s.select(s.lt(self.d, s.splat(T::ONE / T::LOST)), least, zero)
    }
    /// Lanes where a sum is so small (or `D` so large) that terms lost to underflow may matter; NaN lanes too.
    #[inline(always)]
    pub fn lost(&self, s: S) -> S::M {
        s.le(self.least(s), s.splat(T::LOST))
    }
}

/// Slopes `a` and preactivations `u` of the units, kept between passes: `[2·units]` vectors.
#[inline(always)]
pub(crate) fn gather<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    x: S::V,
    kept: &mut [T],
) -> Extent<T, S> {
    let mut extent = Extent::new(s);
    for (j, kept) in kept.chunks_exact_mut(2 * S::LANES).enumerate() {
        let [r, b, w] = i.unit(s, j);
        let a = slope.value(s, r);
        let u = preactivation(s, a, x, b);
        extent.take(s, u, w);
        s.store(a, kept);
        s.store(u, &mut kept[S::LANES..]);
    }
    extent
}
