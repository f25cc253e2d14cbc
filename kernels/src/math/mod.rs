//! Elementary functions: formulas over vector operations, and the same as scalar functions.
//!
//! They do not branch, except `ln` where a lane is no positive normal number; the other lanes' bits are the same either
//! way.
//! One formula serves every instruction set; the scalar functions run it with `mul_add`, so their bits are those
//! of the slices of [`crate::map`] under every instruction set with FMA. Errors are stated in ULP of the correctly
//! rounded result and enforced by `kernels/tests/numerics`; docs/numerics.md has the table.

mod exp;
mod ln;
mod polynomial;
mod sigmoid;

use crate::Real;
use crate::isa::{Kernel, Scalar, Simd};

/// The formulas themselves, for kernels that fuse them.
pub(crate) mod formulas {
    pub(crate) use super::exp::{exp, exp_not_positive};
    pub(crate) use super::ln::{ln, ln_1p, ln_1p_unit, ln_normal};
}

/// A function of one number, written over vector operations.
pub(crate) trait Formula {
    /// Whether four interleaved vectors are faster than one: not where the constants alone fill the registers.
    const INTERLEAVED: bool;
    /// The function in every lane.
    fn at<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V;
}

/// One number through a formula.
struct Single<F, T>(F, T);

impl<F: Formula, T: Real> Kernel<T> for Single<F, T> {
    type Out = T;
    fn run<S: Simd<T>>(self, s: S) -> T {
        let mut y = [T::ZERO];
        s.store_first(1, F::at(s, s.load_first(1, &[self.1])), &mut y);
        y[0]
    }
}

macro_rules! functions {
    ($($name:ident $formula:ident $body:path, interleaved $interleaved:literal: $doc:literal;)*) => {$(
        #[doc = $doc]
        pub(crate) struct $formula;
        impl Formula for $formula {
            const INTERLEAVED: bool = $interleaved;
            #[inline(always)]
            fn at<T: Real, S: Simd<T>>(s: S, x: S::V) -> S::V {
                $body(s, x)
            }
        }
        #[doc = $doc]
        pub fn $name<T: Real>(x: T) -> T {
            Scalar.call(Single($formula, x))
        }
    )*};
}
functions! {
    exp Exp exp::exp, interleaved true: "`eˣ`; error at most 1 ULP.";
    exp_m1 ExpM1 exp::exp_m1, interleaved true: "`eˣ − 1`; error at most 2 ULP.";
    ln Ln ln::ln, interleaved true: "`ln x`; error at most 1 ULP.";
    ln_1p Ln1p ln::ln_1p, interleaved false: "`ln(1+x)`; error at most 2 ULP.";
    sigmoid Sigmoid sigmoid::sigmoid, interleaved true: "`1/(1+e⁻ˣ)`; error at most 2.2 ULP.";
    softplus Softplus sigmoid::softplus, interleaved true: "`ln(1+eˣ)`; error at most 2 ULP.";
    log_sigmoid LogSigmoid sigmoid::log_sigmoid, interleaved true: "`−ln(1+e⁻ˣ)`; error at most 2 ULP.";
    tanh Tanh sigmoid::tanh, interleaved true: "`tanh x`; error at most 3 ULP.";
    logit Logit sigmoid::logit, interleaved false: "`ln(p/(1−p))`; error at most 3 ULP.";
}
