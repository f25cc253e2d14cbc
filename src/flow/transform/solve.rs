//! The inverse of a scalar map: a safeguarded Halley iteration inside a bracket.
//!
//! With `r = y(x) − y*` and `g = y'` the Newton step is `−r/g`; Halley's divides it by `1 + ½·step·(ln y')'`, the second
//! derivative being `y'' = y'·(ln y')'`. A step that leaves the bracket, or is not at most half as long as the one before,
//! is replaced by a bisection. About four evaluations on well-behaved maps; on plateaus the bisection decides.

use super::univariate::{Bracket, Evaluation, ScalarMap};

/// The `x` with `y(x) = target`, and the evaluation there. The residual is at most a few ulp of `1 + |target|`; on a
/// plateau of `y` any `x` that rounding cannot tell apart may be returned. An infinite target is its own solution; the
/// solution is NaN where the target or a parameter is.
pub(in crate::flow) fn solve<T>(map: &mut dyn ScalarMap<T>, target: f64) -> (f64, Evaluation) {
    if !target.is_finite() {
        return (target, Evaluation { y: target, log_slope: f64::NAN, curvature: f64::NAN });
    }
    let Bracket { mut low, mut high, guess } = map.bracket(target);
    low -= 8.0 * f64::EPSILON * (1.0 + low.abs());
    high += 8.0 * f64::EPSILON * (1.0 + high.abs());
    // Slopes that underflow put an end at infinity; the largest finite number stands for it.
    low = low.clamp(-f64::MAX, f64::MAX);
    high = high.clamp(-f64::MAX, f64::MAX);
    // Not `clamp`, which panics on the bracket that NaN parameters give.
    let mut x = guess.max(low).min(high);
    let tolerance = 4.0 * f64::EPSILON * (1.0 + target.abs());
    let mut last_step = f64::INFINITY;
    let mut at = map.evaluate(x);
    if at.y.is_nan() {
        return (f64::NAN, at);
    }
    for _ in 0..1200 {
        let residual = at.y - target;
        if residual.abs() <= tolerance || high - low <= 4.0 * f64::EPSILON * low.abs().max(high.abs()) {
            break;
        }
        if residual > 0.0 {
            high = x
        } else {
            low = x
        }
        let newton = -residual * (-at.log_slope).exp();
        let halley = newton / (1.0 + 0.5 * newton * at.curvature).clamp(0.5, 2.0);
        let next = x + halley;
        let good = next > low && next < high && halley.abs() <= 0.5 * last_step;
        let next = if good { next } else { 0.5 * low + 0.5 * high };
        last_step = if good { halley.abs() } else { high - low };
        if next == x {
            break;
        }
        x = next;
        at = map.evaluate(x);
    }
    (x, at)
}
