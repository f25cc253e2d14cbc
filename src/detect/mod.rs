//! The method: views, flows, calibration, active learning, the model file.

mod active;
mod calibration;
mod chi_square;
mod configuration;
mod content;
mod detector;
mod family;
mod features;
mod mahalanobis;
mod model;
pub mod model_file;
mod normal_quantile;
mod progress;
mod samples;
mod view;

pub use chi_square::quantile_upper as chi_square_quantile;
pub use configuration::{ActiveConfiguration, Base, Configuration, FamilyConfiguration, MapKind};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS, Preset, ScoreKind};
pub use mahalanobis::Mahalanobis;
pub use model::{Model, Threshold};
pub use progress::{Progress, Quiet};
pub use samples::Samples;
