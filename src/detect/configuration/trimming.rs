//! Settings of a fit to training cases that may hold anomalies.

use serde_json::{Value, json};

use super::LearnerConfiguration;
use crate::data::container::Fields;
use crate::error::{Error, Result};

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
    /// [`Error::Usage`] for a share that is no share.
    pub(super) fn check(&self) -> Result<()> {
        if self.share > 0.0 && self.share <= 0.5 {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "the share of training cases to leave out is {}, and must lie in (0, 0.5]",
            self.share
        )))
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
