//! Categories that no training row has: they add to the score what they surprise.
//!
//! Block `unseen/f` of the encoder says how surprising, in nats, a row's categories are that no training row outside fold `f` has.
//! A training case is charged by the block of its own fold, any other by the mean over the folds, so that p-values hold. A case
//! whose category nobody had lies above all training cases that have no such category, but for the grossest.

use crate::encode::{Encoder, Features};

/// Score of a nat.
const WEIGHT: f64 = 10.0;

/// The blocks about unseen categories, one a fold.
pub(in crate::detect) struct Novelty(Vec<usize>);

impl Novelty {
    /// Those of an encoder for so many folds; `None` if it has no categories.
    pub fn of(encoder: &dyn Encoder, folds: usize) -> Option<Novelty> {
        let block = |fold: usize| encoder.block_named(&format!("unseen/{fold}"));
        (0..folds).map(block).collect::<Option<Vec<usize>>>().map(Novelty)
    }

    /// What is added to the score of a training case of fold `fold`.
    pub fn of_fold(&self, features: &Features, case: usize, fold: usize) -> f64 {
        WEIGHT * f64::from(features.block(self.0[fold]).row(case)[0])
    }

    /// What is added to the score of another case.
    pub fn mean(&self, features: &Features, case: usize) -> f64 {
        let sum: f64 = (0..self.0.len()).map(|fold| self.of_fold(features, case, fold)).sum();
        sum / self.0.len() as f64
    }
}
