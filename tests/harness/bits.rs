//! Bit equality: numbers are the same if their bits are, so that `0.0` is not `-0.0` and a NaN is itself.

use nafal_kernels::Real;

/// The bits of each number, to be compared with `==`.
pub fn bits<T: Real>(values: &[T]) -> Vec<u64> {
    values.iter().map(|value| value.bits()).collect()
}
