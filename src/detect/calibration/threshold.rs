//! When a case is called anomalous.

use crate::error::{Error, Result};

/// When a row is called anomalous.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// p-value at most this, in (0, 1).
    Alpha(f64),
    /// This share of the rows at hand, those with the highest scores, in (0, 1).
    Contamination(f64),
    /// Score at least this.
    Score(f64),
}

impl Threshold {
    /// Checks the threshold's domain.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn check(self) -> Result<()> {
        let (name, value) = match self {
            Threshold::Alpha(a) => ("alpha", a),
            Threshold::Contamination(c) => ("contamination", c),
            Threshold::Score(s) if s.is_nan() => {
                return Err(Error::Usage("the threshold is not a number; give one".into()));
            }
            Threshold::Score(_) => return Ok(()),
        };
        if value > 0.0 && value < 1.0 {
            return Ok(());
        }
        Err(Error::Usage(format!("{name} is {value}; it must lie strictly between 0 and 1")))
    }

    /// Which rows are anomalous, given their scores and p-values. A contamination share flags that many rows, rounded, by
    /// descending score, and every row that ties with the last of them.
    pub fn apply(self, scores: &[f64], p_values: &[f64]) -> Vec<bool> {
        match self {
            Threshold::Alpha(alpha) => p_values.iter().map(|&p| p <= alpha).collect(),
            Threshold::Score(threshold) => scores.iter().map(|&s| s >= threshold).collect(),
            Threshold::Contamination(share) => {
                let count = ((share * scores.len() as f64).round() as usize).min(scores.len());
                if count == 0 {
                    return vec![false; scores.len()];
                }
                let mut sorted = scores.to_vec();
                sorted.sort_by(|a, b| b.total_cmp(a));
                let cut = sorted[count - 1];
                scores.iter().map(|&s| s >= cut).collect()
            }
        }
    }
}
