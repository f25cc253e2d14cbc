//! What each kind of data makes of the named configurations, one line a kind.

mod panel;
mod paper;
mod series;
mod tables;

use std::sync::Arc;

use super::{Configuration, Experts, Preset};
use crate::data::Kind;
use crate::encode::{self, WindowEncoding};
use crate::error::Result;

/// What a kind of data makes of a preset.
type Presets = fn(Preset) -> Result<Configuration>;

/// One line a kind of data: flows alone, the panel, and every expert.
const PRESETS: [(Kind, [Presets; 3]); 2] = [
    (encode::table::KIND, [tables::preset, panel::preset, panel::all]),
    (encode::series::KIND, [series::preset, series::panel, series::all]),
];

impl Configuration {
    /// The same for windows of a log, whose figures are the rows of a table, of a configuration for tables.
    #[must_use]
    pub fn of_windows(self) -> Configuration {
        Configuration { encoder: Arc::new(WindowEncoding { rows: self.encoder }), ..self }
    }

    /// The configuration of a preset for data of the kind `kind`, without active learning.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a preset that the kind does not have.
    pub fn preset(kind: Kind, experts: Experts, preset: Preset) -> Result<Configuration> {
        Ok(Configuration { trimming: None, ..Configuration::robust(kind, experts, preset)? })
    }

    /// As [`Configuration::preset`], for training cases that may hold anomalies: the most unusual ones are left out.
    ///
    /// # Errors
    /// As [`Configuration::preset`].
    pub fn robust(kind: Kind, experts: Experts, preset: Preset) -> Result<Configuration> {
        let line = PRESETS.into_iter().find(|(of, _)| *of == kind);
        let (_, [flows, panel, all]) = line.expect("a list of presets a kind");
        match experts {
            Experts::Flows => flows(preset),
            Experts::Panel => panel(preset),
            Experts::All => all(preset),
        }
    }
}
