//! Elementary functions and element-wise updates over slices.
//!
//! Each lane is computed by the scalar formula of [`crate::math`]; an element's bits never depend on its place.

use crate::entry::run;
use crate::isa::{Interleaved, Kernel, Simd};
use crate::math::{self, Formula};
use crate::{Isa, Real};

pub use crate::optimise::{AdamStep, adam, sum_of_squares};

/// `y[i] = f(x[i])`.
pub(crate) struct Map<'a, T, F>(F, &'a [T], &'a mut [T]);

impl<T: Real, F: Formula> Kernel<T> for Map<'_, T, F> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Map(_, x, y) = self;
        let (x, y) = if F::INTERLEAVED { map::<T, F, _>(Interleaved(Interleaved(s)), x, y) } else { (x, y) };
        let (x, y) = map::<T, F, _>(s, x, y);
        if !x.is_empty() {
            s.store_first(y.len(), F::at(s, s.load_first(x.len(), x)), y);
        }
    }
}

/// `y = f(x)` in whole vectors; returns what is left.
#[inline(always)]
fn map<'a, T: Real, F: Formula, S: Simd<T>>(s: S, x: &'a [T], y: &'a mut [T]) -> (&'a [T], &'a mut [T]) {
    let mut sources = x.chunks_exact(S::LANES);
    let mut targets = y.chunks_exact_mut(S::LANES);
    for (x, y) in sources.by_ref().zip(targets.by_ref()) {
        s.store(F::at(s, s.load(x)), y);
    }
    (sources.remainder(), targets.into_remainder())
}

/// `y[i] = f(y[i])`.
pub(crate) struct MapInPlace<'a, T, F>(pub F, pub &'a mut [T]);

impl<T: Real, F: Formula> Kernel<T> for MapInPlace<'_, T, F> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let y = self.1;
        let y = if F::INTERLEAVED { map_in_place::<T, F, _>(Interleaved(Interleaved(s)), y) } else { y };
        let y = map_in_place::<T, F, _>(s, y);
        if !y.is_empty() {
            s.store_first(y.len(), F::at(s, s.load_first(y.len(), y)), y);
        }
    }
}

/// `y = f(y)` in whole vectors; returns what is left.
#[inline(always)]
fn map_in_place<T: Real, F: Formula, S: Simd<T>>(s: S, y: &mut [T]) -> &mut [T] {
    let mut chunks = y.chunks_exact_mut(S::LANES);
    for y in chunks.by_ref() {
        s.store(F::at(s, s.load(y)), y);
    }
    chunks.into_remainder()
}

macro_rules! maps {
    ($($name:ident = $formula:ident: $doc:literal;)*) => {$(
        #[doc = $doc]
        ///
        /// `x`, `y` of equal length (panics otherwise).
        pub fn $name<T: Real>(isa: Isa, x: &[T], y: &mut [T]) {
            assert_eq!(x.len(), y.len(), concat!(stringify!($name), ": input and output lengths"));
            run!(isa, Map<'a, T, math::$formula> = Map(math::$formula, x, y))
        }
    )*};
}
maps! {
    exp = Exp: "`y = eˣ`, within 1 ULP.";
    exp_m1 = ExpM1: "`y = eˣ − 1`, within 2 ULP.";
    ln = Ln: "`y = ln x`, within 1 ULP.";
    ln_1p = Ln1p: "`y = ln(1+x)`, within 2 ULP.";
    sigmoid = Sigmoid: "`y = 1/(1+e⁻ˣ)`, within 2.2 ULP.";
    softplus = Softplus: "`y = ln(1+eˣ)`, within 2 ULP.";
    log_sigmoid = LogSigmoid: "`y = −ln(1+e⁻ˣ)`, within 2 ULP.";
    tanh = Tanh: "`y = tanh x`, within 3 ULP.";
    logit = Logit: "`y = ln(x/(1−x))`, within 3 ULP.";
}

/// `y = tanh y` in place, within 3 ULP.
pub fn tanh_in_place<T: Real>(isa: Isa, y: &mut [T]) {
    run!(isa, MapInPlace<'a, T, math::Tanh> = MapInPlace(math::Tanh, y))
}

/// `(x, y) ↦ z` in every lane, for an element-wise update of `y`.
pub(crate) trait Update<T: Real> {
    fn at<S: Simd<T>>(&self, s: S, x: S::V, y: S::V) -> S::V;
}

/// `y[i] = f(x[i], y[i])`.
pub(crate) struct Zip<'a, T, F>(F, &'a [T], &'a mut [T]);

impl<T: Real, F: Update<T>> Kernel<T> for Zip<'_, T, F> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Zip(f, x, y) = self;
        let mut sources = x.chunks_exact(S::LANES);
        let mut targets = y.chunks_exact_mut(S::LANES);
        for (x, y) in sources.by_ref().zip(targets.by_ref()) {
            s.store(f.at(s, s.load(x), s.load(y)), y);
        }
        let (x, y) = (sources.remainder(), targets.into_remainder());
        if !x.is_empty() {
            let n = x.len();
            s.store_first(n, f.at(s, s.load_first(n, x), s.load_first(n, y)), y);
        }
    }
}

pub(crate) struct TanhVjp;
impl<T: Real> Update<T> for TanhVjp {
    #[inline(always)]
    fn at<S: Simd<T>>(&self, s: S, y: S::V, dy: S::V) -> S::V {
        s.mul(dy, s.sub(s.splat(T::ONE), s.mul(y, y)))
    }
}

/// `dx = dy·(1 − y²)` in place on `dy`, with `y = tanh x`. Same bits under every instruction set.
pub fn tanh_vjp<T: Real>(isa: Isa, y: &[T], dy: &mut [T]) {
    assert_eq!(y.len(), dy.len(), "tanh_vjp: value and gradient lengths");
    run!(isa, Zip<'a, T, TanhVjp> = Zip(TanhVjp, y, dy))
}

pub(crate) struct LeakyReluVjp<T>(T);
impl<T: Real> Update<T> for LeakyReluVjp<T> {
    #[inline(always)]
    fn at<S: Simd<T>>(&self, s: S, y: S::V, dy: S::V) -> S::V {
        s.select(s.lt(s.splat(T::ZERO), y), dy, s.mul(dy, s.splat(self.0)))
    }
}

/// `dx = dy` where `y > 0`, `slope·dy` elsewhere, in place on `dy`, with `y = max(x, slope·x)`.
/// Same bits under every instruction set.
pub fn leaky_relu_vjp<T: Real>(isa: Isa, slope: T, y: &[T], dy: &mut [T]) {
    assert_eq!(y.len(), dy.len(), "leaky_relu_vjp: value and gradient lengths");
    run!(isa, Zip<'a, T, LeakyReluVjp<T>> = Zip(LeakyReluVjp(slope), y, dy))
}

pub(crate) struct Add;
impl<T: Real> Update<T> for Add {
    #[inline(always)]
    fn at<S: Simd<T>>(&self, s: S, x: S::V, y: S::V) -> S::V {
        s.add(y, x)
    }
}

/// `y += x`. Same bits under every instruction set.
pub fn add_assign<T: Real>(isa: Isa, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "add_assign: lengths");
    run!(isa, Zip<'a, T, Add> = Zip(Add, x, y))
}
