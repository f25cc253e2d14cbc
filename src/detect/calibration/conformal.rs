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
    /// Ascending.
    scores: Vec<f64>,
}

impl Conformal {
    /// From the scores, in any order.
    pub fn new(mut scores: Vec<f64>) -> Conformal {
        scores.sort_by(f64::total_cmp);
        Conformal { scores }
    }

    /// The p-value of a score.
    pub fn p_value(&self, score: f64) -> f64 {
        let at_least = self.scores.len() - self.scores.partition_point(|&s| s < score);
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
    /// [`crate::Error::ModelFile`] if the tensor is missing, its scores do not ascend or their number is another.
    pub fn read(file: &Container, cases: usize) -> Result<Conformal> {
        let scores = file.tensor_f64("conformal.scores", &[cases])?.to_vec();
        if !scores.is_sorted() {
            return Err(file.error("conformal.scores", "does not ascend"));
        }
        Ok(Conformal { scores })
    }
}
