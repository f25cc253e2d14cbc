//! Settings of active learning, Algorithm 1.

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::{Bounds, Result};

/// Algorithm 1's constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActiveConfiguration {
    /// Rounds.
    pub rounds: usize,
    /// Share of the samples kept, those of lowest likelihood (Eq. 11).
    pub keep: f64,
    /// Tail probability of the χ² gate.
    pub gate: f64,
    /// After round r a batch holds the share `share·r/(1 + share·r)` of augmented samples.
    pub share: f64,
    /// False: the control, the same steps without augmented samples.
    pub augment: bool,
}

impl Default for ActiveConfiguration {
    fn default() -> Self {
        ActiveConfiguration { rounds: 5, keep: 0.1, gate: 0.05, share: 0.1, augment: true }
    }
}

impl ActiveConfiguration {
    /// # Errors
    /// [`crate::Error::Usage`] naming the field and what it must be.
    pub(in crate::detect) fn check(&self) -> Result<()> {
        let bounds = Bounds("active learning".into());
        bounds.size("rounds", self.rounds, 0..=1000)?;
        bounds.size("keep", self.keep, 0.0..=1.0)?;
        bounds.size("share", self.share, 0.0..=1000.0)?;
        if !(self.gate > 0.0 && self.gate < 1.0) {
            bounds.refuse("gate", self.gate, "lie strictly between 0 and 1")?;
        }
        Ok(())
    }

    pub(super) fn to_json(self) -> Value {
        json!({"rounds": self.rounds, "keep": self.keep, "gate": self.gate, "share": self.share, "augment": self.augment})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<ActiveConfiguration> {
        Ok(ActiveConfiguration {
            rounds: f.usize("rounds")?,
            keep: f.f64("keep")?,
            gate: f.f64("gate")?,
            share: f.f64("share")?,
            augment: f.bool("augment")?,
        })
    }
}
