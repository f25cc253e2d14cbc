//! Named configurations, one list a kind of data.

use super::{Configuration, series, tables};
use crate::data::Kind;
use crate::encode;
use crate::error::Result;

/// A named configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Preset {
    /// The recipe chosen on development data.
    #[default]
    Default,
    /// The same families with fewer flows, trained for a quarter of the steps.
    Fast,
    /// The paper's set-up taken literally: 256 dense Gaussian views, an extractor of 8 leaky-ReLU nodes trained together
    /// with one flow of 4 blocks; scores by mean −log p unless told otherwise. For studies: see docs/method.md.
    Paper,
}

impl Preset {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Default => "default",
            Preset::Fast => "fast",
            Preset::Paper => "paper",
        }
    }
}

/// What a kind of data makes of a preset.
type Presets = fn(Preset) -> Result<Configuration>;

/// One line a kind of data.
const PRESETS: [(Kind, Presets); 2] = [(encode::table::KIND, tables::preset), (encode::series::KIND, series::preset)];

impl Configuration {
    /// The configuration of a preset for data of the kind `kind`, without active learning.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a preset that the kind does not have.
    pub fn preset(kind: Kind, preset: Preset) -> Result<Configuration> {
        let (_, configuration) = PRESETS.into_iter().find(|(of, _)| *of == kind).expect("a list of presets a kind");
        configuration(preset)
    }
}
