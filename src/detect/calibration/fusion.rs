//! Fusion of all views into one score.
//!
//! With `m_e` the mean of `t²` over the views of raw score `e`: the root of `Σ_e w_e m_e` of a panel, the shares `w_e` adding up
//! to 1; the root of `mean_e m_e²` of flows alone, in which one large surprisal outweighs many small ones; or, for
//! likelihoods, the mean over all views.

use super::Calibration;
use crate::detect::configuration::{CalibrationKind, Configuration, ScoreKind};
use crate::stats::bounded;

/// Adds up contributions of views, expert by expert.
pub(in crate::detect) struct ScoreAggregator {
    kind: ScoreKind,
    calibration: CalibrationKind,
    family: (f64, f64),
    families: (f64, f64),
}

impl ScoreAggregator {
    /// Nothing added yet.
    pub(in crate::detect) fn new(configuration: &Configuration) -> Self {
        let Configuration { score: kind, calibration, .. } = *configuration;
        ScoreAggregator { kind, calibration, family: (0.0, 0.0), families: (0.0, 0.0) }
    }
    /// Adds the raw score of view `view` of the current family.
    pub(in crate::detect) fn add(&mut self, calibration: &Calibration, view: usize, score: f64) {
        let contribution = match self.kind {
            ScoreKind::Calibrated => calibration.contribution(view, score),
            ScoreKind::Likelihood | ScoreKind::Latent => score,
        };
        self.family.0 += contribution;
        self.family.1 += 1.0;
    }
    /// Ends the views of a raw score whose share of the panel is `share`.
    pub(in crate::detect) fn end_family(&mut self, share: f64) {
        let (sum, count) = std::mem::take(&mut self.family);
        if self.kind != ScoreKind::Calibrated {
            self.families.0 += sum;
            self.families.1 += count;
        } else if count > 0.0 {
            let mean = sum / count;
            let (sum, shares) = self.families;
            self.families = match self.calibration {
                CalibrationKind::HeldOut => (sum.hypot(mean), shares + 1.0),
                CalibrationKind::LeaveOneOut => (sum + share * mean, shares + share),
            };
        }
    }
    /// Adds all views of a family at once, by the mean of their `views` contributions; `None` if there are none.
    pub(in crate::detect) fn add_mean(&mut self, views: usize, mean: Option<f64>, share: f64) {
        if let Some(mean) = mean {
            self.family = (mean * views as f64, views as f64);
        }
        self.end_family(share);
    }
    /// The score of all families ended so far.
    pub(in crate::detect) fn value(&self) -> f64 {
        let (sum, count) = self.families;
        let count = if count > 0.0 { count } else { 1.0 };
        bounded(match (self.kind, self.calibration) {
            (ScoreKind::Calibrated, CalibrationKind::HeldOut) => sum / count.sqrt(),
            (ScoreKind::Calibrated, CalibrationKind::LeaveOneOut) => (sum / count).sqrt(),
            (ScoreKind::Likelihood | ScoreKind::Latent, _) => sum / count,
        })
    }
}
