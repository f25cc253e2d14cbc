//! Experts: what gives raw scores of cases from their features, each member fitted without one fold.
//!
//! An expert is one folder or file here and one line in the list of what a configuration may name; today the families of
//! flows.

mod expert;
mod flows;
mod learners;
mod out_of_fold;

pub(super) use expert::{Expert, Scratch, TrainingData, Unseen};
pub use flows::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub(super) use flows::{FlowFamily, Trained, block_width, check_room, train, training_cost, training_steps};
pub(super) use learners::{held_by, most_columns, scores_of};
pub(super) use out_of_fold::OutOfFold;
