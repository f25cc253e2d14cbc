//! The method: views, flows, calibration, active learning, the model file.

mod active;
mod calibration;
pub mod chi_square;
mod configuration;
mod content;
mod detector;
mod family;
mod features;
pub mod mahalanobis;
mod model;
pub mod model_file;
mod normal_quantile;
mod progress;
mod samples;
pub mod series;
mod view;

pub use configuration::{ActiveConfiguration, Base, Configuration, FamilyConfiguration, MapKind};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS, Preset, ScoreKind};
pub use model::{Model, Threshold};
pub use progress::{Progress, Quiet};
pub use samples::Samples;
