//! Families of flows: views of a block, one neural autoregressive flow for some of them, trained without one fold.

mod active;
mod extractor;
mod family;
mod training;
mod view_features;
mod view_flow;

pub use extractor::{DivergenceCheck, Extractor, ExtractorSpec, JointTrainer, ViewNet, dense_views};
pub(in crate::detect) use family::FlowFamily;
pub(in crate::detect) use training::{Trained, check_room, train, training_cost, training_steps};
pub(in crate::detect) use view_flow::block_width;
