//! Every kernel with its operands as one value, and the one function a precision that runs any of them.
//!
//! The public functions are generic over the precision and would be compiled again, for each instruction set, in every
//! crate that calls them. They only pack their arguments; the kernels themselves are compiled here, once.

use crate::conv1d;
use crate::ddsf;
use crate::dsf;
use crate::dsf::slope::{Bounded, Softplus};
use crate::gemm;
use crate::isa::Isa;
use crate::map;
use crate::math;
use crate::optimise;
use crate::peak;

/// Runs `call` under `isa`.
#[inline]
pub(crate) fn run<T: Compiled>(isa: Isa, call: Call<T>) {
    T::run(isa, Opaque(call));
}

/// Scalar types whose kernels this crate compiles.
pub trait Compiled: Sized {
    /// Runs a call under `isa`.
    fn run(isa: Isa, call: Opaque<Self>);
}

/// A call whose kernels the other crates need not know.
pub struct Opaque<'a, T>(Call<'a, T>);

macro_rules! calls {
    ($($variant:ident($($kernel:tt)*);)*) => {
        /// A kernel and its operands.
        pub(crate) enum Call<'a, T> {
            $($variant($($kernel)*),)*
        }

        calls!(compile f32: $($variant)*);
        calls!(compile f64: $($variant)*);
    };
    (compile $t:ty: $($variant:ident)*) => {
        impl Compiled for $t {
            fn run(isa: Isa, call: Opaque<$t>) {
                match call.0 {
                    $(Call::$variant(kernel) => <$t as crate::isa::Dispatch>::dispatch(isa, kernel),)*
                }
            }
        }
    };
}
calls! {
    Product(gemm::Product<'a, T>);
    Outer(gemm::Outer<'a, T>);
    RowSums(gemm::RowSums<'a, T>);
    Transpose(gemm::Transpose<'a, T>);
    Exp(map::Map<'a, T, math::Exp>);
    ExpM1(map::Map<'a, T, math::ExpM1>);
    Ln(map::Map<'a, T, math::Ln>);
    Ln1p(map::Map<'a, T, math::Ln1p>);
    Sigmoid(map::Map<'a, T, math::Sigmoid>);
    Softplus(map::Map<'a, T, math::Softplus>);
    LogSigmoid(map::Map<'a, T, math::LogSigmoid>);
    Tanh(map::Map<'a, T, math::Tanh>);
    Logit(map::Map<'a, T, math::Logit>);
    TanhInPlace(map::MapInPlace<'a, T, math::Tanh>);
    TanhVjp(map::Zip<'a, T, map::TanhVjp>);
    LeakyReluVjp(map::Zip<'a, T, map::LeakyReluVjp<T>>);
    Add(map::Zip<'a, T, map::Add>);
    Adam(optimise::Adam<'a, T>);
    SumOfSquares(optimise::SumOfSquares<'a, T>);
    Peak(peak::Loop<'a, T>);
    Conv1d(conv1d::Forward<'a, T>);
    Conv1dInput(conv1d::InputGradient<'a, T>);
    Conv1dWeights(conv1d::WeightGradient<'a, T>);
    Conv1dBias(conv1d::BiasGradient<'a, T>);
    Dsf(dsf::forward::Forward<'a, T, Softplus>);
    DsfBounded(dsf::forward::Forward<'a, T, Bounded<T>>);
    DsfVjp(dsf::vjp::Vjp<'a, T, Softplus>);
    DsfBoundedVjp(dsf::vjp::Vjp<'a, T, Bounded<T>>);
    Ddsf(ddsf::forward::Forward<'a, T, Softplus>);
    DdsfBounded(ddsf::forward::Forward<'a, T, Bounded<T>>);
    DdsfVjp(ddsf::vjp::Vjp<'a, T, Softplus>);
    DdsfBoundedVjp(ddsf::vjp::Vjp<'a, T, Bounded<T>>);
}
