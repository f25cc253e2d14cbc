//! One deep sigmoidal transformer as a scalar function in f64, and its inverse.
//!
//! `y(x) = ln S − ln S̄`, `S = Σ w_j σ(u_j)`, `S̄ = Σ w_j σ(−u_j)`, `u_j = a_j x + b_j`. `y` is a quasi-mean of the `u_j`,
//! so the solution of `y(x) = y*` lies between the smallest and the largest `(y* − b_j)/a_j`: a closed-form bracket. Inside
//! it a safeguarded Halley iteration needs about four evaluations; its second derivative is free (`y'' = y'·(ln y')'`).

use nafal_kernels::dsf::Slope;
use nafal_kernels::{Matrix, Real};

/// Parameters of one transformer, ready for scalar use.
#[derive(Clone, Debug, Default)]
pub(super) struct Transformer {
    /// `(a_j, ln a_j, b_j, ln w_j)`.
    units: Vec<[f64; 4]>,
    /// `(u_j, ln σ(u_j), ln σ(−u_j))` of the latest evaluation.
    terms: Vec<[f64; 3]>,
}

/// What one evaluation gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evaluation {
    /// `y(x)`.
    pub(super) y: f64,
    /// `ln dy/dx`.
    pub(super) log_slope: f64,
    /// `d(ln dy/dx)/dx`.
    pub(super) curvature: f64,
}

fn softplus(r: f64) -> f64 {
    r.max(0.0) + (-r.abs()).exp().ln_1p()
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY { top } else { top + values.map(|v| (v - top).exp()).sum::<f64>().ln() }
}

impl Transformer {
    /// Reads lane `lane` of raw parameters `[3U, lanes]`.
    pub(super) fn load<T: Real>(&mut self, slope: Slope, raw: &Matrix<T>, lane: usize) {
        let units = raw.rows / 3;
        let at = |row: usize| raw.data[row * raw.ld + lane].to_f64();
        let normaliser = log_sum_exp((0..units).map(|j| at(2 * units + j)));
        self.units.clear();
        self.units.extend((0..units).map(|j| {
            let r = at(j);
            let log_a = match slope {
                // softplus(r) → eʳ: below −37 the two agree to the last bit.
                Slope::Softplus if r < -37.0 => r,
                Slope::Softplus => softplus(r).ln(),
                Slope::Bounded { limit } => r / (1.0 + r.abs() / limit),
            };
            [log_a.exp(), log_a, at(units + j), at(2 * units + j) - normaliser]
        }));
    }

    /// `y`, `ln y'` and `(ln y')'` at `x`.
    pub(super) fn evaluate(&mut self, x: f64) -> Evaluation {
        self.terms.clear();
        self.terms.extend(self.units.iter().map(|&[a, _, b, _]| {
            let u = a * x + b;
            let t = (-u.abs()).exp().ln_1p();
            [u, u.min(0.0) - t, (-u).min(0.0) - t]
        }));
        let pairs = || self.units.iter().zip(&self.terms);
        let log_s = log_sum_exp(pairs().map(|(p, t)| p[3] + t[1]));
        let log_c = log_sum_exp(pairs().map(|(p, t)| p[3] + t[2]));
        let log_d = log_sum_exp(pairs().map(|(p, t)| p[3] + p[1] + t[1] + t[2]));
        let mut curvature = 0.0;
        for (&[a, log_a, _, log_w], &[u, ls, lc]) in pairs() {
            let p = (log_w + ls - log_s).exp();
            let q = (log_w + lc - log_c).exp();
            let r = (log_w + log_a + ls + lc - log_d).exp();
            curvature += a * (-r * (0.5 * u).tanh() - p * lc.exp() + q * ls.exp());
        }
        Evaluation { y: log_s - log_c, log_slope: log_d - log_s - log_c, curvature }
    }

    /// The `x` with `y(x) = target`, and the evaluation there. The residual is at most a few ulp of `1 + |target|`; on a
    /// plateau of `y` any `x` that rounding cannot tell apart may be returned. An infinite target is its own solution; the
    /// solution is NaN where the target or a parameter is.
    pub(super) fn solve(&mut self, target: f64) -> (f64, Evaluation) {
        if !target.is_finite() {
            return (target, Evaluation { y: target, log_slope: f64::NAN, curvature: f64::NAN });
        }
        let ends = self.units.iter().map(|&[a, _, b, _]| (target - b) / a);
        let (mut low, mut high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        low -= 8.0 * f64::EPSILON * (1.0 + low.abs());
        high += 8.0 * f64::EPSILON * (1.0 + high.abs());
        // Slopes that underflow put an end at infinity; the largest finite number stands for it.
        low = low.clamp(-f64::MAX, f64::MAX);
        high = high.clamp(-f64::MAX, f64::MAX);
        let (mut slope, mut bias) = (0.0, 0.0);
        for &[a, _, b, log_w] in &self.units {
            slope += log_w.exp() * a;
            bias += log_w.exp() * b;
        }
        // Not `clamp`, which panics on the bracket that parameters without a value give.
        let mut x = ((target - bias) / slope).max(low).min(high);
        let tolerance = 4.0 * f64::EPSILON * (1.0 + target.abs());
        let mut last_step = f64::INFINITY;
        let mut at = self.evaluate(x);
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
            at = self.evaluate(x);
        }
        (x, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformer(a: &[f64], b: &[f64], w: &[f64]) -> Transformer {
        // expm1⁻¹ of a slope is its raw softplus parameter.
        let raw: Vec<f64> = a
            .iter()
            .map(|a| if *a > 30.0 { *a } else { a.exp_m1().ln() })
            .chain(b.iter().copied())
            .chain(w.iter().copied())
            .collect();
        let mut t = Transformer::default();
        t.load(Slope::Softplus, &Matrix::new(&raw, raw.len(), 1, 1), 0);
        t
    }

    /// 80-digit values of the study on NAF numerics.
    #[allow(clippy::excessive_precision, clippy::approx_constant)]
    #[test]
    fn agrees_with_values_computed_to_eighty_digits() {
        let mut t = transformer(&[0.5, 1.0, 3.0], &[-1.0, 0.25, 2.0], &[0.0, -0.5, 1.0]);
        for (x, y, log_slope, curvature) in [
            (-1000.0, -502.464368784107945, -0.693147180559945309, 0.0),
            (-3.0, -3.60221671875757469, -0.37582932053439926, 0.225964117446191),
            (0.0, 0.821886674814304728, 0.185009594328776491, -1.30013694744079),
            (0.7, 1.37834340625963631, -0.643230732929727853, -0.823800285810816),
            (40.0, 20.464368788057066, -0.693147184509066508, 1.97456059175072e-9),
        ] {
            let e = t.evaluate(x);
            assert!((e.y - y).abs() <= 1e-13 * y.abs().max(1.0), "y({x}) = {}", e.y);
            assert!((e.log_slope - log_slope).abs() <= 1e-12, "log slope({x}) = {}", e.log_slope);
            assert!((e.curvature - curvature).abs() <= 1e-12, "curvature({x}) = {}", e.curvature);
        }
        let mut plateau = transformer(&[50.0, 50.0], &[2000.0, -2000.0], &[0.0, 0.0]);
        for (x, y, log_slope) in [
            (0.0, 0.0, -1994.70168263345196),
            (1.0, 0.0, -1945.39482981401191),
            (39.9, 0.0133859017214489022, -0.408215715733357534),
        ] {
            let e = plateau.evaluate(x);
            assert!((e.y - y).abs() <= 1e-12 && (e.log_slope - log_slope).abs() <= 1e-9, "{x}: {e:?}");
        }
    }

    #[test]
    fn solves_far_out_and_on_plateaus() {
        let mut t = transformer(&[50.0, 50.0, 0.01], &[2000.0, -2000.0, 0.3], &[0.0, 0.0, -3.0]);
        for target in [-1e6, -30.0, -1.0, -1e-9, 0.0, 1e-3, 2.5, 700.0, 1e12] {
            let (x, at) = t.solve(target);
            assert!(x.is_finite() && (at.y - target).abs() <= 1e-12 * (1.0 + target.abs()), "{target}: x {x}, {at:?}");
        }
        // The flattest unit alone carries the lower tail, past a plateau of 130 orders of magnitude; where its slope
        // underflows, the tail begins beyond the last number.
        let raw = [16.0, -114.0, -300.0, -192.0, 22.0, 104.0, -15.6, -107.4, 3.3];
        t.load(Slope::Softplus, &Matrix::new(&raw, 9, 1, 1), 0);
        let (x, at) = t.solve(-25.0);
        assert!(x < -1e130 && (at.y + 25.0).abs() <= 1e-12, "x {x}, {at:?}");
        let raw = [16.0, -114.0, -722.0, -192.0, 22.0, 104.0, -15.6, -107.4, 3.3];
        t.load(Slope::Softplus, &Matrix::new(&raw, 9, 1, 1), 0);
        assert!((-f64::MAX..-1.7e308).contains(&t.solve(-25.0).0));
    }

    #[test]
    fn what_is_no_number_stays_none() {
        let mut t = transformer(&[0.5, 2.0], &[0.0, 1.0], &[0.0, 0.0]);
        assert!(t.solve(f64::NAN).0.is_nan());
        assert_eq!(t.solve(f64::NEG_INFINITY).0, f64::NEG_INFINITY);
        assert!(transformer(&[0.5, 2.0], &[0.0, f64::NAN], &[0.0, 0.0]).solve(1.0).0.is_nan());
    }
}
