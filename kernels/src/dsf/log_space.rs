//! The node's sums by log-sum-exp, scaled as in [`super::sums`]: for lanes where the plain sums underflow.
//!
//! `ln w_j` and `ln a_j` are taken from the raw outputs, so that nothing underflows however small they are, and
//! `|u_j| − t` is used in place of `|u_j|`, so that nothing cancels however large the preactivations are.

use super::slope::Positive;
use super::sums::{Inputs, Scaling, preactivation};
use crate::Real;
use crate::isa::Simd;
use crate::math::formulas::{exp, ln, ln_1p_unit};

/// Logarithms of `S`, `S̄`, `D`: of the sums, or of one unit's parts.
#[derive(Clone, Copy)]
pub(crate) struct Logs<T: Real, S: Simd<T>> {
    /// `ln S`, scaled.
    pub s: S::V,
    /// `ln S̄`, scaled.
    pub c: S::V,
    /// `ln D`, scaled.
    pub d: S::V,
}

/// Logarithms of unit `j`'s parts, without the normaliser.
#[inline(always)]
pub(super) fn parts<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    f: &Scaling<T, S>,
    x: S::V,
    j: usize,
) -> Logs<T, S> {
    let [r, b, w_raw] = i.unit(s, j);
    let u = preactivation(s, slope.value(s, r), x, b);
    unit_logs(s, f, u, s.sub(w_raw, f.max_logit), slope.log(s, r))
}

/// Logarithms of a unit's parts, from its preactivation `u`, the logarithm of its weight (relative to any number that the
/// units share) and the logarithm of its slope.
#[inline(always)]
pub(crate) fn unit_logs<T: Real, S: Simd<T>>(
    s: S,
    f: &Scaling<T, S>,
    u: S::V,
    log_weight: S::V,
    log_slope: S::V,
) -> Logs<T, S> {
    let zero = s.splat(T::ZERO);
    let size = s.abs(u);
    let log_d = s.neg(ln_1p_unit(s, exp(s, s.neg(size))));
    let big = s.add(log_weight, log_d);
    let excess = s.sub(size, f.min_abs);
    // In a mixed lane the small terms have their factor E = e^{−t}.
    let small = s.sub(big, s.add(excess, f.mixed));
    let positive = s.le(zero, u);
    Logs {
        s: s.select(positive, big, small),
        c: s.select(positive, small, big),
        d: s.sub(s.add(s.add(big, log_d), log_slope), excess),
    }
}

/// Logarithms of the sums, without the normaliser.
#[inline(always)]
pub(super) fn sums<T: Real, S: Simd<T>, P: Positive<T>>(
    s: S,
    slope: P,
    i: &Inputs<T>,
    f: &Scaling<T, S>,
    x: S::V,
) -> Logs<T, S> {
    let (zero, lowest) = (s.splat(T::ZERO), s.splat(-T::MAX));
    let mut max = Logs::<T, S> { s: lowest, c: lowest, d: lowest };
    for j in 0..i.units {
        let part = parts(s, slope, i, f, x, j);
        max.s = s.max(part.s, max.s);
        max.c = s.max(part.c, max.c);
        max.d = s.max(part.d, max.d);
    }
    let mut sum = Logs::<T, S> { s: zero, c: zero, d: zero };
    for j in 0..i.units {
        let part = parts(s, slope, i, f, x, j);
        sum.s = s.add(sum.s, exp(s, s.sub(part.s, max.s)));
        sum.c = s.add(sum.c, exp(s, s.sub(part.c, max.c)));
        sum.d = s.add(sum.d, exp(s, s.sub(part.d, max.d)));
    }
    Logs { s: s.add(max.s, ln(s, sum.s)), c: s.add(max.c, ln(s, sum.c)), d: s.add(max.d, ln(s, sum.d)) }
}
