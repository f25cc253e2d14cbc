//! p-values from the scores of the training cases, each by the views that never saw it (Vovk 2015, Barber et al. 2021).
//!
//! `p(s) = (1 + #{i : s_i ≥ s})/(n + 1)`, where `s` is a case's score by all views and `s_i` that of training case `i` by the
//! views that left its fold out. It never rises with the score. Were `s` replaced by the least of a case's scores by the
//! views of one fold, `Pr(p ≤ α) ≤ 2α` for every law of the data, as for all cross-conformal p-values; the score by all views
//! lies between those by single folds and varies less, and the level that is measured stays below `α` (docs/guarantees.md).

use std::sync::Arc;

use crate::data::container::{Container, Tensor};
use crate::error::Result;

/// Scores of the training cases by the views that left them out, or of new cases by all views.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) struct Conformal {
    /// In the order of the cases.
    scores: Vec<f64>,
    /// Ascending.
    sorted: Vec<f64>,
    of: Cases,
}

/// Which cases calibrate.
#[derive(Clone, Debug, PartialEq)]
enum Cases {
    /// Training cases, with their numbers where a fit knows them.
    Training(Option<Arc<[usize]>>),
    /// Others, which the model never saw.
    New,
}

impl Conformal {
    fn new(scores: Vec<f64>, of: Cases) -> Conformal {
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        Conformal { scores, sorted, of }
    }

    /// From the scores of training cases, in their order, and the cases' numbers.
    pub fn of_training(scores: Vec<f64>, numbers: Vec<usize>) -> Conformal {
        Conformal::new(scores, Cases::Training(Some(numbers.into())))
    }

    /// From the scores of cases that the model never saw.
    pub fn of_new_cases(scores: Vec<f64>) -> Conformal {
        Conformal::new(scores, Cases::New)
    }

    /// Case `i` is case `names[i]` from now on.
    pub fn rename(&mut self, names: &[usize]) {
        if let Cases::Training(Some(numbers)) = &mut self.of {
            *numbers = numbers.iter().map(|&i| names[i]).collect();
        }
    }

    /// Whether cases calibrate that the model never saw.
    pub fn is_of_new_cases(&self) -> bool {
        self.of == Cases::New
    }

    /// The numbers of the training cases that calibrate, where they are known.
    pub fn numbers(&self) -> Option<&[usize]> {
        match &self.of {
            Cases::Training(numbers) => numbers.as_deref(),
            Cases::New => None,
        }
    }

    /// The scores, in the order of the cases.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The p-value of a score.
    pub fn p_value(&self, score: f64) -> f64 {
        let at_least = self.sorted.len() - self.sorted.partition_point(|&s| s < score);
        (1 + at_least) as f64 / (1 + self.cases()) as f64
    }

    /// The p-value of calibrating case `i` among the others: `(1 + #{j ≠ i : s_j ≥ s_i})/n`.
    pub fn p_value_of(&self, i: usize) -> f64 {
        let below = self.sorted.partition_point(|&s| s < self.scores[i]);
        (self.cases() - below) as f64 / self.cases() as f64
    }

    /// Cases that calibrate: all training cases, unless there are fewer flows than folds; or new ones.
    pub fn cases(&self) -> usize {
        self.scores.len()
    }

    /// `conformal.scores` f64 `[n]`.
    pub fn write(&self, file: &mut Container) {
        file.insert("conformal.scores", Tensor::f64(&[self.scores.len()], self.scores.clone()));
    }

    /// What [`Conformal::write`] wrote of `cases` cases, training cases or `new` ones.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] if the tensor is missing, a score is no number or their number is another.
    pub fn read(file: &Container, cases: usize, new: bool) -> Result<Conformal> {
        let scores = file.tensor_f64("conformal.scores", &[cases])?.to_vec();
        if scores.iter().any(|score| score.is_nan()) {
            return Err(file.error("conformal.scores", "holds a score that is no number"));
        }
        Ok(Conformal::new(scores, if new { Cases::New } else { Cases::Training(None) }))
    }
}
