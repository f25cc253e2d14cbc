//! Self-supervised anomaly detection with neural autoregressive flows, on the CPU.
#![forbid(unsafe_code)]

pub mod autodiff;
#[cfg(all(feature = "cli", feature = "report"))]
pub mod cli;
pub mod data;
pub mod detect;
pub mod encode;
mod error;
#[cfg(feature = "cli")]
pub mod evaluate;
pub mod flow;
pub mod nn;
mod progress;
pub mod random;
#[cfg(feature = "report")]
pub mod report;
pub mod stats;

pub use detect::{Detector, Model, Preset, ScoreKind, Threshold};
pub use error::{DataError, Error, Result};
pub use progress::{Progress, Quiet};

/// The README's example, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
