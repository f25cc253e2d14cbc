//! Tail probabilities and quantiles of the χ² distribution, exact deep into the tail.
//!
//! With `a = dof/2` and `t = x/2`, the upper tail is the regularised incomplete gamma function
//!
//! ```text
//! Q(a, t) = a·D·F(a, t)          D = tᵃ e⁻ᵗ / Γ(a + 1)
//! P(a, t) = D·S(a, t) = 1 − Q    S = Σₙ tⁿ / ((a + 1)…(a + n)),   F = 1/(t+1−a − 1(1−a)/(t+3−a − 2(2−a)/(t+5−a − …)))
//! ```
//!
//! The series serves `t < a + 1`, the continued fraction the rest. `ln D = −a(μ − ln(1 + μ)) − ½ ln 2πa − s(a)`,
//! `μ = t/a − 1`, keeps full accuracy where `tᵃ`, `eᵗ` and `Γ` are astronomical (Temme's form; `s` is the remainder of
//! Stirling's formula). A quantile is asked for by its tail probability α, since `1 − α` in a double forgets every small
//! α, and found by Newton's method on `ln Q` against `ln x`.

use std::f64::consts::PI;

use statrs::function::erf::erfc_inv;

use crate::error::Error;

/// Why there is no such quantile.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChiSquareError {
    /// A tail probability outside (0, 1), or NaN.
    #[error("a tail probability must lie between 0 and 1, both excluded, and {0} does not; 0.05 is usual")]
    Alpha(f64),
    /// Degrees of freedom outside `1..=MAX_DOF`.
    #[error("χ² needs between 1 and {MAX_DOF} degrees of freedom, and {0} were asked for")]
    Dof(usize),
}

impl From<ChiSquareError> for Error {
    fn from(error: ChiSquareError) -> Error {
        Error::Usage(error.to_string())
    }
}

/// Largest number of degrees of freedom; the work grows as its square root.
pub const MAX_DOF: usize = 1_000_000_000;

/// The `x` that a χ² variable of `dof` degrees of freedom exceeds with probability `alpha`.
///
/// **Domain** 0 < alpha < 1, 1 ≤ dof ≤ [`MAX_DOF`]. **Accuracy** the survival function at the result is within a
/// relative 1e-12 of `alpha` for dof ≤ 5000 and alpha ≥ 1e-30, and degrades as `|ln alpha|` times the rounding of a
/// double beyond. **Cost** some five tails of `O(√dof)` operations.
///
/// # Errors
/// [`ChiSquareError`] outside the domain.
///
/// ```
/// use nafal::stats::chi_square::quantile_upper;
/// let gate = quantile_upper(0.05, 8)?;
/// assert!((gate - 15.50731305586545).abs() < 1e-13);
/// # Ok::<(), nafal::Error>(())
/// ```
pub fn quantile_upper(alpha: f64, dof: usize) -> Result<f64, ChiSquareError> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(ChiSquareError::Alpha(alpha));
    }
    if !(1..=MAX_DOF).contains(&dof) {
        return Err(ChiSquareError::Dof(dof));
    }
    let a = dof as f64 / 2.0;
    // The smaller tail is the one that has digits to aim at; 1 − α is exact from one half up.
    let upper = alpha <= 0.5;
    let target = if upper { alpha.ln() } else { (1.0 - alpha).ln() };
    let mut t = seed(alpha, a);
    let mut close = false;
    for _ in 0..MAX_STEPS {
        let tails = Tails::at(a, t);
        let (ln_tail, sign) = if upper { (tails.ln_q, -1.0) } else { (tails.ln_p, 1.0) };
        // d ln tail / d ln t = ± t·density/tail.
        let slope = sign * (tails.ln_t_density - ln_tail).exp();
        let step = ((target - ln_tail) / slope).clamp(-1.0, 1.0);
        t *= step.exp();
        if close {
            break;
        }
        // Newton doubles the digits: one more step after this one leaves rounding alone.
        close = step.abs() < 1e-6;
    }
    Ok(2.0 * t)
}

/// Probability that a χ² variable of `dof` degrees of freedom exceeds `x`; 1 for `x ≤ 0`, NaN for NaN.
///
/// # Errors
/// [`ChiSquareError::Dof`].
pub fn survival(x: f64, dof: usize) -> Result<f64, ChiSquareError> {
    ln_survival(x, dof).map(f64::exp)
}

/// Logarithm of [`survival`], where the probability itself would underflow.
///
/// # Errors
/// [`ChiSquareError::Dof`].
pub fn ln_survival(x: f64, dof: usize) -> Result<f64, ChiSquareError> {
    if !(1..=MAX_DOF).contains(&dof) {
        return Err(ChiSquareError::Dof(dof));
    }
    Ok(match x {
        _ if x.is_nan() => x,
        _ if x <= 0.0 => 0.0,
        f64::INFINITY => f64::NEG_INFINITY,
        _ => Tails::at(dof as f64 / 2.0, x / 2.0).ln_q,
    })
}

const MAX_STEPS: usize = 60;

/// Both tails of the gamma distribution of shape `a` at `t`, as logarithms.
struct Tails {
    ln_p: f64,
    ln_q: f64,
    /// `ln(t · density(t)) = ln(a·D)`.
    ln_t_density: f64,
}

impl Tails {
    fn at(a: f64, t: f64) -> Tails {
        let ln_d = ln_peak_term(a, t);
        let ln_t_density = ln_d + a.ln();
        if t < a + 1.0 {
            let ln_p = (ln_d + series(a, t).ln()).min(0.0);
            Tails { ln_p, ln_q: ln_one_minus_exp(ln_p), ln_t_density }
        } else {
            let ln_q = (ln_t_density + continued_fraction(a, t).ln()).min(0.0);
            Tails { ln_p: ln_one_minus_exp(ln_q), ln_q, ln_t_density }
        }
    }
}

/// `ln(1 − eˣ)` for `x ≤ 0`, without losing digits at either end (Mächler, 2012).
fn ln_one_minus_exp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

/// `ln D`, the logarithm of `tᵃ e⁻ᵗ / Γ(a + 1)`.
fn ln_peak_term(a: f64, t: f64) -> f64 {
    let mu = (t - a) / a;
    let ln_ratio = if mu.abs() < 0.5 { mu.ln_1p() } else { (t / a).ln() };
    a * (ln_ratio - mu) - 0.5 * (2.0 * PI * a).ln() - stirling_remainder(a)
}

/// `s(a) = ln Γ(a + 1) − (a ln a − a + ½ ln 2πa)` for `a ≥ ½`.
fn stirling_remainder(a: f64) -> f64 {
    // s(a) = s(a + 1) + (a + ½) ln(1 + 1/a) − 1 carries small a to where the asymptotic series has all its digits.
    let mut below = 0.0;
    let mut a = a;
    while a < 16.0 {
        below += (a + 0.5) * (1.0 / a).ln_1p() - 1.0;
        a += 1.0;
    }
    let r = 1.0 / (a * a);
    let series = 1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)));
    below + series / a
}

/// `S = Σₙ tⁿ / ((a + 1)…(a + n))`, all terms positive.
fn series(a: f64, t: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    while term > sum * f64::EPSILON / 4.0 {
        n += 1.0;
        term *= t / n;
        sum += term;
    }
    sum
}

/// `F`, by the modified Lentz algorithm; for `t ≥ a + 1` every partial denominator is positive.
fn continued_fraction(a: f64, t: f64) -> f64 {
    let mut b = t + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut f = d;
    let mut n = 0.0;
    loop {
        n += 1.0;
        let numerator = n * (a - n);
        b += 2.0;
        d = 1.0 / (b + numerator * d);
        c = b + numerator / c;
        let factor = c * d;
        f *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON || factor.is_nan() {
            return f;
        }
    }
}

/// A first guess at half the quantile: the Wilson–Hilferty cube, or the power law of the lower tail where that fails.
fn seed(alpha: f64, a: f64) -> f64 {
    let z = std::f64::consts::SQRT_2 * erfc_inv(2.0 * alpha);
    let variance = 1.0 / (9.0 * a);
    let root = 1.0 - variance + z * variance.sqrt();
    if root > 0.3 {
        return a * root * root * root;
    }
    let ln_gamma = a * a.ln() - a + 0.5 * (2.0 * PI * a).ln() + stirling_remainder(a);
    (((1.0 - alpha).ln() + ln_gamma) / a).exp()
}
