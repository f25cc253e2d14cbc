//! Double-double arithmetic: sums of two `f64`, some 106 bits, and the elementary functions in it.
//!
//! Knuth's and Dekker's error-free sums and products (Dekker 1971, A floating-point technique for extending the
//! available precision). Relative errors stay below 2⁻⁹⁶: what the `f64` kernels are measured with.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `hi + lo`, `|lo|` at most half a unit of the last place of `hi`.
#[derive(Clone, Copy, Debug)]
pub struct Double {
    /// The number, rounded.
    pub hi: f64,
    /// What rounding took.
    pub lo: f64,
}

/// `ln 2`.
const LN_2: Double = Double { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };

/// Normalises, for `|a| >= |b|`.
fn quick(a: f64, b: f64) -> Double {
    let hi = a + b;
    Double { hi, lo: b - (hi - a) }
}

/// `a + b` without error.
fn sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    let other = hi - a;
    Double { hi, lo: (a - (hi - other)) + (b - other) }
}

impl From<f64> for Double {
    fn from(v: f64) -> Double {
        Double { hi: v, lo: 0.0 }
    }
}
impl Neg for Double {
    type Output = Double;
    fn neg(self) -> Double {
        Double { hi: -self.hi, lo: -self.lo }
    }
}
impl Add for Double {
    type Output = Double;
    fn add(self, other: Double) -> Double {
        let (high, low) = (sum(self.hi, other.hi), sum(self.lo, other.lo));
        let high = quick(high.hi, high.lo + low.hi);
        quick(high.hi, high.lo + low.lo)
    }
}
impl Sub for Double {
    type Output = Double;
    fn sub(self, other: Double) -> Double {
        self + -other
    }
}
impl Mul for Double {
    type Output = Double;
    fn mul(self, other: Double) -> Double {
        let hi = self.hi * other.hi;
        let lo = self.hi.mul_add(other.hi, -hi);
        quick(hi, lo + (self.hi * other.lo + self.lo * other.hi))
    }
}
impl Div for Double {
    type Output = Double;
    fn div(self, other: Double) -> Double {
        let first = self.hi / other.hi;
        let rest = self - other * first.into();
        let second = rest.hi / other.hi;
        let rest = rest - other * second.into();
        quick(first, second) + (rest.hi / other.hi).into()
    }
}

impl Double {
    /// `self·2ᵏ`; exact where nothing underflows.
    pub fn scale(self, k: i32) -> Double {
        let (half, rest) = (2f64.powi(k / 2), 2f64.powi(k - k / 2));
        Double { hi: self.hi * half * rest, lo: self.lo * half * rest }
    }

    /// `eˣ − 1` for `|x| < 0.4`: a series in `x/64`, then six times `e^{2s} − 1 = t·(t+2)`.
    fn exp_m1_reduced(self) -> Double {
        let s = self.scale(-6);
        let mut t = Double::from(0.0);
        for k in (1..=14).rev() {
            t = s / f64::from(k).into() * (t + 1.0.into());
        }
        (0..6).fold(t, |t, _| t * (t + 2.0.into()))
    }

    /// `n` and `eʳ − 1` with `x = n·ln 2 + r`.
    fn reduced(self) -> (i32, Double) {
        let n = (self.hi / LN_2.hi).round();
        (n as i32, (self - LN_2 * n.into()).exp_m1_reduced())
    }

    /// `eˣ·2^lift`.
    pub fn exp(self, lift: i32) -> Double {
        let (n, t) = self.reduced();
        (t + 1.0.into()).scale(n + lift)
    }

    /// `eˣ − 1`.
    pub fn exp_m1(self) -> Double {
        match self.reduced() {
            (0, t) => t,
            (n, t) => (t + 1.0.into()).scale(n) - 1.0.into(),
        }
    }

    /// `ln(1+x)`: one Newton step on `e^y − 1 = x`, which squares the error of the start.
    pub fn ln_1p(self) -> Double {
        if self.hi > 1e10 {
            return (self + 1.0.into()).ln();
        }
        let y = Double::from(self.hi.ln_1p());
        let t = y.exp_m1();
        y - (t - self) / (t + 1.0.into())
    }

    /// `ln x` for positive `x`.
    pub fn ln(self) -> Double {
        let lifted = if self.hi < f64::MIN_POSITIVE { 200 } else { 0 };
        let x = self.scale(lifted);
        let exponent = (x.hi.to_bits() >> 52) as i32 - 1023;
        let exponent = if x.scale(-exponent).hi > std::f64::consts::SQRT_2 { exponent + 1 } else { exponent };
        let mantissa = x.scale(-exponent);
        LN_2 * f64::from(exponent - lifted).into() + (mantissa - 1.0.into()).ln_1p()
    }
}

#[test]
fn known_digits() {
    use std::f64::consts::{E, LN_10};
    // What 36 digits have beyond 17.
    for (got, hi, lo) in [
        (Double::from(1.0).exp(0), E, 1.4456468917292502e-16),
        (Double::from(10.0).ln(), LN_10, -2.1707562233822494e-16),
    ] {
        assert_eq!(got.hi, hi);
        assert!((got.lo - lo).abs() < 1e-31, "{got:?} {lo:e}");
    }
    for x in [1e-8, 0.3, 1.5, 40.0, 700.0] {
        let back = Double::from(x).exp_m1().ln_1p();
        assert!(((back.hi - x) + back.lo).abs() < 1e-30 * x, "{x}: {back:?}");
        let back = Double::from(x).exp(0).ln();
        assert!(((back.hi - x) + back.lo).abs() < 1e-29 * x.max(1.0), "{x}: {back:?}");
    }
}
