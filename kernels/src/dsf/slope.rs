//! From a raw conditioner output `r` to a positive slope `a`: value, `κ = d ln a/dr`, and `ln a` where `a` underflows.

use crate::Real;
use crate::isa::Simd;
use crate::math::formulas::{exp, exp_not_positive, ln, ln_1p_unit};

/// A parametrisation of positive slopes, lane by lane.
pub(crate) trait Positive<T: Real>: Copy {
    /// `a`; it may underflow to zero.
    fn value<S: Simd<T>>(self, s: S, r: S::V) -> S::V;
    /// `a` and `κ = d ln a/dr`, finite where `a` underflows.
    fn value_and_rate<S: Simd<T>>(self, s: S, r: S::V) -> (S::V, S::V);
    /// `ln a`, finite where `a` underflows.
    fn log<S: Simd<T>>(self, s: S, r: S::V) -> S::V;
}

/// `a = softplus(r) = ln(1+eʳ)`.
#[derive(Clone, Copy)]
pub(crate) struct Softplus;

impl<T: Real> Positive<T> for Softplus {
    #[inline(always)]
    fn value<S: Simd<T>>(self, s: S, r: S::V) -> S::V {
        let e = exp_not_positive(s, s.neg(s.abs(r)));
        s.add(s.max(s.splat(T::ZERO), r), ln_1p_unit(s, e))
    }
    #[inline(always)]
    fn value_and_rate<S: Simd<T>>(self, s: S, r: S::V) -> (S::V, S::V) {
        let (zero, one) = (s.splat(T::ZERO), s.splat(T::ONE));
        let e = exp_not_positive(s, s.neg(s.abs(r)));
        let a = s.add(s.max(zero, r), ln_1p_unit(s, e));
        // σ(r)/a; far below zero both are eʳ.
        let numerator = s.select(s.lt(r, zero), e, one);
        let rate = s.div(numerator, s.mul(s.add(one, e), a));
        (a, s.select(s.lt(r, s.splat(T::SOFTPLUS_IS_EXP)), one, rate))
    }
    #[inline(always)]
    fn log<S: Simd<T>>(self, s: S, r: S::V) -> S::V {
        let a = Positive::<T>::value(self, s, r);
        s.select(s.lt(r, s.splat(T::SOFTPLUS_IS_EXP)), r, ln(s, a))
    }
}

/// `ln a = r/(1 + |r|/limit)`.
#[derive(Clone, Copy)]
pub(crate) struct Bounded<T>(pub T);

impl<T: Real> Positive<T> for Bounded<T> {
    #[inline(always)]
    fn value<S: Simd<T>>(self, s: S, r: S::V) -> S::V {
        exp(s, self.log(s, r))
    }
    #[inline(always)]
    fn value_and_rate<S: Simd<T>>(self, s: S, r: S::V) -> (S::V, S::V) {
        let limit = s.splat(self.0);
        let root = s.div(limit, s.add(limit, s.abs(r)));
        (self.value(s, r), s.mul(root, root))
    }
    #[inline(always)]
    fn log<S: Simd<T>>(self, s: S, r: S::V) -> S::V {
        let limit = s.splat(self.0);
        s.mul(limit, s.div(r, s.add(limit, s.abs(r))))
    }
}
