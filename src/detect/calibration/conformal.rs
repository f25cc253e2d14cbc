//! p-values from the scores of the training cases, each by the views that never saw it (Vovk 2015, Barber et al. 2021).
//!
//! `p(s) = (1 + #{i : s_i ≥ s})/(n + 1)`, where `s` is a case's score by all views and `s_i` that of training case `i` by the
//! views that left its fold out. It never rises with the score. Were `s` replaced by the least of a case's scores by the
//! views of one fold, `Pr(p ≤ α) ≤ 2α` for every law of the data, as for all cross-conformal p-values; the score by all views
//! lies between those by single folds and varies less, and the level that is measured stays below `α` (docs/guarantees.md).

use crate::data::container::{Container, Tensor};
use crate::error::Result;

/// Scores of the training cases by the views that left them out.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) struct Conformal {
    /// In the order of the training cases.
    scores: Vec<f64>,
    /// Ascending.
    sorted: Vec<f64>,
}

impl Conformal {
    /// From the scores, in the order of the training cases.
    pub fn new(scores: Vec<f64>) -> Conformal {
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        Conformal { scores, sorted }
    }

    /// The scores, in the order of the training cases.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The p-value of a score.
    pub fn p_value(&self, score: f64) -> f64 {
        let at_least = self.sorted.len() - self.sorted.partition_point(|&s| s < score);
        (1 + at_least) as f64 / (1 + self.cases()) as f64
    }

    /// Training cases that calibrate: all, unless there are fewer flows than folds.
    pub fn cases(&self) -> usize {
        self.scores.len()
    }

    /// `conformal.scores` f64 `[n]`.
    pub fn write(&self, file: &mut Container) {
        file.insert("conformal.scores", Tensor::f64(&[self.scores.len()], self.scores.clone()));
    }

    /// What [`Conformal::write`] wrote of `cases` cases.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] if the tensor is missing, a score is no number or their number is another.
    pub fn read(file: &Container, cases: usize) -> Result<Conformal> {
        let scores = file.tensor_f64("conformal.scores", &[cases])?.to_vec();
        if scores.iter().any(|score| score.is_nan()) {
            return Err(file.error("conformal.scores", "holds a score that is no number"));
        }
        Ok(Conformal::new(scores))
    }
}
