//! The method: views, experts, calibration, fusion, active learning; what can be fitted and what was fitted.

pub mod baselines;
mod calibration;
mod configuration;
mod detector;
mod experts;
mod explanation;
mod model;
mod panel;
pub mod registry;
mod traits;
mod trimming;
mod views;

pub use calibration::{Cut, Drift, DriftWatch, Threshold};
pub use configuration::{
    ActiveConfiguration, CalibrationKind, Configuration, Experts, ExtractorConfiguration, ExtractorKind,
    FamilyConfiguration, LearnerConfiguration, LeftOut, Optimiser, Preset, RowScaling, ScoreKind,
    SelectionConfiguration, TrimmingConfiguration, ViewInput,
};
pub use detector::{Detector, DetectorBuilder, MIN_ROWS};
pub use experts::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub use explanation::{Cause, Explanation, explain};
pub use model::{Model, Samples, TrainingInput, TrainingScore};
pub use panel::PanelMember;
pub use traits::{Fit, Fitted, Registration};
pub use views::ViewFamily;
