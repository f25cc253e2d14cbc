//! The divergence check of joint training: Eq. 6 over (θ, ψ) has no minimum, and a detector at the bottom of it detects nothing.
//!
//! Scaling the features by `a` changes the best likelihood by `−m·ln a`, and a map that loses rank raises it without limit.
//! What the data can justify is bounded by their scale: features that spread by `s` at the start (root mean square over the
//! `m` features, rows and views) and are resolved to the share `ρ` of that have a negative log-likelihood of at least
//! `m·(½ ln 2πe + ln ρs)`, the entropy of a Gaussian `ρ` times as wide in every direction. A loss below that comes
//! from shrinking or flattening `f_θ`. The other sign of divergence is one score for rows that differ.

use crate::error::{Error, Result};

/// Share `ρ` of the starting spread to which features may be resolved.
const RESOLUTION: f64 = 0.01;

/// Scores whose range is at most this share of their size are constant: rounding, not information.
const CONSTANT: f64 = 1e-6;

/// Watches a joint training; see the top of this file.
#[derive(Clone, Copy, Debug)]
pub struct DivergenceCheck {
    features: usize,
    spread: f64,
    bound: f64,
}

impl DivergenceCheck {
    /// A check for features `[n, m]` (row-major, all views) as they are before training.
    pub fn new(features: &[f32], m: usize) -> Self {
        let n = (features.len() / m).max(1) as f64;
        let variance = |i: usize| {
            let column = || features.iter().skip(i).step_by(m).map(|&v| f64::from(v));
            let mean = column().sum::<f64>() / n;
            column().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n
        };
        let spread = ((0..m).map(variance).sum::<f64>() / m as f64).sqrt();
        let gaussian = 0.5 * (1.0 + (2.0 * std::f64::consts::PI).ln());
        DivergenceCheck { features: m, spread, bound: m as f64 * (gaussian + (RESOLUTION * spread).ln()) }
    }

    /// The smallest mean loss, in nats, that is no sign of divergence.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// Checks the mean loss and the gradient's norm of step `step`.
    ///
    /// # Errors
    /// [`Error::Training`] if either is not finite or the loss is below [`DivergenceCheck::bound`].
    pub fn check(&self, step: u64, loss: f64, norm: f64) -> Result<()> {
        if !loss.is_finite() || !norm.is_finite() {
            let what = "check the table for extreme values, or lower the learning rate";
            return Err(Error::Training(format!("the likelihood became non-finite in step {step}; {what}")));
        }
        if loss < self.bound {
            return Err(Error::Training(format!(
                "the likelihood runs away: in step {step} the mean loss is {loss:.1} nats for {} features, below the {:.1} \
                 that features of their starting spread ({:.3}) can justify at a resolution of {RESOLUTION}: the extractor \
                 is shrinking its features instead of learning from them; freeze it, train it for fewer steps, or put noise \
                 on the features",
                self.features, self.bound, self.spread
            )));
        }
        Ok(())
    }

    /// Checks that the scores of rows that differ are not all the same.
    ///
    /// # Errors
    /// [`Error::Training`] if they are.
    pub fn check_scores(&self, scores: &[f64]) -> Result<()> {
        let (low, high) = scores.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &s| (l.min(s), h.max(s)));
        if high - low > CONSTANT * low.abs().max(high.abs()).max(1.0) {
            return Ok(());
        }
        Err(Error::Training(format!(
            "all {} training rows checked score {low:.6}: the extractor has become constant; freeze it or train it for \
             fewer steps",
            scores.len()
        )))
    }
}
