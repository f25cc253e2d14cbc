//! Interleaved vectors: two as one of twice the lanes, each operation issued for both.
//!
//! This unrolls a kernel without a change to it. Each of a chain of dependent multiply-adds waits four cycles for the one
//! before, and the out-of-order window of a few hundred instructions rarely reaches the next vector's chain; two
//! interleaved chains, or four as a pair of pairs, fill the wait. A lane's bits are those of the single vector.

use super::simd::{Kernel, Simd};
use crate::Real;

/// A pair of vectors of `S`; pairs of pairs are four.
#[derive(Clone, Copy)]
pub struct Interleaved<S>(pub S);

/// A kernel to be run two vectors at a time.
struct Pairwise<K>(K);

impl<T: Real, K: Kernel<T>> Kernel<T> for Pairwise<K> {
    type Out = K::Out;
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) -> K::Out {
        self.0.run(Interleaved(s))
    }
}

macro_rules! each {
    ($($name:ident($($operand:ident: $kind:ident),*) -> $result:ident;)*) => {$(
        #[inline(always)]
        fn $name(self, $($operand: Self::$kind),*) -> Self::$result {
            (self.0.$name($($operand.0),*), self.0.$name($($operand.1),*))
        }
    )*};
}

impl<T: Real, S: Simd<T>> Simd<T> for Interleaved<S> {
    type V = (S::V, S::V);
    type M = (S::M, S::M);
    const LANES: usize = 2 * S::LANES;
    const ACCUMULATORS: usize = S::ACCUMULATORS / 2;
    const VECTORS: usize = 2 * S::VECTORS;
    const FUSED: bool = S::FUSED;

    #[inline(always)]
    fn call<K: Kernel<T>>(self, kernel: K) -> K::Out {
        self.0.call(Pairwise(kernel))
    }
    #[inline(always)]
    fn splat(self, v: T) -> Self::V {
        let v = self.0.splat(v);
        (v, v)
    }
    #[inline(always)]
    fn load(self, from: &[T]) -> Self::V {
        let (first, second) = from[..2 * S::LANES].split_at(S::LANES);
        (self.0.load(first), self.0.load(second))
    }
    #[inline(always)]
    fn store(self, v: Self::V, to: &mut [T]) {
        let (first, second) = to[..2 * S::LANES].split_at_mut(S::LANES);
        self.0.store(v.0, first);
        self.0.store(v.1, second);
    }
    #[inline(always)]
    fn load_first(self, n: usize, from: &[T]) -> Self::V {
        let (first, second) = from[..n].split_at(n.min(S::LANES));
        (self.0.load_first(first.len(), first), self.0.load_first(second.len(), second))
    }
    #[inline(always)]
    fn store_first(self, n: usize, v: Self::V, to: &mut [T]) {
        let (first, second) = to[..n].split_at_mut(n.min(S::LANES));
        self.0.store_first(first.len(), v.0, first);
        self.0.store_first(second.len(), v.1, second);
    }
    #[inline(always)]
    fn prefetch(self, from: &[T]) {
        self.0.prefetch(from);
    }
    #[inline(always)]
    fn any(self, m: Self::M) -> bool {
        self.0.any(m.0) || self.0.any(m.1)
    }
    each! {
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
