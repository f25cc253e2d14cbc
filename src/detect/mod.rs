//! The method: views, flows, calibration, active learning, the model file.

mod detector;
pub mod model_file;
mod progress;

pub use detector::{Detector, DetectorBuilder, Model, ModelInfo, Preset, Samples, ScoreKind, Threshold};
pub use progress::{Progress, Quiet};
