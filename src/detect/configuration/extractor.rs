//! Settings of a feature extractor f_θ, one a flow.

use serde_json::{Value, json};

use super::bounds::MOST_STEPS;
use crate::data::container::Fields;
use crate::error::{Bounds, Result};

/// How the feature extractor behind a family's views comes by its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtractorKind {
    /// At random, then frozen.
    Random,
    /// By predicting which view a row is seen under, then frozen.
    Predictive,
    /// With the flow, by Eq. 6: the paper's. The loss has no minimum; see [`crate::detect::DivergenceCheck`].
    Joint,
}

/// A feature extractor f_θ, one a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractorConfiguration {
    /// Where its weights come from.
    pub kind: ExtractorKind,
    /// Hidden layers with leaky ReLU; a linear head follows.
    pub layers: usize,
    /// Hidden width.
    pub hidden: usize,
    /// Rows of a step of its training, each under every view of its flow.
    pub rows: usize,
    /// Steps of its training, alone (predictive) or with the flow (joint).
    pub steps: u64,
}

impl ExtractorKind {
    /// Each with its name in configurations and model files.
    const NAMES: [(&'static str, ExtractorKind); 3] =
        [("random", ExtractorKind::Random), ("predictive", ExtractorKind::Predictive), ("joint", ExtractorKind::Joint)];

    fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

impl ExtractorConfiguration {
    /// # Errors
    /// [`crate::Error::Usage`] naming the family, the field and what it must be.
    pub(super) fn check(&self, family: &str) -> Result<()> {
        let bounds = Bounds(format!("extractor of {family}"));
        bounds.size("layers", self.layers, 1..=64)?;
        bounds.size("hidden", self.hidden, 1..=65_536)?;
        bounds.size("rows", self.rows, 1..=65_536)?;
        bounds.size("steps", self.steps, 0..=MOST_STEPS)
    }

    pub(super) fn to_json(self) -> Value {
        json!({"kind": self.kind.name(), "layers": self.layers, "hidden": self.hidden, "rows": self.rows,
            "steps": self.steps})
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<ExtractorConfiguration> {
        Ok(ExtractorConfiguration {
            kind: f.one_of("kind", &ExtractorKind::NAMES)?,
            layers: f.usize("layers")?,
            hidden: f.usize("hidden")?,
            rows: f.usize("rows")?,
            steps: f.u64("steps")?,
        })
    }
}
