//! A fitted detector: how it scores, what it is made of, its file, samples of it, and new p-values for it.

mod explaining;
#[allow(clippy::module_inception)]
mod model;
mod persistence;
mod recalibration;
mod samples;
mod summary;
mod training_inputs;
mod training_scores;

pub use model::Model;
pub use samples::Samples;
pub(super) use summary::Summary;
pub use training_inputs::TrainingInput;
pub use training_scores::TrainingScore;
