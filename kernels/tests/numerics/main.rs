//! Errors of the elementary functions in units of the last place, their limits, and the page that lists them.
//!
//! The error of `y` is `|y − f(x)|/spacing(f(x))` with the spacing of floating-point numbers at the exact value, so a
//! correctly rounded function has at most one half. Single precision is measured over bit patterns a fixed stride
//! apart against the standard library's double precision; double precision over a fixed grid against double-double.
//! `NAFAL_WRITE_DOCS=1` writes docs/numerics.md anew; `NAFAL_ULP_STRIDE=1` looks at every number of single precision,
//! and at the bounds alone.

#[path = "../support/mod.rs"]
mod support;

mod double;
mod functions;
mod grid;
mod limits;
mod page;

use functions::{Function, functions};
use grid::{ArgumentsOf, STRIDE};
use nafal_kernels::{Isa, Real};
use page::Figure;
use support::isas;

/// The largest error seen, and the argument it was seen at.
#[derive(Clone, Copy, Debug, Default)]
struct Worst {
    error: f64,
    at: f64,
}

impl Worst {
    fn take(&mut self, error: f64, at: f64) {
        if error > self.error {
            *self = Worst { error, at };
        }
    }
}

/// `log₂` of the spacing of `T` at `v`; subnormal numbers have that of the smallest normal one.
fn spacing<T: Real>(v: f64) -> i32 {
    let (mantissa, least) = if T::NAME == "f32" { (23, -126) } else { (52, -1022) };
    let exponent = if v.abs() < f64::MIN_POSITIVE { -1023 } else { (v.abs().to_bits() >> 52) as i32 - 1023 };
    exponent.max(least) - mantissa
}

/// Where both are NaN or infinite they must agree; `None` then, else the value to compare.
#[track_caller]
fn beyond<T: Real>(what: &str, isa: Isa, x: T, y: T, rounded: f64) -> bool {
    let got = y.to_f64();
    if rounded.is_nan() {
        assert!(got.is_nan(), "{} {what}: f({x:e}) = {got:e}, want NaN", isa.name(), x = x.to_f64());
        return true;
    }
    if rounded.is_infinite() || !got.is_finite() {
        assert_eq!(got, rounded, "{} {what}: f({:e})", isa.name(), x.to_f64());
        return true;
    }
    false
}

/// Over the bit patterns of single precision, `stride` apart.
fn single(isa: Isa, f: &Function, stride: u64) -> Worst {
    let mut worst = Worst::default();
    let mut y = vec![0.0f32; 4096];
    for first in (0..1u64 << 32).step_by(4096 * stride as usize) {
        let x: Vec<f32> = (0..4096).map(|i| f32::from_bits((first + i * stride) as u32)).collect();
        (f.single)(isa, &x, &mut y);
        for (&x, &y) in x.iter().zip(&y) {
            let want = (f.want)(x as f64);
            if !beyond(f.name, isa, x, y, want as f32 as f64) {
                worst.take((y as f64 - want).abs() / 2f64.powi(spacing::<f32>(want)), x as f64);
            }
        }
    }
    worst
}

/// Over the grid of double precision.
fn double(isa: Isa, f: &Function) -> Worst {
    let mut worst = Worst::default();
    let x = f.arguments();
    let mut y = vec![0.0; x.len()];
    (f.double)(isa, &x, &mut y);
    for (&x, &y) in x.iter().zip(&y) {
        // Where the function is not finite, or about to overflow, the standard library says so.
        let rounded = (f.want)(x);
        if !rounded.is_finite() || !y.is_finite() {
            let same = y == rounded || y.is_nan() && rounded.is_nan() || rounded.abs() > 1.79e308 && y.is_infinite();
            assert!(same, "{} {}: f({x:e}) = {y:e}, want {rounded:e}", isa.name(), f.name);
            continue;
        }
        let lift = if y.abs() < 1e-250 { 200 } else { 0 };
        let want = (f.exact)(x, lift);
        let error = (y * 2f64.powi(lift) - want.hi) - want.lo;
        worst.take(error.abs() / 2f64.powi(spacing::<f64>(want.hi / 2f64.powi(lift)) + lift), x);
    }
    worst
}

#[test]
fn errors_stay_within_their_bounds_and_the_page_has_them() {
    let stride = std::env::var("NAFAL_ULP_STRIDE").map_or(STRIDE, |s| s.parse().expect("a stride"));
    let mut figures = Vec::new();
    for f in functions() {
        for isa in isas() {
            for (precision, worst) in [("f32", single(isa, &f, stride)), ("f64", double(isa, &f))] {
                let Worst { error, at } = worst;
                let what = format!("{} {} {precision}", isa.name(), f.name);
                assert!(error <= f.bound, "{what}: {error} ULP at {at:e} (bound {})", f.bound);
                assert!(error > 0.3, "{what}: {error} ULP is too good to be a measurement");
                figures.push(Figure { function: f.name, precision, isa, bound: f.bound, error, at });
            }
        }
    }
    if stride == STRIDE {
        page::check(&figures);
    }
}
