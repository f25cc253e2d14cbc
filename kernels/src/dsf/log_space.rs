//! The node's sums by log-sum-exp, in the frame of [`super::sums`]: for lanes where the plain sums underflow.
//!
//! `ln w_j` and `ln a_j` are taken from the raw outputs, so that nothing underflows however small they are, and
//! `|u_j| − t` rather than `|u_j|` enters, so that nothing cancels however large the preactivations are.

use super::slope::Positive;
use super::sums::{Frame, Inputs, preactivation};
use crate::Real;
use crate::isa::Simd;
use crate::math::formulas::{exp, ln, ln_1p_unit};

/// Logarithms of `S`, `S̄`, `D`: of the sums, or of one unit's parts.
#[derive(Clone, Copy)]
pub(crate) struct Logs<T: Real, S: Simd<T>> {
    /// `ln S`, framed.
    pub s: S::V,
    /// `ln S̄`, framed.
    pub c: S::V,
    /// `ln D`, framed.
    pub d: S::V,
}

/// Logarithms of unit `j`'s parts, without the normaliser.
#[inline(always)]
pub(super) fn parts<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    f: &Frame<T, S>,
    x: S::V,
    j: usize,
) -> Logs<T, S> {
    let [r, b, w_raw] = i.unit(s, j);
    let u = preactivation(s, slope.value(s, r), x, b);
    unit_logs(s, f, u, s.sub(w_raw, f.top), slope.log(s, r))
}

/// Logarithms of a unit's parts, from its preactivation `u`, the logarithm of its weight (relative to any number that the
/// units share) and the logarithm of its slope.
#[inline(always)]
pub(crate) fn unit_logs<T: Real, S: Simd<T>>(
    s: S,
    f: &Frame<T, S>,
    u: S::V,
    log_weight: S::V,
    log_slope: S::V,
) -> Logs<T, S> {
    let zero = s.splat(T::ZERO);
    let far = s.abs(u);
    let log_d = s.neg(ln_1p_unit(s, exp(s, s.neg(far))));
    let big = s.add(log_weight, log_d);
    let beyond = s.sub(far, f.near);
    // In a mixed lane the small terms keep their factor E = e^{−t}.
    let small = s.sub(big, s.add(beyond, f.mixed));
    let positive = s.le(zero, u);
    Logs {
        s: s.select(positive, big, small),
        c: s.select(positive, small, big),
        d: s.sub(s.add(s.add(big, log_d), log_slope), beyond),
    }
}

/// Logarithms of the sums, without the normaliser.
#[inline(always)]
pub(super) fn sums<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    f: &Frame<T, S>,
    x: S::V,
) -> Logs<T, S> {
    let (zero, least) = (s.splat(T::ZERO), s.splat(-T::MAX));
    let mut top = Logs::<T, S> { s: least, c: least, d: least };
    for j in 0..i.units {
        let part = parts(s, slope, i, f, x, j);
        top.s = s.max(part.s, top.s);
        top.c = s.max(part.c, top.c);
        top.d = s.max(part.d, top.d);
    }
    let mut sum = Logs::<T, S> { s: zero, c: zero, d: zero };
    for j in 0..i.units {
        let part = parts(s, slope, i, f, x, j);
        sum.s = s.add(sum.s, exp(s, s.sub(part.s, top.s)));
        sum.c = s.add(sum.c, exp(s, s.sub(part.c, top.c)));
        sum.d = s.add(sum.d, exp(s, s.sub(part.d, top.d)));
    }
    Logs { s: s.add(top.s, ln(s, sum.s)), c: s.add(top.c, ln(s, sum.c)), d: s.add(top.d, ln(s, sum.d)) }
}
