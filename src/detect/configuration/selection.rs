//! Settings of the selection of experts.

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::{Bounds, Result};

/// How many experts are kept, and by which cases they are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectionConfiguration {
    /// Scores of experts that are no flows to keep, the best ones.
    pub keep: usize,
    /// Families of flows to keep, the best ones.
    pub flows: usize,
    /// Most held-out cases, each made into one of every kind.
    pub cases: usize,
}

impl SelectionConfiguration {
    /// # Errors
    /// [`crate::Error::Usage`] naming the field and what it must be.
    pub(super) fn check(&self) -> Result<()> {
        let bounds = Bounds("selection".into());
        bounds.size("keep", self.keep, 0..=65_536)?;
        bounds.size("flows", self.flows, 0..=65_536)?;
        bounds.size("cases", self.cases, 1..=1 << 32)
    }

    pub(super) fn to_json(self) -> Value {
        json!({"keep": self.keep, "flows": self.flows, "cases": self.cases})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<SelectionConfiguration> {
        Ok(SelectionConfiguration { keep: f.usize("keep")?, flows: f.usize("flows")?, cases: f.usize("cases")? })
    }
}
