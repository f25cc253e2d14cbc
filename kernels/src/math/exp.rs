//! `eˣ` and `eˣ − 1` by `x = n·ln 2 + r`, `|r| <= ln 2 / 2`, `eˣ = 2ⁿ·(1 + r + r²·q(r))`.

use super::polynomial::polynomial;
use crate::Real;
use crate::isa::Simd;

/// `n`, the magic sum whose low bits hold `n`, and `eʳ − 1`, for `x` within the reduction's range.
#[inline(always)]
fn reduce<T: Real, S: Simd<T>>(s: S, x: S::V) -> (S::V, S::V, S::V) {
    let magic = s.splat(T::MAGIC);
    let held = s.mul_add(x, s.splat(T::LOG2_E), magic);
    let n = s.sub(held, magic);
    let r = s.mul_add(n, s.splat(-T::LN2_HIGH), x);
    let r = s.mul_add(n, s.splat(-T::LN2_LOW), r);
    let q = polynomial(s, r, T::EXP);
    (n, held, s.mul_add(q, s.mul(r, r), r))
}

/// `eˣ`: within 1 ULP, 0 and ∞ beyond the range, NaN for NaN.
#[inline(always)]
pub fn exp<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    // Operand order: a NaN in `x` survives both.
    let x = s.min(s.splat(T::EXP_MAX), s.max(s.splat(T::EXP_MIN), x));
    let (n, _, t) = reduce(s, x);
    s.scale(s.add(s.splat(T::ONE), t), n)
}

/// `eˣ` for `x <= 0`, with the bits of [`exp`]; NaN for NaN.
#[inline(always)]
pub fn exp_not_positive<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let (n, _, t) = reduce(s, s.max(s.splat(T::EXP_MIN), x));
    s.scale(s.add(s.splat(T::ONE), t), n)
}

/// `eˣ − 1`: within 2 ULP, `x` itself for tiny `x`, −1 and ∞ beyond the range, NaN for NaN.
#[inline(always)]
pub fn exp_m1<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let inside = s.min(s.splat(T::EXP_MAX), s.max(s.splat(T::EXP_M1_MIN), x));
    let y = half_exp_m1(s, inside);
    let y = s.add(y, y);
    s.select(s.lt(s.abs(x), s.splat(T::TINY)), x, y)
}

/// `(eˣ − 1)/2` for `x` within the reduction's range.
#[inline(always)]
pub fn half_exp_m1<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let (_, held, t) = reduce(s, x);
    // 2ⁿ⁻¹ rather than 2ⁿ, which overflows before the result of eˣ − 1 does.
    let half = s.splat(T::from_f64(0.5));
    let scale = s.add_bits(s.shift_to_exponent(held), half);
    s.mul_add(scale, t, s.sub(scale, half))
}
