//! The functions under test: kernel, oracle, bound, and the arguments that are hard for each.

use super::double::Double;
use nafal_kernels::{Isa, map};

/// A slice function.
pub type Slice<T> = fn(Isa, &[T], &mut [T]);

/// A function and what it is measured with.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// In single precision.
    pub single: Slice<f32>,
    /// In double precision.
    pub double: Slice<f64>,
    /// Oracle of the single precision: the standard library's double precision.
    pub want: fn(f64) -> f64,
    /// Oracle of the double precision: the value times `2^lift`, for an argument where the value is finite.
    pub exact: fn(f64, i32) -> Double,
    /// Most units of the last place.
    pub bound: f64,
    /// Between them the function is neither constant nor its argument.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

/// Below it in magnitude, `eˣ − 1`, `ln(1+x)` and `tanh x` are `x` to far beyond the last place.
const TINY: f64 = 1e-150;
/// Above it `e⁻ˣ` is nothing beside one, to far beyond the last place.
const FAR: f64 = 600.0;

fn one() -> Double {
    1.0.into()
}

/// `x` itself, where the function is that.
fn same(x: f64, lift: i32) -> Double {
    Double::from(x).scale(lift)
}

fn exp_m1(x: f64, lift: i32) -> Double {
    if x.abs() < TINY { same(x, lift) } else { Double::from(x).exp_m1().scale(lift) }
}

fn ln_1p(x: f64, lift: i32) -> Double {
    if x.abs() < TINY { same(x, lift) } else { Double::from(x).ln_1p().scale(lift) }
}

fn sigmoid(x: f64, lift: i32) -> Double {
    if x < -FAR { Double::from(x).exp(lift) } else { (one() / (one() + Double::from(-x).exp(0))).scale(lift) }
}

fn softplus(x: f64, lift: i32) -> Double {
    if x < -FAR {
        return Double::from(x).exp(lift);
    }
    let tail = Double::from(-x.abs()).exp(0).ln_1p();
    (tail + x.max(0.0).into()).scale(lift)
}

fn tanh(x: f64, lift: i32) -> Double {
    if x.abs() < TINY {
        return same(x, lift);
    }
    let t = Double::from(2.0 * x.abs().min(FAR)).exp_m1();
    let y = (t / (t + 2.0.into())).scale(lift);
    if x < 0.0 { -y } else { y }
}

fn logit(p: f64, lift: i32) -> Double {
    let p = Double::from(p);
    let q = one() - p;
    let y = if p.hi < 0.25 {
        p.ln() - (-p).ln_1p()
    } else if p.hi > 0.75 {
        (-q).ln_1p() - q.ln()
    } else {
        ((p - q) / q).ln_1p()
    };
    y.scale(lift)
}

/// All functions, in the page's order.
pub fn functions() -> Vec<Function> {
    macro_rules! list {
        ($($name:ident, $want:expr, $exact:expr, $bound:literal, $low:literal to $high:literal;)*) => {
            vec![$(Function {
                name: stringify!($name), single: map::$name::<f32>, double: map::$name::<f64>,
                want: $want, exact: $exact, bound: $bound, low: $low, high: $high,
            }),*]
        };
    }
    list! {
        exp, f64::exp, |x, lift| Double::from(x).exp(lift), 1.0, -746.0 to 710.0;
        ln, f64::ln, |x, lift| Double::from(x).ln().scale(lift), 1.0, 0.0 to 4.0;
        exp_m1, f64::exp_m1, exp_m1, 2.0, -40.0 to 40.0;
        ln_1p, f64::ln_1p, ln_1p, 2.0, -1.0 to 4.0;
        softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), softplus, 2.0, -60.0 to 60.0;
        log_sigmoid, |x| x.min(0.0) - (-x.abs()).exp().ln_1p(), |x, lift| -softplus(-x, lift), 2.0, -60.0 to 60.0;
        sigmoid, |x| 1.0 / (1.0 + (-x).exp()), sigmoid, 2.2, -60.0 to 60.0;
        tanh, f64::tanh, tanh, 3.0, -20.0 to 20.0;
        logit, logit_of_single, logit, 3.0, 0.0 to 1.0;
    }
}

/// `ln(p/(1−p))` in double precision; right for every `p` of single precision.
fn logit_of_single(p: f64) -> f64 {
    // Beside tiny odds one is nothing, and their inverse overflows.
    if p.abs() < 1e-30 {
        return p.ln();
    }
    if p < 0.5 { -((1.0 - 2.0 * p) / p).ln_1p() } else { ((2.0 * p - 1.0) / (1.0 - p)).ln_1p() }
}
