//! Out-of-bag scores of the training cases, each with its number and its p-value among the others.
//!
//! Case `i` is scored by the views that never saw it; its p-value is the leave-one-out conformal rank
//! `(1 + #{j ≠ i : s_j ≥ s_i})/n`. Bad rows among the normal ones come out on top, since no view could learn them.

use super::model::Model;

/// How a training case looks to what never saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingScore {
    /// Its number in the data given to the fit, counted from 0.
    pub row: usize,
    /// Its score by the views that left it out; higher = more anomalous.
    pub score: f64,
    /// The share of training cases with a score of at least this, itself among them: from `1/n` to 1.
    pub p_value: f64,
}

impl Model {
    /// The scores of the training cases, in their order, each by the views that never saw it: what p-values rank a score
    /// among. Where views are so few that some folds are left out by none, the cases of those folds have none. Of a model
    /// that was [recalibrated](Model::recalibrated) there are none.
    pub fn training_scores(&self) -> &[f64] {
        if self.conformal.is_of_new_cases() { &[] } else { self.conformal.scores() }
    }

    /// The same with the number of each case in the data given to the fit and its p-value among the others, in the order of
    /// the data. `None` unless the model comes from a fit: a model file holds no numbers, and a model that was
    /// [recalibrated](Model::recalibrated) no such scores.
    pub fn scored_training_cases(&self) -> Option<Vec<TrainingScore>> {
        let scores = self.training_scores().iter().enumerate();
        let of_case = |(i, &score)| (score, self.conformal.p_value_of(i));
        let cases = self.conformal.numbers()?.iter();
        let scored = cases.zip(scores.map(of_case));
        Some(scored.map(|(&row, (score, p_value))| TrainingScore { row, score, p_value }).collect())
    }
}
