//! The arithmetic limit of a core: independent chains of multiply-adds in registers, nothing else.
//!
//! What a kernel is measured against, in the same run on the same machine: its share of this rate.

use std::time::Instant;

use crate::isa::{Kernel, Simd};
use crate::{Isa, Real};

/// Chains: enough to cover the latency of two units, few enough for sixteen registers.
const CHAINS: usize = 12;

struct Chains<T> {
    steps: usize,
    factor: T,
}

impl<T: Real> Kernel<T> for Chains<T> {
    /// A sum that depends on every chain, and the lanes of a vector.
    type Out = (T, usize);
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) -> (T, usize) {
        let (factor, addend) = (s.splat(self.factor), s.splat(T::ONE));
        let mut chains = [addend; CHAINS];
        for _ in 0..self.steps {
            for chain in &mut chains {
                *chain = s.mul_add(*chain, factor, addend);
            }
        }
        let sum = chains.iter().fold(s.splat(T::ZERO), |sum, &chain| s.add(sum, chain));
        let mut first = [T::ZERO];
        s.store_first(1, sum, &mut first);
        (first[0], S::LANES)
    }
}

/// Runs `steps` rounds of multiply-adds; returns the floating-point operations done, and a number that depends on all of
/// them.
pub fn multiply_adds<T: Real>(isa: Isa, steps: usize) -> (f64, T) {
    let factor = std::hint::black_box(T::from_f64(0.5));
    let (sum, lanes) = T::dispatch(isa, Chains { steps, factor });
    (2.0 * (CHAINS * lanes * steps) as f64, sum)
}

/// Multiply-adds of one core in operations a second: the best of `runs` runs of about a millisecond.
pub fn measure<T: Real>(isa: Isa, runs: usize) -> f64 {
    let rate = |_| {
        let start = Instant::now();
        let (operations, sum) = multiply_adds::<T>(isa, 500_000);
        std::hint::black_box(sum);
        operations / start.elapsed().as_secs_f64()
    };
    (0..runs.max(1)).map(rate).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x ← x/2 + 1` ends at 2 in every chain.
    #[test]
    fn every_chain_is_computed() {
        for &isa in Isa::available() {
            let (operations, sum) = multiply_adds::<f64>(isa, 100);
            assert_eq!(sum, 2.0 * CHAINS as f64);
            assert!(operations >= 2.0 * 100.0 * CHAINS as f64);
        }
    }
}
