//! The node's VJP in closed form, from three sets of responsibilities.
//!
//! `p = wσ/S`, `q = wσ̄/S̄`, `r = waσσ̄/D` (each sums to one) give `∂y/∂u = pσ̄ + qσ`,
//! `∂ℓ/∂u = σ(q−r) − σ̄(p−r)`, and, for `ū = ȳ·∂y/∂u + ℓ̄·∂ℓ/∂u`:
//! `x̄ = Σ a·ū`, `b̄ = ū`, `ā_raw = κ·(a·x·ū + ℓ̄·r)`, `w̄_raw = ȳ(p−q) + ℓ̄(r−p−q+w/Z)`.
//! All of them are bounded, so nothing becomes `0·∞`.
//!
//! Far out, where all units share a sign, `q−r` (or `p−r`) cancels and then meets a large `x`. With `F = Σ f` the sum
//! of small terms and `A = D/F` the mean slope, it is `(f/F)·(A − a·d)/A`, and `A − a·d` is accurate when both
//! sides are taken relative to the slope `a*` of the unit that owns most of `F`: `(a* − a·d) + Σ f·(a·d − a*)/F`.

use super::log_space;
use super::slope::Positive;
use super::sums::{Extent, Frame, Inputs, Sums, load, preactivation, store, terms};
use crate::isa::{Abreast, Kernel, Simd};
use crate::math::formulas::exp;
use crate::{Matrix, MatrixMut, Real};

/// Vectors kept for each unit between the passes: `a, κ, u`, then `e^{−|u|}, d, w`, then the parts of the sums.
pub(super) const KEPT: usize = 9;
/// Lanes at once, at most: two of the widest vectors. What is kept of four would leave the first-level cache.
pub(super) const WIDEST: usize = 32;

/// See [`super::vjp`].
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
        let after = self.vectors(Abreast(s), 0);
        self.vectors(s, after);
    }
}

impl<T: Real, P: Positive<T>> Vjp<'_, T, P> {
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
            let node = Node {
                x: load(s, lanes, &self.x[at..]),
                y_bar: load(s, lanes, &self.y_bar[at..]),
                l_bar: load(s, lanes, &self.log_slope_bar[at..]),
            };
            let x_bar = vector(s, self.slope, &inputs, &node, kept, &mut self.raw_bar);
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
    kept: &mut [T],
    raw_bar: &mut MatrixMut<T>,
) -> S::V {
    let l = S::LANES;
    let mut extent = Extent::new(s);
    let mut owner = Owner { share: s.splat(-T::MAX), slope: s.splat(T::ZERO) };
    for (j, kept) in kept.chunks_exact_mut(KEPT * l).enumerate() {
        let [r, b, w] = i.unit(s, j);
        let (a, rate) = slope.value_and_rate(s, r);
        let u = preactivation(s, a, node.x, b);
        extent.take(s, u, w);
        owner.take(s, a, u, w);
        keep(s, kept, 0, [a, rate, u]);
    }
    let f = extent.frame(s);
    let mut sums = Sums::new(s);
    let mut deviation = s.splat(T::ZERO);
    for (j, kept) in kept.chunks_exact_mut(KEPT * l).enumerate() {
        let (a, u) = (s.load(kept), s.load(&kept[2 * l..]));
        let t = terms(s, &f, a, u, i.row(s, 2 * i.units + j));
        sums.take(s, &t);
        deviation = s.mul_add(t.small, s.sub(s.mul(a, t.d), owner.slope), deviation);
        keep(s, kept, 3, [t.ratio, t.d, t.w]);
        keep(s, kept, 6, [t.s, t.c, t.slope]);
    }
    let lost = sums.lost(s);
    let slow = if s.any(lost) { Some((lost, log_space::sums(s, slope, i, &f, node.x))) } else { None };
    let shares = Shares::new(s, &sums);
    let far = Far::new(s, &f, &sums, lost, deviation, owner.slope);
    let mut x_bar = s.splat(T::ZERO);
    for (j, kept) in kept.chunks_exact(KEPT * l).enumerate() {
        let mut share = shares.of(s, kept);
        if let Some((lost, logs)) = &slow {
            share.replace(s, *lost, logs, &log_space::parts(s, slope, i, &f, node.x, j));
        }
        let (u_bar, bars) = unit(s, node, kept, &share, &far);
        x_bar = s.mul_add(s.load(kept), u_bar, x_bar);
        for (k, bar) in bars.into_iter().enumerate() {
            store(s, i.lanes, bar, &mut raw_bar.data[(k * i.units + j) * raw_bar.ld + i.at..]);
        }
    }
    x_bar
}

/// The unit with the largest small term, by its logarithm.
struct Owner<T: Real, S: Simd<T>> {
    share: S::V,
    slope: S::V,
}

impl<T: Real, S: Simd<T>> Owner<T, S> {
    #[inline(always)]
    fn take(&mut self, s: S, a: S::V, u: S::V, w_raw: S::V) {
        let share = s.sub(w_raw, s.abs(u));
        let larger = s.lt(self.share, share);
        self.share = s.select(larger, share, self.share);
        self.slope = s.select(larger, a, self.slope);
    }
}

/// What the careful `A − a·d` of far lanes needs.
struct Far<T: Real, S: Simd<T>> {
    /// Lanes whose units share a sign and whose sums are sound.
    lanes: S::M,
    /// `1/A`.
    inverse_mean: S::V,
    /// `Σ f·(a·d − a*)/F + a*`, in two parts.
    deviation: S::V,
    owner: S::V,
}

impl<T: Real, S: Simd<T>> Far<T, S> {
    #[inline(always)]
    fn new(s: S, f: &Frame<T, S>, sums: &Sums<T, S>, lost: S::M, deviation: S::V, owner: S::V) -> Self {
        let zero = s.splat(T::ZERO);
        // `shift` is t, −t or, in mixed lanes and at t = 0, zero.
        let small = s.select(s.lt(zero, f.shift), sums.c, sums.s);
        let inverse = s.div(s.splat(T::ONE), small);
        let inverse_mean = s.mul(small, s.div(s.splat(T::ONE), sums.d));
        let distance = s.select(lost, zero, s.abs(f.shift));
        Far { lanes: s.lt(zero, distance), inverse_mean, deviation: s.mul(deviation, inverse), owner }
    }
    /// `φ − r`, the share `φ` of a unit in the small sum less its share of `D`.
    #[inline(always)]
    fn excess(&self, s: S, a: S::V, d: S::V, phi: S::V, r: S::V) -> S::V {
        let gap = s.add(s.sub(self.owner, s.mul(a, d)), self.deviation);
        s.select(self.lanes, s.mul(phi, s.mul(gap, self.inverse_mean)), s.sub(phi, r))
    }
}

/// Stores three vectors in places `from..`.
#[inline(always)]
fn keep<T: Real, S: Simd<T>>(s: S, kept: &mut [T], from: usize, v: [S::V; 3]) {
    for (i, v) in v.into_iter().enumerate() {
        s.store(v, &mut kept[(from + i) * S::LANES..]);
    }
}

/// Responsibilities of one unit, and its normalised weight.
struct Share<T: Real, S: Simd<T>> {
    p: S::V,
    q: S::V,
    r: S::V,
    w: S::V,
}

impl<T: Real, S: Simd<T>> Share<T, S> {
    /// Takes the responsibilities of `lost` lanes from the logarithms.
    #[inline(always)]
    fn replace(&mut self, s: S, lost: S::M, sums: &log_space::Logs<T, S>, part: &log_space::Logs<T, S>) {
        self.p = s.select(lost, exp(s, s.sub(part.s, sums.s)), self.p);
        self.q = s.select(lost, exp(s, s.sub(part.c, sums.c)), self.q);
        self.r = s.select(lost, exp(s, s.sub(part.d, sums.d)), self.r);
    }
}

/// Divisors of the responsibilities, each with its reciprocal.
struct Shares<T: Real, S: Simd<T>> {
    s: (S::V, S::V),
    c: (S::V, S::V),
    d: (S::V, S::V),
    z: (S::V, S::V),
}

impl<T: Real, S: Simd<T>> Shares<T, S> {
    #[inline(always)]
    fn new(s: S, sums: &Sums<T, S>) -> Self {
        let with_inverse = |v| (v, s.div(s.splat(T::ONE), v));
        Shares { s: with_inverse(sums.s), c: with_inverse(sums.c), d: with_inverse(sums.d), z: with_inverse(sums.z) }
    }
    #[inline(always)]
    fn of(&self, s: S, kept: &[T]) -> Share<T, S> {
        let at = |k: usize| s.load(&kept[k * S::LANES..]);
        Share {
            p: quotient(s, at(6), self.s),
            q: quotient(s, at(7), self.c),
            r: quotient(s, at(8), self.d),
            w: quotient(s, at(5), self.z),
        }
    }
}

/// `n/d`, given `1/d`: exactly one where `n = d`, so that a unit that owns a sum leaves no residue in the gradients.
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
    kept: &[T],
    share: &Share<T, S>,
    far: &Far<T, S>,
) -> (S::V, [S::V; 3]) {
    let at = |k: usize| s.load(&kept[k * S::LANES..]);
    let [a, rate, u, ratio, d] = [at(0), at(1), at(2), at(3), at(4)];
    let Share { p, q, r, w } = *share;
    let positive = s.le(s.splat(T::ZERO), u);
    // d and `small` are σ(±|u|); φ is the unit's share in the sum where it has the small term, β in the other.
    let small = s.mul(ratio, d);
    let (phi, beta) = (s.select(positive, q, p), s.select(positive, p, q));
    let value = s.mul_add(phi, d, s.mul(beta, small));
    let excess = far.excess(s, a, d, phi, r);
    let log_slope = s.sub(s.mul(d, excess), s.mul(small, s.sub(beta, r)));
    let log_slope = s.select(positive, log_slope, s.neg(log_slope));
    let u_bar = s.mul_add(node.y_bar, value, s.mul(node.l_bar, log_slope));
    let log_a_bar = s.mul_add(a, s.mul(node.x, u_bar), s.mul(node.l_bar, r));
    let balance = s.add(s.sub(s.sub(r, p), q), w);
    let w_bar = s.mul_add(node.y_bar, s.sub(p, q), s.mul(node.l_bar, balance));
    (u_bar, [s.mul(rate, log_a_bar), u_bar, w_bar])
}
