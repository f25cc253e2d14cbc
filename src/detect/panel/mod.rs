//! The panel: which experts a model keeps, each calibrated by the cases it has not seen, and what else a score is made of.

mod calibrate;
mod fitted_expert;
mod novelty;
mod selection;

pub(super) use calibrate::calibrate;
pub use fitted_expert::PanelMember;
pub(super) use fitted_expert::{FittedExpert, FittedHead, Origin};
pub(super) use novelty::Novelty;
pub(super) use selection::MadeCases;
