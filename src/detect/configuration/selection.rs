//! Settings of the selection of experts.

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::Result;

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
    pub(super) fn to_json(self) -> Value {
        json!({"keep": self.keep, "flows": self.flows, "cases": self.cases})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<SelectionConfiguration> {
        Ok(SelectionConfiguration {
            keep: f.usize_in("keep", 0..=1 << 16)?,
            flows: f.usize_in("flows", 0..=1 << 16)?,
            cases: f.usize_in("cases", 1..=1 << 32)?,
        })
    }
}
