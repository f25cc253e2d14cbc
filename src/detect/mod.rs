//! The method: views, flows, calibration, active learning, the model file.

pub mod chi_square;
mod detector;
pub mod mahalanobis;
pub mod model_file;
mod progress;

pub use detector::{Detector, DetectorBuilder, Model, ModelInfo, Preset, Samples, ScoreKind, Threshold};
pub use progress::{Progress, Quiet};
