//! The method: views, experts, calibration, fusion, active learning; what can be fitted and what was fitted.

pub mod baselines;
mod calibration;
mod configuration;
mod detector;
mod experts;
mod explanation;
mod fitted_expert;
mod model;
pub mod registry;
mod samples;
mod selection;
mod traits;
mod trimming;
mod views;

pub use calibration::Threshold;
pub use configuration::{
    ActiveConfiguration, CalibrationKind, Configuration, Experts, ExtractorConfiguration, ExtractorKind,
    FamilyConfiguration, LearnerConfiguration, LeftOut, Optimiser, Preset, RowScaling, ScoreKind,
    SelectionConfiguration, TrimmingConfiguration, ViewInput,
};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS};
pub use experts::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub use explanation::{Cause, Explanation, explain};
pub use fitted_expert::PanelMember;
pub use model::Model;
pub use samples::Samples;
pub use traits::{Fit, Fitted, Registration};
pub use views::ViewFamily;
