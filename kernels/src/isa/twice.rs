//! Two vectors of another instruction set as one: whatever is done to a vector is done to both, side by side.
//!
//! A formula is one long chain of dependent instructions. With two chains interleaved in the code, a core finds the next
//! instruction to start among those already waiting, where a single chain leaves it idle for most of each latency.

use super::simd::{Kernel, Simd};
use crate::Real;

/// Two vectors of `S` side by side.
#[derive(Clone, Copy)]
pub struct Twice<S>(pub S);

/// An operation of `S`, on the first vectors and on the second.
macro_rules! both {
    ($($name:ident($($a:ident: $t:ident),*) -> $out:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($a: Self::$t),*) -> Self::$out {
            [self.0.$name($($a[0]),*), self.0.$name($($a[1]),*)]
        }
    )*};
}

impl<T: Real, S: Simd<T>> Simd<T> for Twice<S> {
    type V = [S::V; 2];
    type M = [S::M; 2];
    const LANES: usize = 2 * S::LANES;
    const SUMS: usize = S::SUMS / 2;
    const FUSED: bool = S::FUSED;

    #[inline(always)]
    fn call<K: Kernel<T>>(self, kernel: K) -> K::Out {
        kernel.run(self)
    }
    #[inline(always)]
    fn splat(self, v: T) -> Self::V {
        [self.0.splat(v); 2]
    }
    #[inline(always)]
    fn load(self, from: &[T]) -> Self::V {
        let from = &from[..2 * S::LANES];
        [self.0.load(from), self.0.load(&from[S::LANES..])]
    }
    #[inline(always)]
    fn store(self, v: Self::V, to: &mut [T]) {
        let to = &mut to[..2 * S::LANES];
        self.0.store(v[0], to);
        self.0.store(v[1], &mut to[S::LANES..]);
    }
    #[inline(always)]
    fn load_first(self, n: usize, from: &[T]) -> Self::V {
        let first = n.min(S::LANES);
        [self.0.load_first(first, from), self.0.load_first(n - first, &from[first..])]
    }
    #[inline(always)]
    fn store_first(self, n: usize, v: Self::V, to: &mut [T]) {
        let first = n.min(S::LANES);
        self.0.store_first(first, v[0], to);
        self.0.store_first(n - first, v[1], &mut to[first..]);
    }
    #[inline(always)]
    fn any(self, m: Self::M) -> bool {
        self.0.any(m[0]) || self.0.any(m[1])
    }
    both! {
        add(a: V, b: V) -> V;
        sub(a: V, b: V) -> V;
        mul(a: V, b: V) -> V;
        div(a: V, b: V) -> V;
        mul_add(a: V, b: V, c: V) -> V;
        sqrt(a: V) -> V;
        min(a: V, b: V) -> V;
        max(a: V, b: V) -> V;
        lt(a: V, b: V) -> M;
        le(a: V, b: V) -> M;
        select(m: M, a: V, b: V) -> V;
        and(a: V, b: V) -> V;
        or(a: V, b: V) -> V;
        add_bits(a: V, b: V) -> V;
        sub_bits(a: V, b: V) -> V;
        shift_to_exponent(a: V) -> V;
        shift_from_exponent(a: V) -> V;
        scale(v: V, n: V) -> V;
    }
}
