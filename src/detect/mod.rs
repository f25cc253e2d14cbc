//! The method: views, experts, calibration, fusion, active learning; what can be fitted and what was fitted.

pub mod baselines;
mod calibration;
mod configuration;
mod detector;
mod door;
mod experts;
mod fusion;
mod model;
mod naf;
pub mod registry;
mod samples;
mod views;

pub use calibration::Threshold;
pub use configuration::{
    ActiveConfiguration, Configuration, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, Optimiser, Preset,
    RowScaling, ScoreKind, ViewInput,
};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS};
pub use door::{Fit, Fitted, Registration};
pub use experts::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub use model::Model;
pub use samples::Samples;
pub use views::ViewFamily;
