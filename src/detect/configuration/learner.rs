//! Settings of a learner: which, on what, and which of its scores stand for election.

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
    /// Which of its scores the panel may keep; all if empty.
    pub scores: Vec<String>,
}

impl LearnerConfiguration {
    /// The learner `learner` on block `input`, with all its scores.
    pub fn new(learner: &str, input: &str) -> LearnerConfiguration {
        LearnerConfiguration { learner: learner.into(), input: input.into(), scores: Vec::new() }
    }

    /// Whether the panel may keep its score `name`.
    pub(in crate::detect) fn offers(&self, name: &str) -> bool {
        self.scores.is_empty() || self.scores.iter().any(|score| score == name)
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"learner": self.learner, "input": self.input, "scores": self.scores})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<LearnerConfiguration> {
        let scores = f.strings("scores")?;
        Ok(LearnerConfiguration { scores, ..LearnerConfiguration::new(f.str("learner")?, f.str("input")?) })
    }
}
