//! The constants of a detector and the named configurations.

mod active;
#[allow(clippy::module_inception)]
mod configuration;
mod extractor;
mod family;
mod optimiser;
mod paper;
mod preset;
mod presets;
mod score_kind;
mod series;
mod tables;

pub use active::ActiveConfiguration;
pub use configuration::Configuration;
pub use extractor::{ExtractorConfiguration, ExtractorKind};
pub use family::{FamilyConfiguration, RowScaling, ViewInput};
pub use optimiser::Optimiser;
pub use preset::Preset;
pub use score_kind::ScoreKind;
