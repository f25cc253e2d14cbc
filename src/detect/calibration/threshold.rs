//! When a case is called anomalous.

use super::Cut;
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
    /// As many of the rows at hand as keep the expected share of normal rows among those called anomalous (the false discovery
    /// rate) at most this, in (0, 1): Benjamini and Hochberg on the p-values. docs/method.md says when that holds.
    Fdr(f64),
    /// So many of the rows at hand, those with the highest scores; the first ones of those that tie. At least one.
    Top(usize),
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
            Threshold::Fdr(q) => ("fdr", q),
            Threshold::Score(s) if s.is_nan() => {
                return Err(Error::Usage("the threshold is not a number; give one".into()));
            }
            Threshold::Top(0) => return Err(Error::Usage("top is 0; ask for at least one row".into())),
            Threshold::Score(_) | Threshold::Top(_) => return Ok(()),
        };
        if value > 0.0 && value < 1.0 {
            return Ok(());
        }
        Err(Error::Usage(format!("{name} is {value}; it must lie strictly between 0 and 1")))
    }

    /// Whether the verdict on a row depends on the other rows.
    pub fn needs_all_rows(self) -> bool {
        matches!(self, Threshold::Contamination(_) | Threshold::Fdr(_) | Threshold::Top(_))
    }

    /// Where the threshold cuts rows with those scores and p-values. `rows` gives them as often as it is called; a threshold
    /// that [needs no other rows](Threshold::needs_all_rows) does not ask. Cost: up to eleven passes.
    pub fn cut<I: Iterator<Item = (f64, f64)>>(self, rows: impl Fn() -> I) -> Cut {
        let scores = || rows().map(|(score, _)| score);
        match self {
            Threshold::Alpha(alpha) => Cut::PValue(alpha),
            Threshold::Score(threshold) => Cut::Score(threshold),
            Threshold::Contamination(share) => {
                Cut::highest_and_ties((share * scores().count() as f64).round() as usize, scores)
            }
            Threshold::Fdr(q) => Cut::benjamini_hochberg(q, rows().map(|(_, p)| p)),
            Threshold::Top(count) => Cut::highest(count, scores),
        }
    }

    /// Which rows are anomalous, given their scores and p-values. A contamination share flags that many rows, rounded, by
    /// descending score, and every row that ties with the last of them.
    pub fn apply(self, scores: &[f64], p_values: &[f64]) -> Vec<bool> {
        let rows = || scores.iter().copied().zip(p_values.iter().copied());
        let mut cut = self.cut(rows);
        rows().map(|(score, p)| cut.flags(score, p)).collect()
    }
}
