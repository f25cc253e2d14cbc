//! The vector operations of the kernels: one trait, written once, implemented for each instruction set.
//!
//! `S: Simd<T>` is a zero-sized token. Each operation takes the token, and a token can only come from detection
//! ([`super::Isa`]), so that holding one proves the instructions exist. Every operation but [`Simd::scale`] is
//! one correctly rounded IEEE operation a lane, which is why instruction sets agree bit for bit.

use crate::Real;

/// A computation written once for every instruction set; see [`Simd::call`].
pub trait Kernel<T: Real> {
    /// What it returns.
    type Out;
    /// The body. Implementations are `#[inline(always)]`, so that the caller's target features apply to them.
    fn run<S: Simd<T>>(self, simd: S) -> Self::Out;
}

/// Vectors of `T` under one instruction set.
pub trait Simd<T: Real>: Copy + 'static {
    /// A vector of [`Simd::LANES`] numbers.
    type V: Copy;
    /// A truth value for each lane.
    type M: Copy;
    /// Numbers in a vector.
    const LANES: usize;
    /// Vectors that a kernel may use as accumulators: the registers, less those the operands need.
    const ACCUMULATORS: usize;
    /// Registers that make up one vector: more than one where vectors are interleaved.
    const VECTORS: usize = 1;
    /// Whether `mul_add` rounds once.
    const FUSED: bool;

    /// Runs `kernel` in a function compiled for this instruction set.
    fn call<K: Kernel<T>>(self, kernel: K) -> K::Out;

    /// `v` in every lane.
    fn splat(self, v: T) -> Self::V;
    /// The first `LANES` elements. Panics if there are fewer.
    fn load(self, from: &[T]) -> Self::V;
    /// Writes the first `LANES` elements. Panics if there are fewer.
    fn store(self, v: Self::V, to: &mut [T]);
    /// The first `n <= LANES` elements, zero in the other lanes; memory after them is not touched.
    fn load_first(self, n: usize, from: &[T]) -> Self::V;
    /// Writes the first `n <= LANES` lanes; memory after them is not touched.
    fn store_first(self, n: usize, v: Self::V, to: &mut [T]);

    /// Prefetches the cache line of the first element into the second-level cache. A hint: no value depends on it.
    #[inline(always)]
    fn prefetch(self, _from: &[T]) {}

    /// `a + b`.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a − b`.
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a·b`.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a/b`.
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a·b + c`, rounded once if [`Simd::FUSED`].
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `√a`.
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `a < b ? a : b`: a NaN in either gives `b`.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a > b ? a : b`: a NaN in either gives `b`.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;

    /// `a < b`, false for NaN.
    fn lt(self, a: Self::V, b: Self::V) -> Self::M;
    /// `a <= b`, false for NaN.
    fn le(self, a: Self::V, b: Self::V) -> Self::M;
    /// `m ? a : b`.
    fn select(self, m: Self::M, a: Self::V, b: Self::V) -> Self::V;
    /// `m` in any lane.
    fn any(self, m: Self::M) -> bool;

    /// Bitwise and.
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    /// Bitwise or.
    fn or(self, a: Self::V, b: Self::V) -> Self::V;
    /// Sum of the bit patterns as integers, wrapping.
    fn add_bits(self, a: Self::V, b: Self::V) -> Self::V;
    /// Difference of the bit patterns as integers, wrapping.
    fn sub_bits(self, a: Self::V, b: Self::V) -> Self::V;
    /// Bit pattern shifted left by the width of the mantissa: an integer becomes an exponent.
    fn shift_to_exponent(self, a: Self::V) -> Self::V;
    /// Bit pattern shifted right by the width of the mantissa, filled with zeros.
    fn shift_from_exponent(self, a: Self::V) -> Self::V;

    /// `v·2ⁿ`, rounded once, for integral `n` and `1/2 < |v| < 2`, `|n|` up to twice the largest exponent.
    #[inline(always)]
    fn scale(self, v: Self::V, n: Self::V) -> Self::V {
        // In two factors, because 2ⁿ itself need not be a normal number; the first product is exact.
        let magic = self.splat(T::MAGIC);
        let one = self.splat(T::ONE);
        let half = self.add(self.mul(n, self.splat(T::from_f64(0.5))), magic);
        let rest = self.add(self.sub(n, self.sub(half, magic)), magic);
        let first = self.add_bits(self.shift_to_exponent(half), one);
        let second = self.add_bits(self.shift_to_exponent(rest), one);
        self.mul(self.mul(v, first), second)
    }

    /// `to[j·to_ld + i] = from[i·from_ld + j]` for `i < rows`, `j < cols`, both at most `LANES`; nothing else is touched.
    #[inline(always)]
    fn transpose(self, [rows, cols]: [usize; 2], from: &[T], from_ld: usize, to: &mut [T], to_ld: usize) {
        for j in 0..cols {
            for (i, to) in to[j * to_ld..j * to_ld + rows].iter_mut().enumerate() {
                *to = from[i * from_ld + j];
            }
        }
    }

    /// `|a|`.
    #[inline(always)]
    fn abs(self, a: Self::V) -> Self::V {
        self.and(a, self.splat(T::ABS_MASK))
    }
    /// `−a`, by a subtraction from −0.
    #[inline(always)]
    fn neg(self, a: Self::V) -> Self::V {
        self.sub(self.splat(-T::ZERO), a)
    }
}
