//! The method: views, flows, calibration, active learning, the model file.

mod active;
mod calibration;
mod cases;
pub mod chi_square;
mod configuration;
mod content;
mod detector;
mod extractor;
mod family;
mod features;
pub mod mahalanobis;
mod model;
pub mod model_file;
mod normal_quantile;
mod paper;
mod progress;
mod representation;
mod samples;
mod schema;
pub mod series;
mod view;

pub use cases::{Cases, SERIES_LABEL};
pub use configuration::{
    ActiveConfiguration, Base, Configuration, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, MapKind,
    Optimiser, RowScaling,
};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS, Preset, ScoreKind};
pub use extractor::{CollapseAlarm, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub use model::{Model, Threshold};
pub use progress::{Progress, Quiet};
pub use samples::Samples;
