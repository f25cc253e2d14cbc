//! Polynomials with constant coefficients.

use crate::Real;
use crate::isa::Simd;

/// `c₀ + c₁·x + …` by Horner's rule; `c` is a constant, so the loop unrolls.
#[inline(always)]
pub(super) fn polynomial<T: Real, S: Simd<T>>(s: S, x: S::V, c: &[T]) -> S::V {
    let (last, rest) = c.split_last().expect("a coefficient");
    let mut y = s.splat(*last);
    for &c in rest.iter().rev() {
        y = s.mul_add(y, x, s.splat(c));
    }
    y
}
