//! Errors of the elementary functions in ULP of the correctly rounded result, their limits and their order.
//!
//! `f32` is compared with the double-precision functions of the standard library over bit patterns a fixed stride
//! apart; `f64` with double-double arithmetic at random arguments.

mod support;

use nafal_kernels::{Isa, map};
use support::isas;

type Slice<T> = fn(Isa, &[T], &mut [T]);

struct Function {
    name: &'static str,
    single: Slice<f32>,
    want: fn(f64) -> f64,
    bound: f64,
}

fn functions() -> Vec<Function> {
    macro_rules! list {
        ($($name:ident, $want:expr, $bound:literal;)*) => {
            vec![$(Function { name: stringify!($name), single: map::$name::<f32>, want: $want, bound: $bound }),*]
        };
    }
    list! {
        exp, f64::exp, 1.0;
        exp_m1, f64::exp_m1, 2.0;
        ln, f64::ln, 1.0;
        ln_1p, f64::ln_1p, 2.0;
        sigmoid, |x| 1.0 / (1.0 + (-x).exp()), 2.2;
        softplus, |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p(), 2.0;
        log_sigmoid, |x: f64| x.min(0.0) - (-x.abs()).exp().ln_1p(), 2.0;
        tanh, f64::tanh, 3.0;
        logit, |p| if p < 0.5 { -((1.0 - 2.0 * p) / p).ln_1p() } else { ((2.0 * p - 1.0) / (1.0 - p)).ln_1p() }, 3.0;
    }
}

/// Spacing of `f32` at `v`.
fn spacing(v: f64) -> f64 {
    let exponent = if v == 0.0 { -126 } else { (v.abs().log2().floor() as i32).clamp(-126, 127) };
    (exponent as f64 - 23.0).exp2()
}

#[test]
fn single_precision_stays_within_its_bounds() {
    let stride = std::env::var("NAFAL_ULP_STRIDE").map_or(251, |s| s.parse::<u64>().expect("a stride"));
    for isa in isas() {
        for f in functions() {
            let (mut worst, mut at) = (0.0f64, 0.0f32);
            let mut y = vec![0.0f32; 4096];
            let mut first = 0u64;
            while first < 1 << 32 {
                let x: Vec<f32> = (0..4096u64).map(|i| f32::from_bits((first + i * stride) as u32)).collect();
                (f.single)(isa, &x, &mut y);
                for (&x, &y) in x.iter().zip(&y) {
                    let want = (f.want)(x as f64);
                    if want.is_nan() {
                        assert!(y.is_nan(), "{} {}: f({x:e}) = {y:e}, want NaN", isa.name(), f.name);
                        continue;
                    }
                    let rounded = want as f32;
                    if rounded.is_infinite() || y.is_infinite() || y.is_nan() {
                        assert_eq!(y, rounded, "{} {}: f({x:e})", isa.name(), f.name);
                        continue;
                    }
                    let error = (y as f64 - want).abs() / spacing(want);
                    if error > worst {
                        (worst, at) = (error, x);
                    }
                }
                first += 4096 * stride;
            }
            println!("{:8} {:12} {worst:.3} ULP at {at:e}", isa.name(), f.name);
            assert!(worst <= f.bound, "{} {}: {worst} ULP at {at:e} (bound {})", isa.name(), f.name, f.bound);
        }
    }
}
