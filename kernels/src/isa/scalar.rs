//! One lane with `mul_add` rounded once: the scalar whose bits the vector units with FMA reproduce.

use super::simd::{Kernel, Simd};
use crate::Real;

/// Scalar arithmetic; every machine has it.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

impl<T: Real> Simd<T> for Scalar {
    type V = T;
    type M = bool;
    const LANES: usize = 1;
    const ACCUMULATORS: usize = 1;
    const FUSED: bool = true;

    fn call<K: Kernel<T>>(self, kernel: K) -> K::Out {
        kernel.run(self)
    }
    fn splat(self, v: T) -> T {
        v
    }
    fn load(self, from: &[T]) -> T {
        from[0]
    }
    fn store(self, v: T, to: &mut [T]) {
        to[0] = v;
    }
    fn load_first(self, n: usize, from: &[T]) -> T {
        if n == 0 { T::ZERO } else { from[0] }
    }
    fn store_first(self, n: usize, v: T, to: &mut [T]) {
        if n > 0 {
            to[0] = v;
        }
    }
    fn add(self, a: T, b: T) -> T {
        a + b
    }
    fn sub(self, a: T, b: T) -> T {
        a - b
    }
    fn mul(self, a: T, b: T) -> T {
        a * b
    }
    fn div(self, a: T, b: T) -> T {
        a / b
    }
    fn mul_add(self, a: T, b: T, c: T) -> T {
        a.mul_add(b, c)
    }
    fn sqrt(self, a: T) -> T {
        a.sqrt()
    }
    fn min(self, a: T, b: T) -> T {
        if a < b { a } else { b }
    }
    fn max(self, a: T, b: T) -> T {
        if a > b { a } else { b }
    }
    fn lt(self, a: T, b: T) -> bool {
        a < b
    }
    fn le(self, a: T, b: T) -> bool {
        a <= b
    }
    fn select(self, m: bool, a: T, b: T) -> T {
        if m { a } else { b }
    }
    fn any(self, m: bool) -> bool {
        m
    }
    fn and(self, a: T, b: T) -> T {
        T::from_bits(a.bits() & b.bits())
    }
    fn or(self, a: T, b: T) -> T {
        T::from_bits(a.bits() | b.bits())
    }
    fn add_bits(self, a: T, b: T) -> T {
        T::from_bits(a.bits().wrapping_add(b.bits()))
    }
    fn sub_bits(self, a: T, b: T) -> T {
        T::from_bits(a.bits().wrapping_sub(b.bits()))
    }
    fn shift_to_exponent(self, a: T) -> T {
        T::from_bits(a.bits() << T::MANTISSA_BITS)
    }
    fn shift_from_exponent(self, a: T) -> T {
        T::from_bits(a.bits() >> T::MANTISSA_BITS)
    }
}
