//! Settings of a fit to training cases that may hold anomalies.

use serde_json::{Value, json};

use super::LearnerConfiguration;
use crate::data::container::Fields;
use crate::error::{Bounds, Result};

/// Which training cases are left out of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct TrimmingConfiguration {
    /// The share of them, the most unusual ones, in (0, ½].
    pub share: f64,
    /// What says how unusual a case is.
    pub learner: LearnerConfiguration,
}

impl TrimmingConfiguration {
    /// # Errors
    /// [`crate::Error::Usage`] for a share that is no share, or the learner's settings.
    pub(super) fn check(&self) -> Result<()> {
        if !(self.share > 0.0 && self.share <= 0.5) {
            Bounds("trimming".into()).refuse("share", self.share, "lie in (0, 0.5]")?;
        }
        self.learner.check("trimming: ")
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"share": self.share, "learner": self.learner.to_json()})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<TrimmingConfiguration> {
        Ok(TrimmingConfiguration {
            share: f.f64("share")?,
            learner: LearnerConfiguration::read(&f.object("learner")?)?,
        })
    }
}
