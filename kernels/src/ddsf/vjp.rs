//! The layer's VJP: responsibilities are never formed, only products of the shared matrices with scaled cotangents.
//!
//! With `P = W·σ/S`, `Q = W·σ̄/S̄`, `R = W·a·e^m·σσ̄/D` per output `k`, the sums over `k` that a unit needs are
//! `p = Σ_k P(ȳ−λ̄)`, `q = Σ_k Q(ȳ+λ̄)`, `ρ = Σ_k R·λ̄` and `ω = Σ_k W·λ̄`. Then `ū = p·σ̄ + q·σ − ρ·tanh(u/2)`,
//! `b̄ = ū`, `ā_raw = κ(a·z·ū + ρ)`, `ζ̄ = p − q + ρ + ω`, `z̄ = a·ū`, and through the inner softmax with
//! `T_ji = E_ji·y_i·e^{λ_i}/M_j`: `h̄_i = Σ_j z̄_j U_ji`, `λ̄_i = Σ_j ρ_j T_ji`,
//! `η̄_i = Σ_j ρ_j(T_ji − U_ji) + z̄_j U_ji(h_i − z_j)`. The shared logits receive the summands, summed over lanes.

use super::exponentials::{inner_sums, of_inputs, of_rows};
use super::lanes::{Lanes, Rows};
use super::layer::{Gradients, Layer};
use super::log_space;
use super::workspace::{INPUT, LANES, OUTPUT, UNIT, Workspace};
use crate::dsf::slope::Positive;
use crate::dsf::sums::{PreactivationRange, Sums, load, preactivation, store, terms};
use crate::isa::{Kernel, Simd};
use crate::{Matrix, Real};

// A unit's record: `a, κ, u, z, 1/N, 1/M, e^{−|u|}, d`, the four parts, and `z̄/N, ρ/M, (ρ+z̄z)/N`. An output's:
// `(ȳ−λ̄)/S, (ȳ+λ̄)/S̄, λ̄/D, λ̄/Z`.
/// Place of the parts in a unit's record.
const PARTS: usize = 8;
/// Place of the inner factors in a unit's record.
const FACTORS: usize = 12;

/// See [`super::vjp()`].
pub(crate) struct Vjp<'a, T, P> {
    pub layer: Layer<'a, T>,
    pub slope: P,
    pub h: Matrix<'a, T>,
    pub log_tangent: Matrix<'a, T>,
    pub raw: Matrix<'a, T>,
    pub h_out_bar: Matrix<'a, T>,
    pub log_tangent_out_bar: Matrix<'a, T>,
    pub bars: Gradients<'a, T>,
    pub scratch: &'a mut [T],
}

impl<T: Real, P: Positive<T>> Kernel<T> for Vjp<'_, T, P> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Vjp { layer: c, slope, h, log_tangent, raw, h_out_bar, log_tangent_out_bar, mut bars, scratch } = self;
        let mut w = Workspace::new(scratch, c.widths(), S::LANES);
        w.u_partials.fill(T::ZERO);
        w.w_partials.fill(T::ZERO);
        of_rows(s, c.u, c.inputs, w.inner);
        of_rows(s, c.w, c.units, w.outer);
        for at in (0..h.cols).step_by(S::LANES) {
            let n = S::LANES.min(h.cols - at);
            let rows = |m| Rows { m, at, lanes: n };
            let lanes = Lanes { h: rows(h), log_tangent: rows(log_tangent), raw: rows(raw) };
            of_inputs(s, &c, &lanes, w.inputs);
            let smallest = recompute(s, &c, slope, &lanes, &mut w);
            let cotangents = [rows(h_out_bar), rows(log_tangent_out_bar)];
            let smallest = s.min(scale(s, &c, &cotangents, &mut w), smallest);
            let underflowed = s.le(smallest, s.splat(T::UNDERFLOW_BOUND));
            unit_gradients(s, &c, &lanes, &mut w, &mut bars, underflowed);
            input_gradients(s, &lanes, &mut w, &mut bars, underflowed);
            if s.any(underflowed) {
                log_space::vjp(s, &c, slope, &lanes, &cotangents, underflowed, &mut w, &mut bars);
            }
        }
        add_partials(w.u_partials, bars.u);
        add_partials(w.w_partials, bars.w);
    }
}

/// The forward pass again, with what the backward pass needs; returns the smallest of the inner sums.
#[inline(always)]
fn recompute<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    c: &Layer<T>,
    slope: P,
    lanes: &Lanes<T>,
    w: &mut Workspace<T>,
) -> S::V {
    let (l, one) = (S::LANES, s.splat(T::ONE));
    let mut range = PreactivationRange::new(s);
    let mut smallest = s.splat(T::MAX);
    for (j, record) in w.units.chunks_exact_mut(UNIT * l).enumerate() {
        let row = &w.inner[j * c.inputs..(j + 1) * c.inputs];
        let [norm, weighted, m] = inner_sums(s, row, w.inputs);
        smallest = s.min(s.min(norm, m), smallest);
        let inverse = s.div(one, norm);
        let (a, rate) = slope.value_and_rate(s, lanes.raw.row(s, j));
        let z = s.mul(weighted, inverse);
        let u = preactivation(s, a, z, lanes.raw.row(s, c.units + j));
        range.include(s, u, lanes.raw.row(s, 2 * c.units + j));
        let slope = s.mul(a, s.mul(m, inverse));
        for (k, v) in [a, rate, u, z, inverse, s.div(one, m), slope].into_iter().enumerate() {
            s.store(v, &mut record[k * l..]);
        }
    }
    let scaling = range.scaling(s);
    for (j, record) in w.units.chunks_exact_mut(UNIT * l).enumerate() {
        let (u, slope) = (s.load(&record[2 * l..]), s.load(&record[6 * l..]));
        let t = terms(s, &scaling, slope, u, lanes.raw.row(s, 2 * c.units + j));
        s.store(t.ratio, &mut record[6 * l..]);
        s.store(t.d, &mut record[7 * l..]);
        for (k, v) in t.parts().into_iter().enumerate() {
            s.store(v, &mut record[(PARTS + k) * l..]);
        }
    }
    smallest
}

/// The outer sums, and the cotangents divided by them; returns the smallest of the sums.
#[inline(always)]
fn scale<T: Real, S: Simd<T>>(s: S, c: &Layer<T>, bars: &[Rows<T>; 2], w: &mut Workspace<T>) -> S::V {
    let l = S::LANES;
    let mut smallest = s.splat(T::MAX);
    for (k, record) in w.outputs.chunks_exact_mut(OUTPUT * l).enumerate() {
        let mut sums = Sums::new(s);
        let row = &w.outer[k * c.units..(k + 1) * c.units];
        for (e, unit) in row.iter().zip(w.units.chunks_exact(UNIT * l)) {
            sums.add_weighted(s, s.splat(*e), &unit[PARTS * l..]);
        }
        smallest = s.min(sums.smallest(s), smallest);
        let [y, t] = [bars[0].row(s, k), bars[1].row(s, k)];
        s.store(s.div(s.sub(y, t), sums.s), record);
        s.store(s.div(s.add(y, t), sums.c), &mut record[l..]);
        s.store(s.div(t, sums.d), &mut record[2 * l..]);
        s.store(s.div(t, sums.z), &mut record[3 * l..]);
    }
    smallest
}

/// Gradients of the units' parameters and of the outer logits, and the factors that go on to the inputs.
#[inline(always)]
fn unit_gradients<T: Real, S: Simd<T>>(
    s: S,
    c: &Layer<T>,
    lanes: &Lanes<T>,
    w: &mut Workspace<T>,
    bars: &mut Gradients<T>,
    underflowed: S::M,
) {
    let (l, d, zero, one) = (S::LANES, c.units, s.splat(T::ZERO), s.splat(T::ONE));
    let at = lanes.raw.at;
    for (j, record) in w.units.chunks_exact_mut(UNIT * l).enumerate() {
        let saved = |k: usize| s.load(&record[k * l..]);
        let part = [saved(PARTS), saved(PARTS + 1), saved(PARTS + 2), saved(PARTS + 3)];
        let mut through = [zero; OUTPUT];
        for (k, output) in w.outputs.chunks_exact(OUTPUT * l).enumerate() {
            let e = s.splat(w.outer[k * d + j]);
            let mut logit = zero;
            for (i, sum) in through.iter_mut().enumerate() {
                let summand = s.mul(e, s.mul(s.load(&output[i * l..]), part[i]));
                *sum = s.add(*sum, summand);
                logit = if i == 1 { s.sub(logit, summand) } else { s.add(logit, summand) };
            }
            let partials = &mut w.w_partials[(k * d + j) * LANES + at % LANES..];
            s.store(s.add(s.load(partials), s.select(underflowed, zero, logit)), partials);
        }
        let [p, q, rho, omega] = through;
        let [a, rate, u, z, inverse, inverse_m, ratio, big] = core::array::from_fn(saved);
        let positive = s.le(zero, u);
        let small = s.mul(ratio, big);
        let (sigma, complement) = (s.select(positive, big, small), s.select(positive, small, big));
        let tanh = s.mul(s.sub(one, ratio), big);
        let tanh = s.select(positive, tanh, s.neg(tanh));
        let u_bar = s.sub(s.mul_add(p, complement, s.mul(q, sigma)), s.mul(rho, tanh));
        let z_bar = s.mul(a, u_bar);
        let rows = [s.mul(rate, s.mul_add(z_bar, z, rho)), u_bar, s.add(s.add(s.sub(p, q), rho), omega)];
        for (i, v) in rows.into_iter().enumerate() {
            store(s, lanes.raw.lanes, v, &mut bars.raw.data[(i * d + j) * bars.raw.ld + at..]);
        }
        let factors = [s.mul(z_bar, inverse), s.mul(rho, inverse_m), s.mul(s.mul_add(z_bar, z, rho), inverse)];
        for (i, v) in factors.into_iter().enumerate() {
            s.store(v, &mut record[(FACTORS + i) * l..]);
        }
    }
}

/// Gradients of the inputs, of their shifts and of the inner logits. Underflowed lanes get nothing.
#[inline(always)]
fn input_gradients<T: Real, S: Simd<T>>(
    s: S,
    lanes: &Lanes<T>,
    w: &mut Workspace<T>,
    bars: &mut Gradients<T>,
    underflowed: S::M,
) {
    let (l, zero) = (S::LANES, s.splat(T::ZERO));
    let (at, n) = (lanes.raw.at, lanes.raw.lanes);
    let width = w.inputs.len() / (INPUT * l);
    let units = w.units.len() / (UNIT * l);
    for (i, record) in w.inputs.chunks_exact(INPUT * l).enumerate() {
        let [y, yh, yt] = core::array::from_fn(|k| s.load(&record[k * l..]));
        let [mut through_h, mut through_t, mut shift_bar] = [zero; 3];
        for (j, unit) in w.units.chunks_exact(UNIT * l).enumerate() {
            let e = s.splat(w.inner[j * width + i]);
            let [by_n, by_m, both]: [S::V; 3] = core::array::from_fn(|k| s.load(&unit[(FACTORS + k) * l..]));
            let tangent = s.mul(e, s.mul(yt, by_m));
            through_h = s.add(through_h, s.mul(e, s.mul(y, by_n)));
            through_t = s.add(through_t, tangent);
            let moved = s.mul(e, s.sub(s.mul(yh, by_n), s.mul(y, both)));
            let logit = s.add(tangent, moved);
            shift_bar = s.add(shift_bar, logit);
            let partials = &mut w.u_partials[(j * width + i) * LANES + at % LANES..];
            s.store(s.add(s.load(partials), s.select(underflowed, zero, logit)), partials);
        }
        store(s, n, shift_bar, &mut bars.raw.data[(3 * units + i) * bars.raw.ld + at..]);
        for (m, v) in [(&mut bars.h, through_h), (&mut bars.log_tangent, through_t)] {
            let to = &mut m.data[i * m.ld + at..];
            store(s, n, s.add(load(s, n, to), s.select(underflowed, zero, v)), to);
        }
    }
}

/// Adds the sum of each [`LANES`] partials, halves first, to its number.
fn add_partials<T: Real>(partials: &mut [T], to: &mut [T]) {
    for (partials, to) in partials.chunks_exact_mut(LANES).zip(to) {
        let mut half = LANES / 2;
        while half > 0 {
            for i in 0..half {
                let upper = partials[i + half];
                partials[i] += upper;
            }
            half /= 2;
        }
        *to += partials[0];
    }
}
