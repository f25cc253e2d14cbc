//! The machine's limit: a loop of independent multiply-adds that never leaves the registers.
//!
//! `a ← a·m + c` in twelve chains side by side: enough to cover the latency of a multiply-add on the processors
//! known to us, few enough for sixteen registers. No kernel of this crate can do more arithmetic in the same time.

use crate::isa::{Kernel, Simd};
use crate::{Isa, Real};

/// Chains side by side.
const CHAINS: usize = 12;

struct Loop {
    steps: usize,
}

impl<T: Real> Kernel<T> for Loop {
    type Out = (u64, T);
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) -> (u64, T) {
        // The chains tend to 2, through normal numbers only.
        let (factor, term) = (s.splat(T::from_f64(0.5)), s.splat(T::ONE));
        let mut chains = [s.splat(T::ONE); CHAINS];
        for _ in 0..self.steps {
            for chain in &mut chains {
                *chain = s.mul_add(*chain, factor, term);
            }
        }
        let mut sum = s.splat(T::ZERO);
        for chain in chains {
            sum = s.add(sum, chain);
        }
        let mut last = [T::ZERO];
        s.store_first(1, sum, &mut last);
        (2 * (self.steps * CHAINS * S::LANES) as u64, last[0])
    }
}

/// Runs `steps` steps of the loop under `isa`. Returns the floating-point operations done (a multiply-add counts as
/// two) and a result that depends on all of them: 24 after some sixty steps.
pub fn multiply_adds<T: Real>(isa: Isa, steps: usize) -> (u64, T) {
    T::dispatch(isa, Loop { steps })
}
