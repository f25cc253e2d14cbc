//! The node's VJP in closed form, from three sets of responsibilities.
//!
//! `p = wσ/S`, `q = wσ̄/S̄`, `r = waσσ̄/D` (each sums to one) give `∂y/∂u = pσ̄ + qσ`,
//! `∂ℓ/∂u = σ(q−r) − σ̄(p−r)`, and, for `ū = ȳ·∂y/∂u + ℓ̄·∂ℓ/∂u`:
//! `x̄ = Σ a·ū`, `b̄ = ū`, `ā_raw = κ·(a·x·ū + ℓ̄·r)`, `w̄_raw = ȳ(p−q) + ℓ̄(r−p−q+w/Z)`.
//! All of them are bounded, so nothing becomes `0·∞`.
//!
//! In the tails, where all units share a sign, `q−r` (or `p−r`) cancels and is then multiplied by a large `x`. With `F = Σ f`
//! the sum of small terms and `A = D/F` the mean slope, it is `(f/F)·(A − a·d)/A`, and `A − a·d` is accurate when both
//! sides are taken relative to the slope `a*` of the dominant unit, that with the largest `f`:
//! `(a* − a·d) + Σ f·(a·d − a*)/F`.

use super::log_space;
use super::slope::Positive;
use super::sums::{Inputs, PreactivationRange, Scaling, Sums, load, preactivation, store, terms};
use crate::isa::{Interleaved, Kernel, Simd};
use crate::math::formulas::exp;
use crate::{Matrix, MatrixMut, Real};

/// Vectors saved for each unit between the passes: `a, κ, u`, then `e^{−|u|}, d, w`, then the parts of the sums.
pub(super) const SAVED: usize = 9;
/// Most lanes at once: two of the widest vectors, interleaved. What is saved of four would not fit the first-level cache.
pub(super) const MAX_LANES: usize = 32;

/// See [`super::vjp()`].
pub(crate) struct Vjp<'a, T, P> {
    pub slope: P,
    pub units: usize,
    pub x: &'a [T],
    pub raw: Matrix<'a, T>,
    pub y_bar: &'a [T],
    pub log_slope_bar: &'a [T],
    pub x_bar: &'a mut [T],
    pub raw_bar: MatrixMut<'a, T>,
    pub scratch: &'a mut [T],
}

impl<T: Real, P: Positive<T>> Kernel<T> for Vjp<'_, T, P> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(mut self, s: S) {
        let after = self.vectors(Interleaved(s), 0);
        self.vectors(s, after);
    }
}

impl<T: Real, P: Positive<T>> Vjp<'_, T, P> {
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
            let node = Node {
                x: load(s, lanes, &self.x[at..]),
                y_bar: load(s, lanes, &self.y_bar[at..]),
                l_bar: load(s, lanes, &self.log_slope_bar[at..]),
            };
            let x_bar = vector(s, self.slope, &inputs, &node, saved, &mut self.raw_bar);
            let before = load(s, lanes, &self.x_bar[at..]);
            store(s, lanes, s.add(before, x_bar), &mut self.x_bar[at..]);
            at += lanes;
        }
        at
    }
}

/// A vector of the node's inputs and cotangents.
struct Node<T: Real, S: Simd<T>> {
    x: S::V,
    y_bar: S::V,
    l_bar: S::V,
}

/// One vector of lanes; returns `x̄` and writes the columns of `raw_bar`.
#[inline(always)]
fn vector<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    node: &Node<T, S>,
    saved: &mut [T],
    raw_bar: &mut MatrixMut<T>,
) -> S::V {
    let l = S::LANES;
    let mut range = PreactivationRange::new(s);
    let mut dominant = Dominant { share: s.splat(-T::MAX), slope: s.splat(T::ZERO) };
    for (j, saved) in saved.chunks_exact_mut(SAVED * l).enumerate() {
        let [r, b, w] = i.unit(s, j);
        let (a, rate) = slope.value_and_rate(s, r);
        let u = preactivation(s, a, node.x, b);
        range.include(s, u, w);
        dominant.include(s, a, u, w);
        save(s, saved, 0, [a, rate, u]);
    }
    let f = range.scaling(s);
    let mut sums = Sums::new(s);
    let mut deviation = s.splat(T::ZERO);
    for (j, saved) in saved.chunks_exact_mut(SAVED * l).enumerate() {
        let (a, u) = (s.load(saved), s.load(&saved[2 * l..]));
        let t = terms(s, &f, a, u, i.row(s, 2 * i.units + j));
        sums.add(s, &t);
        deviation = s.mul_add(t.small, s.sub(s.mul(a, t.d), dominant.slope), deviation);
        save(s, saved, 3, [t.ratio, t.d, t.w]);
        save(s, saved, 6, [t.s, t.c, t.slope]);
    }
    let underflowed = sums.underflowed(s);
    let in_log_space =
        if s.any(underflowed) { Some((underflowed, log_space::sums(s, slope, i, &f, node.x))) } else { None };
    let divisors = Divisors::new(s, &sums);
    let tail = Tail::new(s, &f, &sums, underflowed, deviation, dominant.slope);
    let mut x_bar = s.splat(T::ZERO);
    for (j, saved) in saved.chunks_exact(SAVED * l).enumerate() {
        let mut share = divisors.divide(s, saved);
        if let Some((underflowed, logs)) = &in_log_space {
            share.replace(s, *underflowed, logs, &log_space::parts(s, slope, i, &f, node.x, j));
        }
        let (u_bar, bars) = unit(s, node, saved, &share, &tail);
        x_bar = s.mul_add(s.load(saved), u_bar, x_bar);
        for (k, bar) in bars.into_iter().enumerate() {
            store(s, i.lanes, bar, &mut raw_bar.data[(k * i.units + j) * raw_bar.ld + i.at..]);
        }
    }
    x_bar
}

/// The dominant unit of each lane: that with the largest small term, by its logarithm.
struct Dominant<T: Real, S: Simd<T>> {
    share: S::V,
    slope: S::V,
}

impl<T: Real, S: Simd<T>> Dominant<T, S> {
    #[inline(always)]
    fn include(&mut self, s: S, a: S::V, u: S::V, w_raw: S::V) {
        let share = s.sub(w_raw, s.abs(u));
        let larger = s.lt(self.share, share);
        self.share = s.select(larger, share, self.share);
        self.slope = s.select(larger, a, self.slope);
    }
}

/// What the accurate `A − a·d` of tail lanes needs.
struct Tail<T: Real, S: Simd<T>> {
    /// Lanes whose units share a sign and whose sums did not underflow.
    lanes: S::M,
    /// `1/A`.
    inverse_mean: S::V,
    /// `Σ f·(a·d − a*)/F + a*`, in two parts.
    deviation: S::V,
    dominant: S::V,
}

impl<T: Real, S: Simd<T>> Tail<T, S> {
    #[inline(always)]
    fn new(s: S, f: &Scaling<T, S>, sums: &Sums<T, S>, underflowed: S::M, deviation: S::V, dominant: S::V) -> Self {
        let zero = s.splat(T::ZERO);
        // `shift` is t, −t or, in mixed lanes and at t = 0, zero.
        let small = s.select(s.lt(zero, f.shift), sums.c, sums.s);
        let inverse = s.div(s.splat(T::ONE), small);
        let inverse_mean = s.mul(small, s.div(s.splat(T::ONE), sums.d));
        let distance = s.select(underflowed, zero, s.abs(f.shift));
        Tail { lanes: s.lt(zero, distance), inverse_mean, deviation: s.mul(deviation, inverse), dominant }
    }
    /// `φ − r`, the share `φ` of a unit in the small sum less its share of `D`.
    #[inline(always)]
    fn excess(&self, s: S, a: S::V, d: S::V, phi: S::V, r: S::V) -> S::V {
        let gap = s.add(s.sub(self.dominant, s.mul(a, d)), self.deviation);
        s.select(self.lanes, s.mul(phi, s.mul(gap, self.inverse_mean)), s.sub(phi, r))
    }
}

/// Stores three vectors from place `from` of a record.
#[inline(always)]
fn save<T: Real, S: Simd<T>>(s: S, saved: &mut [T], from: usize, v: [S::V; 3]) {
    for (i, v) in v.into_iter().enumerate() {
        s.store(v, &mut saved[(from + i) * S::LANES..]);
    }
}

/// Responsibilities of one unit, and its normalised weight.
struct Responsibilities<T: Real, S: Simd<T>> {
    p: S::V,
    q: S::V,
    r: S::V,
    w: S::V,
}

impl<T: Real, S: Simd<T>> Responsibilities<T, S> {
    /// Replaces the responsibilities of `underflowed` lanes by those of the logarithms.
    #[inline(always)]
    fn replace(&mut self, s: S, underflowed: S::M, sums: &log_space::Logs<T, S>, part: &log_space::Logs<T, S>) {
        self.p = s.select(underflowed, exp(s, s.sub(part.s, sums.s)), self.p);
        self.q = s.select(underflowed, exp(s, s.sub(part.c, sums.c)), self.q);
        self.r = s.select(underflowed, exp(s, s.sub(part.d, sums.d)), self.r);
    }
}

/// Divisors of the responsibilities, each with its reciprocal.
struct Divisors<T: Real, S: Simd<T>> {
    s: (S::V, S::V),
    c: (S::V, S::V),
    d: (S::V, S::V),
    z: (S::V, S::V),
}

impl<T: Real, S: Simd<T>> Divisors<T, S> {
    #[inline(always)]
    fn new(s: S, sums: &Sums<T, S>) -> Self {
        let with_inverse = |v| (v, s.div(s.splat(T::ONE), v));
        Divisors { s: with_inverse(sums.s), c: with_inverse(sums.c), d: with_inverse(sums.d), z: with_inverse(sums.z) }
    }
    #[inline(always)]
    fn divide(&self, s: S, saved: &[T]) -> Responsibilities<T, S> {
        let at = |k: usize| s.load(&saved[k * S::LANES..]);
        Responsibilities {
            p: quotient(s, at(6), self.s),
            q: quotient(s, at(7), self.c),
            r: quotient(s, at(8), self.d),
            w: quotient(s, at(5), self.z),
        }
    }
}

/// `n/d`, given `1/d`: exactly one where `n = d`, so that where one unit is the whole sum the gradients have no residue.
#[inline(always)]
fn quotient<T: Real, S: Simd<T>>(s: S, n: S::V, (d, inverse): (S::V, S::V)) -> S::V {
    if S::FUSED {
        // One correction by the exact residue (Markstein 1990) rounds as a division does, at a third of its cost.
        let q = s.mul(n, inverse);
        s.mul_add(s.mul_add(s.neg(q), d, n), inverse, q)
    } else {
        s.div(n, d)
    }
}

/// `ū`, and the gradients of `(a_raw, b, w_raw)`.
#[inline(always)]
fn unit<T: Real, S: Simd<T>>(
    s: S,
    node: &Node<T, S>,
    saved: &[T],
    share: &Responsibilities<T, S>,
    tail: &Tail<T, S>,
) -> (S::V, [S::V; 3]) {
    let at = |k: usize| s.load(&saved[k * S::LANES..]);
    let [a, rate, u, ratio, d] = [at(0), at(1), at(2), at(3), at(4)];
    let Responsibilities { p, q, r, w } = *share;
    let positive = s.le(s.splat(T::ZERO), u);
    // d and `small` are σ(±|u|); φ is the unit's share in the sum where it has the small term, β in the other.
    let small = s.mul(ratio, d);
    let (phi, beta) = (s.select(positive, q, p), s.select(positive, p, q));
    let value = s.mul_add(phi, d, s.mul(beta, small));
    let excess = tail.excess(s, a, d, phi, r);
    let log_slope = s.sub(s.mul(d, excess), s.mul(small, s.sub(beta, r)));
    let log_slope = s.select(positive, log_slope, s.neg(log_slope));
    let u_bar = s.mul_add(node.y_bar, value, s.mul(node.l_bar, log_slope));
    let log_a_bar = s.mul_add(a, s.mul(node.x, u_bar), s.mul(node.l_bar, r));
    let balance = s.add(s.sub(s.sub(r, p), q), w);
    let w_bar = s.mul_add(node.y_bar, s.sub(p, q), s.mul(node.l_bar, balance));
    (u_bar, [s.mul(rate, log_a_bar), u_bar, w_bar])
}
