//! Training cases that may hold anomalies: the most unusual ones are left out of the fit, and calibrate all the same.
//!
//! A quick learner is fitted alone, each case is scored as unseen, and the share of cases with the largest scores is left
//! out of everything that follows. The finished model has never seen them: their scores under all of its views stand beside
//! the held-out scores of the others when p-values are ranked. Without them p-values would be those of a law whose tail was
//! cut off, and far too small (docs/decisions/0004).

use super::calibration::Conformal;
use super::configuration::{CalibrationKind, Configuration, ScoreKind};
use super::detector::{DetectorBuilder, MIN_ROWS};
use super::model::Model;
use crate::data::Dataset;
use crate::error::{Error, Result};

impl DetectorBuilder<'_> {
    /// Those of the cases `normal` that are fitted, in order: all without trimming.
    pub(super) fn usual(
        &self,
        configuration: &Configuration,
        cases: &dyn Dataset,
        normal: Vec<usize>,
    ) -> Result<Vec<usize>> {
        let Some(trimming) = &configuration.trimming else { return Ok(normal) };
        let scorer = Configuration {
            families: Vec::new(),
            learners: vec![trimming.learner.clone()],
            selection: None,
            calibration: CalibrationKind::LeaveOneOut,
            score: ScoreKind::Calibrated,
            active: None,
            trimming: None,
            ..configuration.clone()
        };
        // Nothing of the judge stays: it may keep training rows, and is none of the experts that were asked for.
        let scores = self.clone().exactly(scorer).fit(cases)?.training_scores().to_vec();
        if scores.len() != normal.len() {
            return Err(Error::Usage(
                "the learner that judges training cases leaves out some folds only; give it as many views as folds"
                    .into(),
            ));
        }
        let count = ((1.0 - trimming.share) * normal.len() as f64).round() as usize;
        let mut order: Vec<usize> = (0..normal.len()).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
        order.truncate(count.max(MIN_ROWS));
        order.sort_unstable();
        Ok(order.into_iter().map(|i| normal[i]).collect())
    }
}

impl Model {
    /// The model with p-values ranked among all of the cases `normal`, of which it was fitted to `kept`; cases are known by
    /// their numbers from now on.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model that only some folds calibrate: among few scores of usual cases the unusual ones would be
    /// too many, and p-values far too large.
    pub(super) fn calibrated_by(mut self, cases: &dyn Dataset, normal: &[usize], kept: &[usize]) -> Result<Model> {
        self.conformal.rename(kept);
        if kept.len() == normal.len() {
            return Ok(self);
        }
        if self.conformal.cases() != kept.len() {
            let folds = self.configuration.folds;
            return Err(Error::Usage(format!(
                "a robust fit needs views that leave out each of the {folds} folds, and these leave out some only; raise the \
                 number of views, or take another preset"
            )));
        }
        let is_kept = |i: &usize| kept.binary_search(i).is_ok();
        let trimmed: Vec<usize> = normal.iter().copied().filter(|i| !is_kept(i)).collect();
        let of_trimmed = self.score(&*cases.select(&trimmed)?)?;
        let (mut own, mut others) = (self.conformal.scores().iter(), of_trimmed.iter());
        let score = |i: &usize| if is_kept(i) { own.next() } else { others.next() };
        self.conformal = Conformal::of_training(normal.iter().filter_map(score).copied().collect(), normal.to_vec());
        Ok(self)
    }
}
