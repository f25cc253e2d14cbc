//! The constants of a detector and the named configurations.

mod active;
mod bounds;
mod calibration;
#[allow(clippy::module_inception)]
mod configuration;
mod experts;
mod extractor;
mod family;
mod learner;
mod optimiser;
mod preset;
mod presets;
mod score_kind;
mod selection;
mod trimming;

pub use active::ActiveConfiguration;
pub(in crate::detect) use bounds::MOST_VIEWS;
pub use calibration::CalibrationKind;
pub use configuration::Configuration;
pub(in crate::detect) use configuration::{FLOWS, member_name};
pub use experts::Experts;
pub use extractor::{ExtractorConfiguration, ExtractorKind};
pub use family::{FamilyConfiguration, RowScaling, ViewInput};
pub use learner::{LearnerConfiguration, LeftOut};
pub use optimiser::Optimiser;
pub use preset::Preset;
pub use score_kind::ScoreKind;
pub use selection::SelectionConfiguration;
pub use trimming::TrimmingConfiguration;
