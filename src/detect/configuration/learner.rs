//! Settings of a learner: which, on what, what a member leaves out, and which of its scores stand for election.

use serde_json::{Value, json};

use super::ViewInput;
use super::bounds::LONGEST_NAME;
use crate::data::container::Fields;
use crate::error::{Bounds, Result, quoted};

/// What a member of a learner leaves out, to score it as unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Its fold.
    Fold,
    /// The case itself: the member learns from all cases. For learners that can leave one out afterwards.
    Case,
}

impl LeftOut {
    const NAMES: [(&'static str, LeftOut); 2] = [("fold", LeftOut::Fold), ("case", LeftOut::Case)];

    fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, left_out)| *left_out == self).map_or("", |(name, _)| name)
    }
}

/// A learner that is no flow, once a fold, or once a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnerConfiguration {
    /// Its name.
    pub learner: String,
    /// What it learns from: a block a fold, its name with `*` for the number of the fold, or a block a view.
    pub input: ViewInput,
    /// Members: of a block a view as many as views, else one a fold.
    pub views: usize,
    /// What each member leaves out.
    pub left_out: LeftOut,
    /// Which of its scores the panel may keep; all if empty.
    pub scores: Vec<String>,
}

impl LearnerConfiguration {
    /// The learner `learner` on block `input`, once for each of `folds` folds, with all its scores.
    pub fn new(learner: &str, input: &str, folds: usize) -> LearnerConfiguration {
        LearnerConfiguration {
            learner: learner.into(),
            input: ViewInput::block(input),
            views: folds,
            left_out: LeftOut::Fold,
            scores: Vec::new(),
        }
    }

    /// The learner `learner` on each of `views` blocks, learned from all cases.
    pub fn of_views(learner: &str, views: usize) -> LearnerConfiguration {
        let input = ViewInput::BlockAView;
        LearnerConfiguration { learner: learner.into(), input, views, left_out: LeftOut::Case, scores: Vec::new() }
    }

    /// # Errors
    /// [`crate::Error::Usage`] naming the learner, behind `of`, the field and what it must be.
    pub(super) fn check(&self, of: &str) -> Result<()> {
        let bounds = Bounds(format!("{of}learner {}", quoted(&self.learner)));
        bounds.size("length of its name", self.learner.len(), 1..=LONGEST_NAME)?;
        bounds.size("length of its input's name", self.input.name().len(), 0..=LONGEST_NAME)?;
        bounds.size("views", self.views, 1..=4096)?;
        bounds.size("number of its scores", self.scores.len(), 0..=64)?;
        let longest = self.scores.iter().map(String::len).max().unwrap_or(0);
        bounds.size("length of a score's name", longest, 0..=LONGEST_NAME)
    }

    /// Whether the panel may keep its score `name`.
    pub(in crate::detect) fn offers(&self, name: &str) -> bool {
        self.scores.is_empty() || self.scores.iter().any(|score| score == name)
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "learner": self.learner, "input": self.input.to_json(), "views": self.views,
            "left_out": self.left_out.name(), "scores": self.scores,
        })
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<LearnerConfiguration> {
        Ok(LearnerConfiguration {
            learner: f.str("learner")?.into(),
            input: ViewInput::read(f, "input")?,
            views: f.usize("views")?,
            left_out: f.one_of("left_out", &LeftOut::NAMES)?,
            scores: f.strings("scores")?,
        })
    }
}
