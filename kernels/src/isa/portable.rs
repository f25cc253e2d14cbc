//! Every machine, through the crate `wide`: NEON, wasm simd128, SSE2 or plain code, as the build has it.
//!
//! Without FMA in the build (stock x86) `mul_add` rounds twice: its results differ from those of the instruction sets that round once.

use super::simd::{Kernel, Simd};
use wide::bytemuck::cast;
use wide::{f32x4, f64x2, u32x4, u64x2};

/// The instruction set the whole build targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Portable;

// 32 registers on aarch64, 16 on x86 and, once compiled, wasm.
const ACCUMULATORS: usize = if cfg!(target_arch = "aarch64") { 16 } else { 8 };
const FUSED: bool = cfg!(any(all(target_arch = "aarch64", target_feature = "neon"), target_feature = "fma"));

macro_rules! vectors {
    ($t:ty: $v:ty, $bits:ty, $lanes:literal lanes, shift $shift:literal) => {
        impl Simd<$t> for Portable {
            type V = $v;
            type M = $v;
            const LANES: usize = $lanes;
            const ACCUMULATORS: usize = ACCUMULATORS;
            const FUSED: bool = FUSED;

            #[inline(always)]
            fn call<K: Kernel<$t>>(self, kernel: K) -> K::Out {
                kernel.run(self)
            }
            #[inline(always)]
            fn splat(self, v: $t) -> $v {
                <$v>::splat(v)
            }
            #[inline(always)]
            fn load(self, from: &[$t]) -> $v {
                let from: &[$t; $lanes] = from.first_chunk().expect("a whole vector to load");
                <$v>::new(*from)
            }
            #[inline(always)]
            fn store(self, v: $v, to: &mut [$t]) {
                let to: &mut [$t; $lanes] = to.first_chunk_mut().expect("a whole vector to store");
                *to = v.to_array();
            }
            #[inline(always)]
            fn load_first(self, n: usize, from: &[$t]) -> $v {
                let mut all = [0.0; $lanes];
                all[..n].copy_from_slice(&from[..n]);
                <$v>::new(all)
            }
            #[inline(always)]
            fn store_first(self, n: usize, v: $v, to: &mut [$t]) {
                to[..n].copy_from_slice(&v.to_array()[..n]);
            }
            #[inline(always)]
            fn add(self, a: $v, b: $v) -> $v {
                a + b
            }
            #[inline(always)]
            fn sub(self, a: $v, b: $v) -> $v {
                a - b
            }
            #[inline(always)]
            fn mul(self, a: $v, b: $v) -> $v {
                a * b
            }
            #[inline(always)]
            fn div(self, a: $v, b: $v) -> $v {
                a / b
            }
            #[inline(always)]
            fn mul_add(self, a: $v, b: $v, c: $v) -> $v {
                a.mul_add(b, c)
            }
            #[inline(always)]
            fn sqrt(self, a: $v) -> $v {
                a.sqrt()
            }
            #[inline(always)]
            fn min(self, a: $v, b: $v) -> $v {
                a.simd_lt(b).select(a, b)
            }
            #[inline(always)]
            fn max(self, a: $v, b: $v) -> $v {
                b.simd_lt(a).select(a, b)
            }
            #[inline(always)]
            fn lt(self, a: $v, b: $v) -> $v {
                a.simd_lt(b)
            }
            #[inline(always)]
            fn le(self, a: $v, b: $v) -> $v {
                a.simd_le(b)
            }
            #[inline(always)]
            fn select(self, m: $v, a: $v, b: $v) -> $v {
                m.select(a, b)
            }
            #[inline(always)]
            fn any(self, m: $v) -> bool {
                m.any()
            }
            #[inline(always)]
            fn and(self, a: $v, b: $v) -> $v {
                a & b
            }
            #[inline(always)]
            fn or(self, a: $v, b: $v) -> $v {
                a | b
            }
            #[inline(always)]
            fn add_bits(self, a: $v, b: $v) -> $v {
                cast(cast::<$v, $bits>(a) + cast::<$v, $bits>(b))
            }
            #[inline(always)]
            fn sub_bits(self, a: $v, b: $v) -> $v {
                cast(cast::<$v, $bits>(a) - cast::<$v, $bits>(b))
            }
            #[inline(always)]
            fn shift_to_exponent(self, a: $v) -> $v {
                cast(cast::<$v, $bits>(a) << $shift)
            }
            #[inline(always)]
            fn shift_from_exponent(self, a: $v) -> $v {
                cast(cast::<$v, $bits>(a) >> $shift)
            }
        }
    };
}
vectors!(f32: f32x4, u32x4, 4 lanes, shift 23);
vectors!(f64: f64x2, u64x2, 2 lanes, shift 52);
