//! `ln x` and `ln(1+x)` by `x = 2ᵉ·(1+f)`, `√½ <= 1+f < √2`.
//!
//! `ln(1+f)` is `f − f²/2 + f³·P(f)` in `f32`; in `f64` it is `f − (f²/2 − s·(f²/2 + R))` with `s = f/(2+f)`,
//! `z = s²`, `R = z·P(z)` (the arrangement of FDLIBM's `e_log.c`, with our own coefficients).

use super::polynomial::polynomial;
use crate::Real;
use crate::isa::Simd;

/// `e·ln 2 + ln(1+f)` for integral `e` and reduced `f`.
#[inline(always)]
fn assemble<T: Real, S: Simd<T>>(s: S, e: S::V, f: S::V) -> S::V {
    let square = s.mul(f, f);
    let low = s.mul(e, s.splat(T::LN2_LOW));
    let rest = if T::LN_BY_RATIO {
        let half_square = s.mul(s.splat(T::from_f64(0.5)), square);
        let ratio = s.div(f, s.add(s.splat(T::from_f64(2.0)), f));
        let z = s.mul(ratio, ratio);
        let series = s.mul(z, polynomial(s, z, T::LN));
        s.sub(s.mul_add(ratio, s.add(half_square, series), low), half_square)
    } else {
        let cubic = s.mul_add(s.mul(square, f), polynomial(s, f, T::LN), low);
        s.mul_add(s.splat(T::from_f64(-0.5)), square, cubic)
    };
    s.mul_add(e, s.splat(T::LN2_HIGH), s.add(f, rest))
}

/// `(e, bits of 2ᵉ·√½-aligned x)` of a normal positive `x`: the exponent, and the pattern `x + (1 − √½)`.
#[inline(always)]
fn exponent<T: Real, S: Simd<T>>(s: S, x: S::V) -> (S::V, S::V) {
    let shifted = s.add_bits(x, s.splat(T::SQRT_HALF_OFFSET));
    let held = s.or(s.shift_from_exponent(shifted), s.splat(T::INTEGER_BASE));
    (s.sub(held, s.splat(T::INTEGER_BASE_BIASED)), shifted)
}

/// The reduced mantissa less one.
#[inline(always)]
fn fraction<T: Real, S: Simd<T>>(s: S, shifted: S::V) -> S::V {
    let mantissa = s.add_bits(s.and(shifted, s.splat(T::MANTISSA_MASK)), s.splat(T::SQRT_HALF));
    s.sub(mantissa, s.splat(T::ONE))
}

/// `ln x`: within 1 ULP, −∞ at 0, NaN below it and for NaN, exact limits and subnormals.
#[inline(always)]
pub fn ln<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    // Vectors of positive normal numbers, nearly all there are, need neither scaling nor special cases.
    let finite = s.select(s.lt(x, s.splat(T::from_f64(f64::INFINITY))), x, s.splat(T::ZERO));
    if s.any(s.lt(finite, s.splat(T::MIN_NORMAL))) { ln_anywhere(s, x) } else { ln_normal(s, x) }
}

/// [`ln`], whatever the lanes hold.
#[inline(always)]
fn ln_anywhere<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let subnormal = s.lt(x, s.splat(T::MIN_NORMAL));
    let lifted = s.mul(x, s.splat(T::LIFT));
    let (e, shifted) = exponent(s, s.select(subnormal, lifted, x));
    let e = s.select(subnormal, s.sub(e, s.splat(T::LIFT_EXPONENT)), e);
    edges(s, x, x, assemble(s, e, fraction(s, shifted)))
}

/// `ln x` of a positive normal number, without the edges: elsewhere it means nothing.
#[inline(always)]
pub fn ln_normal<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let (e, shifted) = exponent(s, x);
    assemble(s, e, fraction(s, shifted))
}

/// `y`, but `x` where `x` is ∞ or NaN, −∞ where the logarithm's argument `u` is 0, NaN where it is negative.
#[inline(always)]
fn edges<T: Real, S: Simd<T>>(s: S, u: S::V, x: S::V, y: S::V) -> S::V {
    let infinity = s.splat(T::from_f64(f64::INFINITY));
    let zero = s.splat(T::ZERO);
    let y = s.select(s.lt(x, infinity), y, x);
    let y = s.select(s.lt(u, zero), s.splat(T::from_f64(f64::NAN)), y);
    let is_zero = s.le(s.abs(u), zero);
    s.select(is_zero, s.splat(T::from_f64(f64::NEG_INFINITY)), y)
}

/// `ln(1+x)`: within 2 ULP, −∞ at −1, NaN below it and for NaN.
#[inline(always)]
pub fn ln_1p<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let one = s.splat(T::ONE);
    let u = s.add(one, x);
    let (e, shifted) = exponent(s, u);
    // f = (1+x)·2⁻ᵉ − 1 from x itself, so that the rounding of u does not enter.
    let power = s.and(shifted, s.splat(T::EXPONENT_MASK));
    let inverse = s.sub_bits(s.splat(T::DOUBLE_BIAS), power);
    let f = s.mul_add(x, inverse, s.sub(inverse, one));
    let f = s.select(s.lt(e, s.splat(T::LARGE_EXPONENT)), f, fraction(s, shifted));
    let y = edges(s, u, x, assemble(s, e, f));
    s.select(s.lt(s.abs(x), s.splat(T::TINY)), x, y)
}

/// `ln(1+x)` for `0 <= x <= 1`: within 1.5 ULP; NaN for NaN.
#[inline(always)]
pub fn ln_1p_unit<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
    let half = s.splat(T::from_f64(0.5));
    let large = s.lt(s.splat(T::from_f64(core::f64::consts::SQRT_2 - 1.0)), x);
    let f = s.select(large, s.mul_add(x, half, s.splat(T::from_f64(-0.5))), x);
    let e = s.select(large, s.splat(T::ONE), s.splat(T::ZERO));
    assemble(s, e, f)
}
