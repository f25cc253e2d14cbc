//! Cross-conformal p-values (Vovk 2015).
//!
//! A case's p-value compares, fold by fold, its score by the views that left the fold out with the scores of the fold's own
//! training cases: `p = (1 + Σ_g #{i ∈ g : s_g(x_i) ≥ s_g(x)})/(n + 1)`.

use crate::data::container::Container;
use crate::error::Result;

/// Scores of the training cases, fold by fold, by the views that left the fold out.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) struct Conformal {
    /// For each fold, ascending; none for a fold that no view left out.
    folds: Vec<Vec<f64>>,
}

impl Conformal {
    /// From each fold's scores, in any order.
    pub fn new(mut folds: Vec<Vec<f64>>) -> Conformal {
        folds.iter_mut().for_each(|scores| scores.sort_by(f64::total_cmp));
        Conformal { folds }
    }

    /// The p-value of a case from its score by the views that left out each fold.
    pub fn p_value(&self, fold_scores: impl Iterator<Item = f64>) -> f64 {
        let at_least = |(sorted, s): (&Vec<f64>, f64)| sorted.len() - sorted.partition_point(|&v| v < s);
        let count: usize = self.folds.iter().zip(fold_scores).map(at_least).sum();
        (1 + count) as f64 / (1 + self.cases()) as f64
    }

    /// Training cases that calibrate: all, unless there are fewer flows than folds.
    pub fn cases(&self) -> usize {
        self.folds.iter().map(Vec::len).sum()
    }

    /// `conformal.scores` and `conformal.scores.offsets`.
    pub fn write(&self, file: &mut Container) {
        file.insert_lists("conformal.scores", &self.folds);
    }

    /// What [`Conformal::write`] wrote, `expected[g]` scores in fold `g`.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] if a tensor is missing, the scores do not ascend or their numbers are others.
    pub fn read(file: &Container, expected: &[usize]) -> Result<Conformal> {
        let folds = file.lists_f64("conformal.scores", expected.len())?;
        if folds.iter().zip(expected).any(|(scores, &n)| !scores.is_sorted() || scores.len() != n) {
            return Err(file.error("conformal.scores", "does not agree with the number of training rows"));
        }
        Ok(Conformal { folds })
    }
}
