//! Choosing, in code generic over the precision, between functions that are not generic.
//!
//! A generic function is compiled again in every crate that calls it. What is expensive to compile is therefore written
//! as a pair of ordinary functions, one a precision, and generic code reaches them through [`Precision::call`], which
//! is inlined and costs a call. Nothing here names the pairs: each is declared beside the code it belongs to.

/// One function for single and one for double precision.
pub trait PerPrecision {
    /// What the functions take, for precision `T`.
    type Arguments<'a, T: 'a>;
    /// The function for single precision.
    fn single(arguments: Self::Arguments<'_, f32>);
    /// The function for double precision.
    fn double(arguments: Self::Arguments<'_, f64>);
}

/// A precision, as the choice between the functions of a [`PerPrecision`].
pub trait Precision: Sized {
    /// Calls the function of this precision.
    fn call<F: PerPrecision>(arguments: F::Arguments<'_, Self>);
}

impl Precision for f32 {
    #[inline(always)]
    fn call<F: PerPrecision>(arguments: F::Arguments<'_, f32>) {
        F::single(arguments)
    }
}

impl Precision for f64 {
    #[inline(always)]
    fn call<F: PerPrecision>(arguments: F::Arguments<'_, f64>) {
        F::double(arguments)
    }
}
