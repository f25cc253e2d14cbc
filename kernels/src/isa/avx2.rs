//! AVX2 with FMA through `std::arch`: 8 lanes of `f32`, 4 of `f64`, 16 registers.

use super::simd::{Kernel, Simd};
use crate::Real;
use core::arch::x86_64::*;

/// Proof that this machine has AVX2 and FMA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Avx2(());

impl Avx2 {
    /// The proof, if the machine gives it.
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        found.then_some(Avx2(()))
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn compiled_for<T: Real, K: Kernel<T>>(simd: Avx2, kernel: K) -> K::Out
where
    Avx2: Simd<T>,
{
    kernel.run(simd)
}

/// A call that needs nothing but the instruction set.
macro_rules! proven {
    ($token:ident, $call:expr) => {{
        let _: Avx2 = $token;
        // SAFETY: the only obligation of a call that takes and returns values is that the CPU has its
        // instruction, and an `Avx2` is made by `detect` alone, after it found every feature in use here.
        unsafe { $call }
    }};
}

macro_rules! vectors {
    ($t:ty: $v:ty, $lanes:literal lanes, $accumulators:literal accumulators, shift $shift:literal;
     $splat:ident $load:ident $store:ident $load_mask:ident $store_mask:ident $mask:expr;
     $add:ident $sub:ident $mul:ident $div:ident $fma:ident $sqrt:ident $min:ident $max:ident
     $cmp:ident $blend:ident $movemask:ident $bits:ident $float:ident $and:ident $or:ident
     $add_bits:ident $sub_bits:ident $shl:ident $shr:ident) => {
        impl Simd<$t> for Avx2 {
            type V = $v;
            type M = $v;
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
                let mask = proven!(self, $mask(n));
                // SAFETY: lanes outside the mask are not read; those inside are the first `n` elements of
                // `from`, which has at least `n` (asserted). The token proves the instruction.
                unsafe { $load_mask(from.as_ptr(), mask) }
            }
            #[inline(always)]
            fn store_first(self, n: usize, v: $v, to: &mut [$t]) {
                assert!(n <= $lanes && n <= to.len());
                let mask = proven!(self, $mask(n));
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
            fn lt(self, a: $v, b: $v) -> $v {
                proven!(self, $cmp::<_CMP_LT_OQ>(a, b))
            }
            #[inline(always)]
            fn le(self, a: $v, b: $v) -> $v {
                proven!(self, $cmp::<_CMP_LE_OQ>(a, b))
            }
            #[inline(always)]
            fn select(self, m: $v, a: $v, b: $v) -> $v {
                proven!(self, $blend(b, a, m))
            }
            #[inline(always)]
            fn any(self, m: $v) -> bool {
                proven!(self, $movemask(m)) != 0
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
        }
    };
}

/// All ones in the first `n` of eight 32-bit lanes.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn first_of_8(n: usize) -> __m256i {
    _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
}

/// All ones in the first `n` of four 64-bit lanes.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn first_of_4(n: usize) -> __m256i {
    _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), _mm256_setr_epi64x(0, 1, 2, 3))
}

vectors!(f32: __m256, 8 lanes, 12 accumulators, shift 23;
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_maskload_ps _mm256_maskstore_ps first_of_8;
    _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_fmadd_ps _mm256_sqrt_ps _mm256_min_ps _mm256_max_ps
    _mm256_cmp_ps _mm256_blendv_ps _mm256_movemask_ps _mm256_castps_si256 _mm256_castsi256_ps _mm256_and_ps
    _mm256_or_ps _mm256_add_epi32 _mm256_sub_epi32 _mm256_slli_epi32 _mm256_srli_epi32);
vectors!(f64: __m256d, 4 lanes, 12 accumulators, shift 52;
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_maskload_pd _mm256_maskstore_pd first_of_4;
    _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_fmadd_pd _mm256_sqrt_pd _mm256_min_pd _mm256_max_pd
    _mm256_cmp_pd _mm256_blendv_pd _mm256_movemask_pd _mm256_castpd_si256 _mm256_castsi256_pd _mm256_and_pd
    _mm256_or_pd _mm256_add_epi64 _mm256_sub_epi64 _mm256_slli_epi64 _mm256_srli_epi64);
