//! AVX-512 (F, BW, DQ, VL) through `std::arch`: 16 lanes of `f32`, 8 of `f64`, 32 registers, mask registers.

use super::simd::{Kernel, Simd};
use super::transpose::{transpose_8, transpose_16};
use crate::Real;
use core::arch::x86_64::*;

/// Proof that this machine has AVX-512 F, BW, DQ, VL, AVX2 and FMA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Avx512(());

impl Avx512 {
    /// The proof, if the machine gives it.
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        found.then_some(Avx512(()))
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn compiled_for<T: Real, K: Kernel<T>>(simd: Avx512, kernel: K) -> K::Out
where
    Avx512: Simd<T>,
{
    kernel.run(simd)
}

/// A call that needs nothing but the instruction set.
macro_rules! proven {
    ($token:ident, $call:expr) => {{
        let _: Avx512 = $token;
        // SAFETY: the only obligation of a call that takes and returns values is that the CPU has its
        // instruction, and an `Avx512` is made by `detect` alone, after it found every feature in use here.
        unsafe { $call }
    }};
}

macro_rules! vectors {
    ($t:ty: $v:ty, $m:ty, $lanes:literal lanes, $accumulators:literal accumulators, shift $shift:literal;
     $splat:ident $load:ident $store:ident $load_mask:ident $store_mask:ident
     $add:ident $sub:ident $mul:ident $div:ident $fma:ident $sqrt:ident $min:ident $max:ident $scale:ident
     $cmp:ident $blend:ident $bits:ident $float:ident $and:ident $or:ident
     $add_bits:ident $sub_bits:ident $shl:ident $shr:ident $transpose:ident) => {
        impl Simd<$t> for Avx512 {
            type V = $v;
            type M = $m;
            const LANES: usize = $lanes;
            const ACCUMULATORS: usize = $accumulators;
            const FUSED: bool = true;

            #[inline(always)]
            fn call<K: Kernel<$t>>(self, kernel: K) -> K::Out {
                proven!(self, compiled_for(self, kernel))
            }
            #[inline(always)]
            fn splat(self, v: $t) -> $v {
                proven!(self, $splat(v))
            }
            #[inline(always)]
            fn load(self, from: &[$t]) -> $v {
                let from: &[$t; $lanes] = from.first_chunk().expect("a whole vector to load");
                // SAFETY: `from` is a live array of exactly the bytes read, no alignment is required, and the
                // token proves the instruction.
                unsafe { $load(from.as_ptr()) }
            }
            #[inline(always)]
            fn store(self, v: $v, to: &mut [$t]) {
                let to: &mut [$t; $lanes] = to.first_chunk_mut().expect("a whole vector to store");
                // SAFETY: `to` is a live, exclusively borrowed array of exactly the bytes written, no alignment
                // is required, and the token proves the instruction.
                unsafe { $store(to.as_mut_ptr(), v) }
            }
            #[inline(always)]
            fn load_first(self, n: usize, from: &[$t]) -> $v {
                assert!(n <= $lanes && n <= from.len());
                let mask = ((1u32 << n) - 1) as $m;
                // SAFETY: lanes outside the mask are not read; those inside are the first `n` elements of
                // `from`, which has at least `n` (asserted). The token proves the instruction.
                unsafe { $load_mask(mask, from.as_ptr()) }
            }
            #[inline(always)]
            fn store_first(self, n: usize, v: $v, to: &mut [$t]) {
                assert!(n <= $lanes && n <= to.len());
                let mask = ((1u32 << n) - 1) as $m;
                // SAFETY: lanes outside the mask are not written; those inside are the first `n` elements of
                // `to`, which has at least `n` (asserted). The token proves the instruction.
                unsafe { $store_mask(to.as_mut_ptr(), mask, v) }
            }
            #[inline(always)]
            fn prefetch(self, from: &[$t]) {
                // SAFETY: a prefetch reads nothing and cannot fail, whatever the address; every x86-64 CPU has it.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(from.as_ptr().cast()) }
            }
            #[inline(always)]
            fn add(self, a: $v, b: $v) -> $v {
                proven!(self, $add(a, b))
            }
            #[inline(always)]
            fn sub(self, a: $v, b: $v) -> $v {
                proven!(self, $sub(a, b))
            }
            #[inline(always)]
            fn mul(self, a: $v, b: $v) -> $v {
                proven!(self, $mul(a, b))
            }
            #[inline(always)]
            fn div(self, a: $v, b: $v) -> $v {
                proven!(self, $div(a, b))
            }
            #[inline(always)]
            fn mul_add(self, a: $v, b: $v, c: $v) -> $v {
                proven!(self, $fma(a, b, c))
            }
            #[inline(always)]
            fn sqrt(self, a: $v) -> $v {
                proven!(self, $sqrt(a))
            }
            #[inline(always)]
            fn min(self, a: $v, b: $v) -> $v {
                proven!(self, $min(a, b))
            }
            #[inline(always)]
            fn max(self, a: $v, b: $v) -> $v {
                proven!(self, $max(a, b))
            }
            #[inline(always)]
            fn lt(self, a: $v, b: $v) -> $m {
                proven!(self, $cmp::<_CMP_LT_OQ>(a, b))
            }
            #[inline(always)]
            fn le(self, a: $v, b: $v) -> $m {
                proven!(self, $cmp::<_CMP_LE_OQ>(a, b))
            }
            #[inline(always)]
            fn select(self, m: $m, a: $v, b: $v) -> $v {
                proven!(self, $blend(m, b, a))
            }
            #[inline(always)]
            fn any(self, m: $m) -> bool {
                m != 0
            }
            #[inline(always)]
            fn and(self, a: $v, b: $v) -> $v {
                proven!(self, $and(a, b))
            }
            #[inline(always)]
            fn or(self, a: $v, b: $v) -> $v {
                proven!(self, $or(a, b))
            }
            #[inline(always)]
            fn add_bits(self, a: $v, b: $v) -> $v {
                proven!(self, $float($add_bits($bits(a), $bits(b))))
            }
            #[inline(always)]
            fn sub_bits(self, a: $v, b: $v) -> $v {
                proven!(self, $float($sub_bits($bits(a), $bits(b))))
            }
            #[inline(always)]
            fn shift_to_exponent(self, a: $v) -> $v {
                proven!(self, $float($shl::<$shift>($bits(a))))
            }
            #[inline(always)]
            fn shift_from_exponent(self, a: $v) -> $v {
                proven!(self, $float($shr::<$shift>($bits(a))))
            }
            #[inline(always)]
            fn transpose(self, [rows, cols]: [usize; 2], from: &[$t], from_ld: usize, to: &mut [$t], to_ld: usize) {
                assert!(rows <= $lanes && cols <= $lanes);
                let mut square = [Simd::<$t>::splat(self, 0.0); $lanes];
                if rows == $lanes && cols == $lanes {
                    for i in 0..$lanes {
                        square[i] = self.load(&from[i * from_ld..]);
                    }
                    square = proven!(self, $transpose(square));
                    for j in 0..$lanes {
                        self.store(square[j], &mut to[j * to_ld..]);
                    }
                } else {
                    for i in 0..rows {
                        square[i] = self.load_first(cols, &from[i * from_ld..]);
                    }
                    square = proven!(self, $transpose(square));
                    for j in 0..cols {
                        self.store_first(rows, square[j], &mut to[j * to_ld..]);
                    }
                }
            }
            // One instruction, and the same single rounding as the product of powers of two.
            #[inline(always)]
            fn scale(self, v: $v, n: $v) -> $v {
                proven!(self, $scale(v, n))
            }
        }
    };
}

vectors!(f32: __m512, __mmask16, 16 lanes, 24 accumulators, shift 23;
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_maskz_loadu_ps _mm512_mask_storeu_ps
    _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_fmadd_ps _mm512_sqrt_ps _mm512_min_ps _mm512_max_ps
    _mm512_scalef_ps _mm512_cmp_ps_mask _mm512_mask_blend_ps _mm512_castps_si512 _mm512_castsi512_ps _mm512_and_ps
    _mm512_or_ps _mm512_add_epi32 _mm512_sub_epi32 _mm512_slli_epi32 _mm512_srli_epi32 transpose_16);
vectors!(f64: __m512d, __mmask8, 8 lanes, 24 accumulators, shift 52;
    _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_maskz_loadu_pd _mm512_mask_storeu_pd
    _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_fmadd_pd _mm512_sqrt_pd _mm512_min_pd _mm512_max_pd
    _mm512_scalef_pd _mm512_cmp_pd_mask _mm512_mask_blend_pd _mm512_castpd_si512 _mm512_castsi512_pd _mm512_and_pd
    _mm512_or_pd _mm512_add_epi64 _mm512_sub_epi64 _mm512_slli_epi64 _mm512_srli_epi64 transpose_8);
