//! Standard normal quantiles of probabilities given by their logarithm.
//!
//! `u ≤ 0` with `ln Φ(u) = l`, for `l` from `ln ½` down to −1e300. `ln Φ` is concave, so Newton's iteration from beyond the
//! solution converges without safeguards.

use std::f64::consts::{LN_2, PI, SQRT_2};

use statrs::function::erf::erfc;

/// `ln Φ(−v)` for `v ≥ 0`, and the hazard `φ(v)/Φ(−v)`.
fn log_upper_tail(v: f64) -> (f64, f64) {
    let log_density = -0.5 * v * v - 0.5 * (2.0 * PI).ln();
    let log_tail = if v < 20.0 {
        (0.5 * erfc(v / SQRT_2)).ln()
    } else {
        // Mills' ratio: 1/v·(1 − 1/v² + 3/v⁴ − 15/v⁶ + 105/v⁸ − …), the first term left out is below 1e-10 here.
        let s = 1.0 / (v * v);
        let mills = 1.0 - s * (1.0 - 3.0 * s * (1.0 - 5.0 * s * (1.0 - 7.0 * s)));
        log_density - v.ln() + mills.ln()
    };
    (log_tail, (log_density - log_tail).exp())
}

/// The `u ≤ 0` with `ln Φ(u) = log_probability`. Values above `ln ½` give 0; −∞ gives the most negative finite result.
pub(crate) fn lower_quantile(log_probability: f64) -> f64 {
    if log_probability >= -LN_2 {
        return 0.0;
    }
    let l = log_probability.max(-1e300);
    let mut v = (-2.0 * l).sqrt();
    if v > 1e7 {
        // ln Φ(−v) = −v²/2 to within rounding.
        return -v;
    }
    for _ in 0..60 {
        let (log_tail, hazard) = log_upper_tail(v);
        let step = (log_tail - l) / hazard;
        v = (v + step).max(0.0);
        if step.abs() <= 4.0 * f64::EPSILON * v {
            break;
        }
    }
    -v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath, 40 digits.
    #[allow(clippy::excessive_precision)]
    #[test]
    fn agrees_with_known_quantiles() {
        for (p, u) in [
            (0.5f64.ln(), 0.0),
            (0.4f64.ln(), -0.2533471031357997),
            (0.05f64.ln(), -1.6448536269514729),
            (1e-10f64.ln(), -6.361340902404056),
            (-1000.0, -44.61574773196940),
            (-250.0, -22.18016413938821),
        ] {
            let got = lower_quantile(p);
            assert!((got - u).abs() < 1e-9, "{p}: got {got}, want {u}");
        }
    }

    #[test]
    fn decreases_strictly_and_inverts_the_tail() {
        let mut last = 1.0;
        for i in 0..4000 {
            let l = -LN_2 - 1e-9 - (i as f64 * 0.01).exp_m1();
            let u = lower_quantile(l);
            assert!(u < last, "at {l}");
            last = u;
            if u > -1e3 {
                assert!((log_upper_tail(-u).0 - l).abs() <= 1e-9 * l.abs().max(1.0), "{l} {u}");
            }
        }
        assert!(lower_quantile(f64::NEG_INFINITY).is_finite());
    }
}
