//! Settings of a learner: which, and on what.

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::Result;

/// A learner that is no flow, once a fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnerConfiguration {
    /// Its name.
    pub learner: String,
    /// The encoder's block it learns from; `*` stands for the number of the fold that it leaves out.
    pub input: String,
}

impl LearnerConfiguration {
    /// The learner `learner` on block `input`.
    pub fn new(learner: &str, input: &str) -> LearnerConfiguration {
        LearnerConfiguration { learner: learner.into(), input: input.into() }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"learner": self.learner, "input": self.input})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<LearnerConfiguration> {
        Ok(LearnerConfiguration::new(f.str("learner")?, f.str("input")?))
    }
}
