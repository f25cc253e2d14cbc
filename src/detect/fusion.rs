//! Fusion of all views into one score.
//!
//! With `m_e` the mean of `t²` over the views of expert `e`: the root of `mean_e m_e` of a panel; the root of `mean_e m_e²` of
//! flows alone, in which one large surprisal outweighs many small ones; or, for likelihoods, the mean over all views.

use super::calibration::Calibration;
use super::configuration::{CalibrationKind, Configuration, ScoreKind};

/// Adds up contributions of views, expert by expert.
pub(super) struct ScoreAggregator {
    kind: ScoreKind,
    calibration: CalibrationKind,
    family: (f64, f64),
    families: (f64, f64),
}

impl ScoreAggregator {
    /// Nothing added yet.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let Configuration { score: kind, calibration, .. } = *configuration;
        ScoreAggregator { kind, calibration, family: (0.0, 0.0), families: (0.0, 0.0) }
    }
    /// Adds the raw score of view `view` of the current family.
    pub(super) fn add(&mut self, calibration: &Calibration, view: usize, score: f64) {
        let contribution = match self.kind {
            ScoreKind::Calibrated => calibration.contribution(view, score),
            ScoreKind::Likelihood | ScoreKind::Latent => score,
        };
        self.family.0 += contribution;
        self.family.1 += 1.0;
    }
    /// Ends a family of views.
    pub(super) fn end_family(&mut self) {
        let (sum, count) = std::mem::take(&mut self.family);
        if self.kind != ScoreKind::Calibrated {
            self.families.0 += sum;
            self.families.1 += count;
        } else if count > 0.0 {
            let mean = sum / count;
            self.families.0 = match self.calibration {
                CalibrationKind::HeldOut => self.families.0.hypot(mean),
                CalibrationKind::LeaveOneOut => self.families.0 + mean,
            };
            self.families.1 += 1.0;
        }
    }
    /// Adds all views of a family at once, by the mean of their `views` contributions; `None` if there are none.
    pub(super) fn add_mean(&mut self, views: usize, mean: Option<f64>) {
        if let Some(mean) = mean {
            self.family = (mean * views as f64, views as f64);
        }
        self.end_family();
    }
    /// The score of all families ended so far.
    pub(super) fn value(&self) -> f64 {
        let (sum, count) = (self.families.0, self.families.1.max(1.0));
        match (self.kind, self.calibration) {
            (ScoreKind::Calibrated, CalibrationKind::HeldOut) => sum / count.sqrt(),
            (ScoreKind::Calibrated, CalibrationKind::LeaveOneOut) => (sum / count).sqrt(),
            (ScoreKind::Likelihood | ScoreKind::Latent, _) => sum / count,
        }
    }
}
