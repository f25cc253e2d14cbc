//! Compiled entries: each kernel is instantiated once a precision, in this crate.
//!
//! The public functions are generic over the precision, and kernels that they named directly would be compiled again,
//! for every instruction set, in every crate that calls them. [`run!`] puts a pair of functions that are not generic
//! between the two. The pair belongs to the call that declares it, so that a program keeps only the kernels it calls.

/// Runs a kernel under an instruction set: `run!(isa, Kernel<'a, T> = operands)`, where the type is written with the
/// lifetime `'a` and the precision `T`.
macro_rules! run {
    ($isa:expr, $kernel:ty = $operands:expr) => {{
        enum Entry {}
        impl $crate::real::PerPrecision for Entry {
            type Arguments<'a, T: 'a> = ($crate::Isa, $kernel);
            #[inline(never)]
            fn single((isa, kernel): Self::Arguments<'_, f32>) {
                <f32 as $crate::isa::Dispatch>::dispatch(isa, kernel)
            }
            #[inline(never)]
            fn double((isa, kernel): Self::Arguments<'_, f64>) {
                <f64 as $crate::isa::Dispatch>::dispatch(isa, kernel)
            }
        }
        <T as $crate::real::Precision>::call::<Entry>(($isa, $operands))
    }};
}
pub(crate) use run;
