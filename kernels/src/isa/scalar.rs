//! One lane with `mul_add` rounded once: the scalar whose bits the vector units with FMA reproduce.

use super::simd::{Kernel, Simd};

/// Scalar arithmetic; every machine has it.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

macro_rules! scalar {
    ($t:ty, shift $shift:literal) => {
        impl Simd<$t> for Scalar {
            type V = $t;
            type M = bool;
            const LANES: usize = 1;
            const SUMS: usize = 1;
            const FUSED: bool = true;

            fn call<K: Kernel<$t>>(self, kernel: K) -> K::Out {
                kernel.run(self)
            }
            fn splat(self, v: $t) -> $t {
                v
            }
            fn load(self, from: &[$t]) -> $t {
                from[0]
            }
            fn store(self, v: $t, to: &mut [$t]) {
                to[0] = v;
            }
            fn load_first(self, n: usize, from: &[$t]) -> $t {
                if n == 0 { 0.0 } else { from[0] }
            }
            fn store_first(self, n: usize, v: $t, to: &mut [$t]) {
                if n > 0 {
                    to[0] = v;
                }
            }
            fn add(self, a: $t, b: $t) -> $t {
                a + b
            }
            fn sub(self, a: $t, b: $t) -> $t {
                a - b
            }
            fn mul(self, a: $t, b: $t) -> $t {
                a * b
            }
            fn div(self, a: $t, b: $t) -> $t {
                a / b
            }
            fn mul_add(self, a: $t, b: $t, c: $t) -> $t {
                a.mul_add(b, c)
            }
            fn sqrt(self, a: $t) -> $t {
                a.sqrt()
            }
            fn min(self, a: $t, b: $t) -> $t {
                if a < b { a } else { b }
            }
            fn max(self, a: $t, b: $t) -> $t {
                if a > b { a } else { b }
            }
            fn lt(self, a: $t, b: $t) -> bool {
                a < b
            }
            fn le(self, a: $t, b: $t) -> bool {
                a <= b
            }
            fn select(self, m: bool, a: $t, b: $t) -> $t {
                if m { a } else { b }
            }
            fn any(self, m: bool) -> bool {
                m
            }
            fn and(self, a: $t, b: $t) -> $t {
                <$t>::from_bits(a.to_bits() & b.to_bits())
            }
            fn or(self, a: $t, b: $t) -> $t {
                <$t>::from_bits(a.to_bits() | b.to_bits())
            }
            fn add_bits(self, a: $t, b: $t) -> $t {
                <$t>::from_bits(a.to_bits().wrapping_add(b.to_bits()))
            }
            fn sub_bits(self, a: $t, b: $t) -> $t {
                <$t>::from_bits(a.to_bits().wrapping_sub(b.to_bits()))
            }
            fn shift_to_exponent(self, a: $t) -> $t {
                <$t>::from_bits(a.to_bits() << $shift)
            }
            fn shift_from_exponent(self, a: $t) -> $t {
                <$t>::from_bits(a.to_bits() >> $shift)
            }
        }
    };
}
scalar!(f32, shift 23);
scalar!(f64, shift 52);
