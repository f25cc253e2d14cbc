//! What each kind of data makes of the named configurations, one line a kind.

use super::{Configuration, Preset, series, tables};
use crate::data::Kind;
use crate::encode;
use crate::error::Result;

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
