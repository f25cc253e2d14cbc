//! A layer by log-sum-exp: for lanes where the plain sums underflow.
//!
//! Inner: `ln N_j = ln Σ_i e^{u_ji+η_i}`, `ln M_j = ln Σ_i e^{u_ji+η_i+λ_i}`, `z_j = Σ_i e^{u_ji+η_i−ln N_j}·h_i`, each
//! relative to its largest term. Outer: the logarithms of a unit's parts of `S_k`, `S̄_k` and `D_k` are those of the plain
//! node (`dsf::log_space`), with weight `e^{w_kj+ζ_j}` and slope `a_j·M_j/N_j`, and are summed relative to the largest.
//! The VJP follows from the responsibilities `p_kj`, `q_kj`, `r_kj`, the shares of unit `j` in the three sums, and from the
//! shares `U_ji = e^{u_ji+η_i−ln N_j}` and `T_ji = e^{u_ji+η_i+λ_i−ln M_j}` of the inputs: all of them at most one.
//!
//! A whole vector is computed, and only the lanes that underflowed are taken from it.

use super::lanes::{Lanes, Rows};
use super::layer::{Gradients, Layer};
use super::workspace::{LANES, Workspace};
use crate::dsf::log_space::{Logs, unit_logs};
use crate::dsf::slope::Positive;
use crate::dsf::sums::{PreactivationRange, Scaling, load, preactivation, store};
use crate::isa::Simd;
use crate::math::formulas::{exp, exp_not_positive, ln};
use crate::{MatrixMut, Real};

/// Vectors saved for each unit: `u`, `ln a + ln M − ln N`, `a`, `κ`, `z`, `ln N`, `ln M`, and in the VJP `z̄`, `m̄`.
const UNIT: usize = 9;

/// A vector of lanes of a layer.
struct Vector<'a, T: Real, S: Simd<T>> {
    layer: &'a Layer<'a, T>,
    lanes: &'a Lanes<'a, T>,
    scaling: Scaling<T, S>,
    /// [`UNIT`] vectors for each unit.
    units: &'a mut [T],
}

/// Logarithms of an output's sums, or of one unit's parts of them, and of the normaliser `Z_k = Σ_j e^{w_kj+ζ_j}`.
#[derive(Clone, Copy)]
struct Outer<T: Real, S: Simd<T>> {
    sums: Logs<T, S>,
    z: S::V,
}

impl<T: Real, S: Simd<T>> Outer<T, S> {
    /// The function `f` of each pair of logarithms.
    #[inline(always)]
    fn zip(&self, other: &Self, f: impl Fn(S::V, S::V) -> S::V) -> Self {
        let (a, b) = (self.sums, other.sums);
        Outer { sums: Logs { s: f(a.s, b.s), c: f(a.c, b.c), d: f(a.d, b.d) }, z: f(self.z, other.z) }
    }
}

/// `u_ji + η_i`.
#[inline(always)]
fn inner_logit<T: Real, S: Simd<T>>(s: S, c: &Layer<T>, lanes: &Lanes<T>, j: usize, i: usize) -> S::V {
    s.add(s.splat(c.u[j * c.inputs + i]), lanes.raw.row(s, 3 * c.units + i))
}

impl<'a, T: Real, S: Simd<T>> Vector<'a, T, S> {
    /// The inner sums of all units, saved in `units`, and the scaling of the outer sums.
    #[inline(always)]
    fn new<P: Positive<T>>(s: S, c: &'a Layer<'a, T>, slope: P, lanes: &'a Lanes<'a, T>, units: &'a mut [T]) -> Self {
        let units = &mut units[..UNIT * S::LANES * c.units];
        let (zero, lowest) = (s.splat(T::ZERO), s.splat(-T::MAX));
        let mut range = PreactivationRange::new(s);
        for (j, record) in units.chunks_exact_mut(UNIT * S::LANES).enumerate() {
            let (mut max_n, mut max_m) = (lowest, lowest);
            for i in 0..c.inputs {
                let logit = inner_logit(s, c, lanes, j, i);
                max_n = s.max(logit, max_n);
                max_m = s.max(s.add(logit, lanes.log_tangent.row(s, i)), max_m);
            }
            let [mut n, mut m, mut weighted] = [zero; 3];
            for i in 0..c.inputs {
                let logit = inner_logit(s, c, lanes, j, i);
                let term = exp_not_positive(s, s.sub(logit, max_n));
                let moved = s.add(logit, lanes.log_tangent.row(s, i));
                n = s.add(n, term);
                m = s.add(m, exp_not_positive(s, s.sub(moved, max_m)));
                weighted = s.mul_add(term, lanes.h.row(s, i), weighted);
            }
            let (log_n, log_m) = (s.add(max_n, ln(s, n)), s.add(max_m, ln(s, m)));
            let raw = lanes.raw.row(s, j);
            let ((a, rate), z) = (slope.value_and_rate(s, raw), s.div(weighted, n));
            let u = preactivation(s, a, z, lanes.raw.row(s, c.units + j));
            range.include(s, u, lanes.raw.row(s, 2 * c.units + j));
            let log_slope = s.add(slope.log(s, raw), s.sub(log_m, log_n));
            for (k, v) in [u, log_slope, a, rate, z, log_n, log_m].into_iter().enumerate() {
                s.store(v, &mut record[k * S::LANES..]);
            }
        }
        Vector { layer: c, lanes, scaling: range.scaling(s), units }
    }

    /// Vector `k` of unit `j`'s record.
    #[inline(always)]
    fn saved(&self, s: S, j: usize, k: usize) -> S::V {
        s.load(&self.units[(j * UNIT + k) * S::LANES..])
    }

    /// Logarithms of unit `j`'s parts of the sums of output `k`.
    #[inline(always)]
    fn parts(&self, s: S, k: usize, j: usize) -> Outer<T, S> {
        let c = self.layer;
        let shift = s.sub(self.lanes.raw.row(s, 2 * c.units + j), self.scaling.max_logit);
        let weight = s.add(s.splat(c.w[k * c.units + j]), shift);
        let (u, log_slope) = (self.saved(s, j, 0), self.saved(s, j, 1));
        Outer { sums: unit_logs(s, &self.scaling, u, weight, log_slope), z: weight }
    }

    /// Logarithms of the sums of output `k`.
    #[inline(always)]
    fn sums(&self, s: S, k: usize) -> Outer<T, S> {
        let [zero, lowest] = [T::ZERO, -T::MAX].map(|v| {
            let v = s.splat(v);
            Outer::<T, S> { sums: Logs { s: v, c: v, d: v }, z: v }
        });
        let mut max = lowest;
        for j in 0..self.layer.units {
            max = self.parts(s, k, j).zip(&max, |part, max| s.max(part, max));
        }
        let mut sum = zero;
        for j in 0..self.layer.units {
            let terms = self.parts(s, k, j).zip(&max, |part, max| exp_not_positive(s, s.sub(part, max)));
            sum = sum.zip(&terms, |sum, term| s.add(sum, term));
        }
        max.zip(&sum, |max, sum| s.add(max, ln(s, sum)))
    }
}

/// Writes the outputs of the `underflowed` lanes; `units` holds at least nine vectors for each unit.
#[inline(always)]
pub(super) fn forward<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    c: &Layer<T>,
    slope: P,
    lanes: &Lanes<T>,
    underflowed: S::M,
    units: &mut [T],
    [h_out, log_tangent_out]: [&mut MatrixMut<T>; 2],
) {
    let vector = Vector::new(s, c, slope, lanes, units);
    for k in 0..c.outputs {
        let Outer { sums, z } = vector.sums(s, k);
        let value = s.add(s.sub(sums.s, sums.c), vector.scaling.shift);
        let tangent = s.sub(s.add(s.sub(sums.d, sums.s), s.sub(z, sums.c)), vector.scaling.mixed);
        replace(s, lanes, underflowed, h_out, k, value);
        replace(s, lanes, underflowed, log_tangent_out, k, tangent);
    }
}

/// Writes, or adds, the gradients of the `underflowed` lanes for the cotangents of the two outputs.
#[inline(always)]
pub(super) fn vjp<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    c: &Layer<T>,
    slope: P,
    lanes: &Lanes<T>,
    cotangents: &[Rows<T>; 2],
    underflowed: S::M,
    w: &mut Workspace<T>,
    bars: &mut Gradients<T>,
) {
    let (l, zero) = (S::LANES, s.splat(T::ZERO));
    let partial = lanes.raw.at % LANES;
    let vector = Vector::new(s, c, slope, lanes, w.units);
    for (k, record) in w.outputs.chunks_exact_mut(4 * l).enumerate() {
        let Outer { sums, z } = vector.sums(s, k);
        for (i, v) in [sums.s, sums.c, sums.d, z].into_iter().enumerate() {
            s.store(v, &mut record[i * l..]);
        }
    }
    for j in 0..c.units {
        let [u, _, a, rate, z] = core::array::from_fn(|k| vector.saved(s, j, k));
        let sigmoid = Sigmoid::new(s, u);
        let [mut u_bar, mut m_bar, mut weight_bar] = [zero; 3];
        for (k, record) in w.outputs.chunks_exact(4 * l).enumerate() {
            let at = |i: usize| s.load(&record[i * l..]);
            let sums = Outer::<T, S> { sums: Logs { s: at(0), c: at(1), d: at(2) }, z: at(3) };
            let Outer { sums: Logs { s: p, c: q, d: r }, z: share } =
                vector.parts(s, k, j).zip(&sums, |part, sum| exp(s, s.sub(part, sum)));
            let [y, t] = [cotangents[0].row(s, k), cotangents[1].row(s, k)];
            let (low, high) = (s.mul(p, sigmoid.complement), s.mul(q, sigmoid.value));
            u_bar = s.mul_add(y, s.add(low, high), u_bar);
            u_bar = s.mul_add(t, s.sub(s.sub(high, low), s.mul(r, sigmoid.difference)), u_bar);
            m_bar = s.mul_add(t, r, m_bar);
            let balance = s.add(s.sub(s.sub(r, p), q), share);
            let logit_bar = s.mul_add(y, s.sub(p, q), s.mul(t, balance));
            weight_bar = s.add(weight_bar, logit_bar);
            let partials = &mut w.w_partials[(k * c.units + j) * LANES + partial..];
            s.store(s.add(s.load(partials), s.select(underflowed, logit_bar, zero)), partials);
        }
        let z_bar = s.mul(a, u_bar);
        let rows = [s.mul(rate, s.mul_add(z_bar, z, m_bar)), u_bar, weight_bar];
        for (i, v) in rows.into_iter().enumerate() {
            replace(s, lanes, underflowed, &mut bars.raw, i * c.units + j, v);
        }
        for (k, v) in [(7, z_bar), (8, m_bar)] {
            s.store(v, &mut vector.units[(j * UNIT + k) * l..]);
        }
    }
    for i in 0..c.inputs {
        let (h, tangent) = (lanes.h.row(s, i), lanes.log_tangent.row(s, i));
        let [mut h_bar, mut tangent_bar, mut shift_bar] = [zero; 3];
        for j in 0..c.units {
            let [z, log_n, log_m, z_bar, m_bar] = core::array::from_fn(|k| vector.saved(s, j, 4 + k));
            let logit = inner_logit(s, c, lanes, j, i);
            let share = exp(s, s.sub(logit, log_n));
            let moved = exp(s, s.sub(s.add(logit, tangent), log_m));
            let value_bar = s.mul(z_bar, share);
            h_bar = s.add(h_bar, value_bar);
            tangent_bar = s.mul_add(m_bar, moved, tangent_bar);
            let logit_bar = s.mul_add(m_bar, s.sub(moved, share), s.mul(value_bar, s.sub(h, z)));
            shift_bar = s.add(shift_bar, logit_bar);
            let partials = &mut w.u_partials[(j * c.inputs + i) * LANES + partial..];
            s.store(s.add(s.load(partials), s.select(underflowed, logit_bar, zero)), partials);
        }
        replace(s, lanes, underflowed, &mut bars.raw, 3 * c.units + i, shift_bar);
        for (m, v) in [(&mut bars.h, h_bar), (&mut bars.log_tangent, tangent_bar)] {
            let to = &mut m.data[i * m.ld + lanes.raw.at..];
            let before = load(s, lanes.raw.lanes, to);
            store(s, lanes.raw.lanes, s.select(underflowed, s.add(before, v), before), to);
        }
    }
}

/// `σ(u)`, `σ(−u)` and their difference `tanh(u/2)`.
struct Sigmoid<T: Real, S: Simd<T>> {
    value: S::V,
    complement: S::V,
    difference: S::V,
}

impl<T: Real, S: Simd<T>> Sigmoid<T, S> {
    #[inline(always)]
    fn new(s: S, u: S::V) -> Self {
        let (zero, one) = (s.splat(T::ZERO), s.splat(T::ONE));
        let ratio = exp_not_positive(s, s.neg(s.abs(u)));
        let large = s.div(one, s.add(one, ratio));
        let small = s.mul(ratio, large);
        let size = s.mul(s.sub(one, ratio), large);
        let positive = s.le(zero, u);
        Sigmoid {
            value: s.select(positive, large, small),
            complement: s.select(positive, small, large),
            difference: s.select(positive, size, s.neg(size)),
        }
    }
}

/// Overwrites the `underflowed` lanes of a row.
#[inline(always)]
fn replace<T: Real, S: Simd<T>>(s: S, lanes: &Lanes<T>, underflowed: S::M, m: &mut MatrixMut<T>, row: usize, v: S::V) {
    let to = &mut m.data[row * m.ld + lanes.raw.at..];
    let before = load(s, lanes.raw.lanes, to);
    store(s, lanes.raw.lanes, s.select(underflowed, v, before), to);
}
