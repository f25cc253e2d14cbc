//! The machine's limit: a loop of independent multiply-adds that never leaves the registers.
//!
//! `a ← a·m + c` in twelve interleaved chains: enough to cover the latency of a multiply-add on the processors
//! known to us, few enough for sixteen registers. No kernel of this crate can do more arithmetic in the same time.

use crate::entry::run;
use crate::isa::{Kernel, Simd};
use crate::{Isa, Real};

/// Interleaved chains.
const CHAINS: usize = 12;

/// See [`multiply_adds`].
pub(crate) struct Loop<'a, T> {
    steps: usize,
    operations: &'a mut u64,
    sum: &'a mut T,
}

impl<T: Real> Kernel<T> for Loop<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        // The chains tend to 2, through normal numbers only.
        let (factor, term) = (s.splat(T::from_f64(0.5)), s.splat(T::ONE));
        let mut chains = [s.splat(T::ONE); CHAINS];
        for _ in 0..self.steps {
            for i in 0..CHAINS {
                chains[i] = s.mul_add(chains[i], factor, term);
            }
        }
        let mut sum = s.splat(T::ZERO);
        for i in 0..CHAINS {
            sum = s.add(sum, chains[i]);
        }
        s.store_first(1, sum, core::slice::from_mut(self.sum));
        *self.operations = 2 * (self.steps * CHAINS * S::LANES) as u64;
    }
}

/// Runs `steps` steps of the loop under `isa`. Returns the floating-point operations done (a multiply-add counts as
/// two) and a result that depends on all of them: 24 after some sixty steps.
pub fn multiply_adds<T: Real>(isa: Isa, steps: usize) -> (u64, T) {
    let (mut operations, mut sum) = (0, T::ZERO);
    run!(isa, Loop<'a, T> = Loop { steps, operations: &mut operations, sum: &mut sum });
    (operations, sum)
}
