//! The method: views, flows, calibration, active learning, the model file.

mod detector;
mod progress;
pub mod series;

pub use detector::{Detector, DetectorBuilder, Model, ModelInfo, Preset, Samples, ScoreKind, Threshold};
pub use progress::{Progress, Quiet};
