//! What every expert is: some views, each fitted without one fold, with a raw score of a case under each.

use std::fmt::Debug;

use rand_chacha::ChaCha8Rng;

use crate::data::container::Container;
use crate::detect::configuration::ScoreKind;
use crate::encode::{Encoder, Features, Held};
use crate::error::Result;

/// Buffers of scoring, reused from chunk to chunk of cases.
pub(in crate::detect) type Scratch = crate::flow::Scratch<f32>;

/// What experts learn from.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct TrainingData<'a> {
    /// Features of the training cases.
    pub features: &'a Features,
    /// The fold of each of them.
    pub folds: &'a [usize],
    /// What made the features.
    pub encoder: &'a dyn Encoder,
}

impl TrainingData<'_> {
    /// The cases that are not in fold `fold`.
    pub fn without_fold(&self, fold: usize) -> Vec<usize> {
        (0..self.folds.len()).filter(|&i| self.folds[i] != fold).collect()
    }
}

/// Cases that views score as ones that they never saw.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct Unseen<'a> {
    /// The cases of each fold, by their rows of the features: scored by the views that left the fold out.
    pub rows_of: &'a [Vec<usize>],
    /// The training case that each row is, or was made of.
    pub origin: &'a [usize],
}

/// A sample in the feature space of one view.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) struct FeatureSample {
    /// The block that the view looks at.
    pub block: usize,
    /// Features of the block, by number, and their values.
    pub values: Vec<(usize, f64)>,
    /// `log p` in the view's feature space.
    pub log_density: f64,
}

/// A fitted expert.
pub(in crate::detect) trait Expert: Debug + Send + Sync {
    /// Names of its raw scores, each calibrated and fused on its own.
    fn heads(&self) -> &'static [&'static str];
    /// Number of views.
    fn views(&self) -> usize;
    /// The fold that view `view` never saw.
    fn fold(&self, view: usize) -> usize;
    /// Number of views that never saw fold `fold`.
    fn views_of_fold(&self, fold: usize) -> usize {
        (0..self.views()).filter(|&view| self.fold(view) == fold).count()
    }
    /// The encoder's blocks that it looks at.
    fn blocks(&self) -> Vec<usize>;
    /// Raw scores of all cases under every head and view, `[heads][views][cases]`; larger = more anomalous. A case's bits do not
    /// depend on the others. Heads that are not `wanted` may have any.
    fn scores(&self, kind: ScoreKind, features: &Features, wanted: &[bool], scratch: &mut Scratch) -> Vec<f64>;
    /// For each head and view, head by head, the raw scores of the cases of the view's fold, as ones that it never saw.
    fn held_out(&self, kind: ScoreKind, features: &Features, cases: Unseen) -> Vec<Vec<f64>>;
    /// For each view raw scores of some of its own training cases, whose folds are `folds`, to measure its centre and scale
    /// by; `None` for an expert whose views' scores compare as they are.
    fn in_sample(&self, features: &Features, folds: &[usize]) -> Option<Vec<Vec<f64>>>;
    /// Features that some view looks at; `None` for all.
    fn features_seen(&self) -> Option<Vec<u32>>;
    /// What it keeps of the training cases.
    fn holds(&self) -> Held;
    /// Training rows that a model file holds of it, one that several views hold counted as often.
    fn rows_held(&self) -> usize;
    /// Whether it is a density that samples can be drawn from.
    fn has_density(&self) -> bool;
    /// A sample of view `view`.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a view whose features cannot be mapped back, and of an expert without a density.
    fn sample(&self, view: usize, rng: &mut ChaCha8Rng) -> Result<FeatureSample>;
    /// Writes itself into a model file, tensors `PREFIX.…`.
    fn write(&self, file: &mut Container, prefix: &str);
}
