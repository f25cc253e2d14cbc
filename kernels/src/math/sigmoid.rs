//! `σ(x) = 1/(1+e⁻ˣ)` and its relatives, all from `e = e^−|x|`, so that nothing overflows or cancels.

use super::exp::{exp_not_positive, half_exp_m1};
use super::ln::{ln_1p, ln_1p_unit};
use crate::Real;
use crate::isa::Simd;

/// `σ(x)`: within 2.2 ULP; 0 and 1 at the ends, NaN for NaN.
#[inline(always)]
pub fn sigmoid<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let (zero, one) = (s.splat(T::ZERO), s.splat(T::ONE));
    let e = exp_not_positive(s, s.neg(s.abs(x)));
    let negative = s.lt(x, zero);
    // (1 or e)/(1+e) rather than e·(1/(1+e)): one rounding less.
    let y = s.div(s.select(negative, e, one), s.add(one, e));
    // e/(1+e) = e − e·(e/(1+e)) takes the rounding of 1+e out of small results.
    let small = s.lt(e, s.select(negative, s.splat(T::from_f64(0.25)), zero));
    s.select(small, s.sub(e, s.mul(e, y)), y)
}

/// `ln(1+eˣ) = max(x, 0) + ln(1 + e^−|x|)`: within 2 ULP; 0 and ∞ at the ends, NaN for NaN.
#[inline(always)]
pub fn softplus<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let tail = ln_1p_unit(s, exp_not_positive(s, s.neg(s.abs(x))));
    s.add(s.max(s.splat(T::ZERO), x), tail)
}

/// `ln σ(x) = −softplus(−x)`: within 2 ULP; −∞ and 0 at the ends, NaN for NaN.
#[inline(always)]
pub fn log_sigmoid<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let tail = ln_1p_unit(s, exp_not_positive(s, s.neg(s.abs(x))));
    s.sub(s.min(s.splat(T::ZERO), x), tail)
}

/// `tanh x = m/(m+1)` with `m = (e^{2|x|} − 1)/2`, and the sign of `x`: within 3 ULP; ±1 at the ends, NaN for NaN.
///
/// Where `x` is so small that `tanh x = x`, the halved form is exact throughout, also for subnormal numbers.
#[inline(always)]
pub fn tanh<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let a = s.min(s.splat(T::TANH_MAX), s.abs(x));
    let m = half_exp_m1(s, s.add(a, a));
    let t = s.div(m, s.add(m, s.splat(T::ONE)));
    s.or(t, s.and(x, s.splat(T::SIGN_MASK)))
}

/// `ln(p/(1−p))`: within 3 ULP; ∓∞ at 0 and 1, NaN outside and for NaN.
///
/// With `c = min(p, 1−p)` it is `∓ln(1 + (1−2c)/c)`, where `1 − p` and `1 − 2c` are exact near `p = ½`.
#[inline(always)]
pub fn logit<T: Real, S: Simd<T>>(s: S, p: S::V) -> S::V {
    let (zero, one) = (s.splat(T::ZERO), s.splat(T::ONE));
    let low = s.lt(p, s.splat(T::from_f64(0.5)));
    let c = s.select(low, p, s.sub(one, p));
    // Odds of very small probabilities overflow: scale them by a power of two and add its logarithm.
    let tail = s.lt(c, s.splat(T::LOGIT_TAIL));
    let lifted = s.select(tail, s.mul(c, s.splat(T::LOGIT_LIFT)), c);
    let back = s.select(tail, s.splat(T::LOGIT_LIFT_LN), zero);
    let odds = s.div(s.sub(one, s.add(c, c)), lifted);
    let y = s.add(ln_1p(s, odds), back);
    let y = s.select(s.lt(c, zero), s.splat(T::from_f64(f64::NAN)), y);
    s.select(low, s.neg(y), y)
}
