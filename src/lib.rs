//! Self-supervised anomaly detection with neural autoregressive flows, on the CPU.
#![forbid(unsafe_code)]

pub mod data;
pub mod detect;
mod error;

pub use detect::{Detector, Model, Preset, ScoreKind, Threshold};
pub use error::{DataError, Error, Result};
