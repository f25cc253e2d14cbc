//! The method: views, flows, calibration, active learning, the model file.

mod active;
pub mod baselines;
mod calibration;
mod configuration;
mod content;
mod detector;
mod door;
mod extractor;
mod family;
mod features;
mod model;
mod naf;
mod paper;
mod presets;
pub mod registry;
mod representation;
mod samples;
mod schema;
pub mod series;
mod view;

pub use configuration::{
    ActiveConfiguration, Base, Configuration, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, MapKind,
    Optimiser, RowScaling,
};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS, Preset, ScoreKind};
pub use door::{Fit, Fitted, Registration};
pub use extractor::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub use model::{Model, Threshold};
pub use samples::Samples;
