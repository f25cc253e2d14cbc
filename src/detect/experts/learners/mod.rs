//! What learns from the rows of one block of features, in closed form or by few passes: neighbours, Gaussians, mixtures,
//! tails, trees.
//!
//! A learner is one file here and one line in [`LEARNERS`]. It may give several raw scores, its heads, of one model.

mod gaussian;
mod isolation;
mod mixture;
mod neighbours;
mod tails;

use std::fmt::Debug;

use crate::data::container::Container;
use crate::encode::{Held, Points};
use crate::error::Result;

/// Settings of what learns from rows.
pub(in crate::detect) trait Learner: Debug + Send + Sync {
    /// Its name in configurations and model files.
    fn name(&self) -> &'static str;
    /// Names of its raw scores.
    fn heads(&self) -> &'static [&'static str];
    /// Most columns of rows for which it stands for election: beyond, it costs more than it is worth.
    fn most_columns(&self) -> usize {
        usize::MAX
    }
    /// Whether one training row can be left out afterwards ([`Learned::scores_without`]).
    fn leaves_one_out(&self) -> bool {
        false
    }
    /// What it keeps of the training rows.
    fn holds(&self) -> Held;
    /// Learns from `rows` `[n, m]`, `n ≥ 2`.
    ///
    /// # Errors
    /// [`crate::Error::Training`] if there is no model of these rows.
    fn fit(&self, rows: Points<'static>, stream: Stream) -> Result<Box<dyn Learned>>;
    /// What [`Learned::write`] wrote, of `width` columns.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the tensor that is missing or makes no sense.
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>>;
}

/// The random stream of a fit.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct Stream {
    /// The user's seed.
    pub seed: u64,
    /// The learner's number in its detector.
    pub learner: u64,
    /// The view it is.
    pub view: u64,
}

/// What was learned.
pub(in crate::detect) trait Learned: Debug + Send + Sync {
    /// Raw scores `[heads][rows]` of rows `[n, m]`; larger = more anomalous, finite. A row's bits do not depend on the
    /// others. Heads that are not `wanted` may have any.
    fn scores(&self, rows: &Points, wanted: &[bool]) -> Vec<f64>;
    /// As [`Learned::scores`], but row `i` is scored as if training row `left_out[i]` had not been learned; only asked of a
    /// learner that [leaves one out](Learner::leaves_one_out), right after it was fitted.
    fn scores_without(&self, rows: &Points, wanted: &[bool], left_out: &[usize]) -> Vec<f64> {
        debug_assert_eq!(rows.len(), left_out.len());
        self.scores(rows, wanted)
    }
    /// Training rows that a model file then holds.
    fn rows_held(&self) -> usize {
        0
    }
    /// Writes tensors `PREFIX.…`.
    fn write(&self, file: &mut Container, prefix: &str);
}

/// All learners.
pub(in crate::detect) const LEARNERS: [&dyn Learner; 5] = [
    &neighbours::Neighbourhood,
    &gaussian::ShrunkGaussian,
    &mixture::Mixture,
    &tails::ColumnTails,
    &isolation::Isolation,
];

/// The learner of that name.
pub(in crate::detect) fn named(name: &str) -> Option<&'static dyn Learner> {
    LEARNERS.into_iter().find(|learner| learner.name() == name)
}

/// Most columns for which the learner of that name stands for election; none if there is no such learner.
pub(in crate::detect) fn most_columns(learner: &str) -> usize {
    named(learner).map_or(0, |learner| learner.most_columns())
}

/// Names of the scores of the learner of that name; none if there is no such learner.
pub(in crate::detect) fn scores_of(learner: &str) -> &'static [&'static str] {
    named(learner).map_or(&[], |learner| learner.heads())
}

/// What the learner of that name keeps of the training rows; nothing if there is no such learner.
pub(in crate::detect) fn held_by(learner: &str) -> Held {
    named(learner).map_or(Held::Figures, |learner| learner.holds())
}
