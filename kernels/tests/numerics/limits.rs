//! Limits, NaN and subnormal arguments, in both precisions and under every instruction set.

use super::support::isas;
use nafal_kernels::{Isa, Real, map};

/// One value through a slice function.
fn at<T: Real>(f: fn(Isa, &[T], &mut [T]), isa: Isa, x: f64) -> f64 {
    let mut y = [T::ZERO];
    f(isa, &[T::from_f64(x)], &mut y);
    y[0].to_f64()
}

fn limits<T: Real>() {
    let inf = f64::INFINITY;
    let negative = |v: f64| v == 0.0 && v.is_sign_negative();
    let tiny = if T::NAME == "f32" { 2f64.powi(-149) } else { f64::from_bits(1) };
    for isa in isas() {
        macro_rules! values {
            ($($f:ident: $($x:expr => $y:expr),*;)*) => {$($({
                let (got, want) = (at::<T>(map::$f, isa, $x), T::from_f64($y).to_f64());
                let same = got == want || got.is_nan() && want.is_nan();
                assert!(same, "{} {} {}({:e}) = {got:e}, want {want:e}", isa.name(), T::NAME, stringify!($f), $x);
            })*)*};
        }
        let nan = f64::NAN;
        values! {
            exp: inf => inf, -inf => 0.0, 0.0 => 1.0, -0.0 => 1.0, nan => nan, tiny => 1.0, 1e4 => inf, -1e4 => 0.0;
            exp_m1: inf => inf, -inf => -1.0, 0.0 => 0.0, nan => nan, tiny => tiny, -tiny => -tiny, 1e4 => inf;
            ln: inf => inf, 0.0 => -inf, -0.0 => -inf, 1.0 => 0.0, -1.0 => nan, -tiny => nan, -inf => nan, nan => nan;
            ln_1p: inf => inf, -1.0 => -inf, 0.0 => 0.0, -2.0 => nan, -inf => nan, nan => nan, tiny => tiny;
            sigmoid: inf => 1.0, -inf => 0.0, 0.0 => 0.5, nan => nan, tiny => 0.5, 1e4 => 1.0, -1e4 => 0.0;
            softplus: inf => inf, -inf => 0.0, nan => nan, 1e4 => 1e4, -1e4 => 0.0, 0.0 => std::f64::consts::LN_2;
            log_sigmoid: inf => 0.0, -inf => -inf, nan => nan, -1e4 => -1e4, 0.0 => -std::f64::consts::LN_2;
            tanh: inf => 1.0, -inf => -1.0, 0.0 => 0.0, nan => nan, tiny => tiny, -tiny => -tiny, 1e4 => 1.0;
            logit: 1.0 => inf, 0.0 => -inf, 0.5 => 0.0, 1.5 => nan, -0.5 => nan, nan => nan, inf => nan, -inf => nan;
        }
        assert!(negative(at::<T>(map::tanh, isa, -0.0)) && negative(at::<T>(map::exp_m1, isa, -0.0)));
        assert!(negative(at::<T>(map::ln_1p, isa, -0.0)));
        // The smallest number has a logarithm like any other.
        let (got, want) = (at::<T>(map::ln, isa, tiny), tiny.ln());
        assert!((got - want).abs() <= want.abs() * T::EPSILON.to_f64(), "{} ln of the least: {got}", isa.name());
        let (got, want) = (at::<T>(map::logit, isa, tiny), tiny.ln());
        assert!((got - want).abs() <= 2.0 * want.abs() * T::EPSILON.to_f64(), "{} logit of it: {got}", isa.name());
    }
}

#[test]
fn limits_of_single_precision() {
    limits::<f32>();
}

#[test]
fn limits_of_double_precision() {
    limits::<f64>();
}

/// Neither falls between neighbours of a grid, at any place of a vector.
fn monotone<T: Real>() {
    let x: Vec<T> = (-40_000..=40_000).map(|i| T::from_f64(f64::from(i) * 1e-3)).collect();
    for isa in isas() {
        for f in [map::sigmoid::<T>, map::softplus] {
            let mut y = vec![T::ZERO; x.len()];
            f(isa, &x, &mut y);
            let falls = y.windows(2).position(|w| w[0] > w[1]);
            assert!(falls.is_none(), "{} {} at {:?}", isa.name(), T::NAME, falls.map(|i| x[i]));
        }
    }
}

#[test]
fn values_rise_with_their_arguments() {
    monotone::<f32>();
    monotone::<f64>();
}
