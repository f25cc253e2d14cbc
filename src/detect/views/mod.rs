//! Affine views `T_k(x) = A_k·x + b_k` of a block's rows (Eq. 1) and the families they come from.
//!
//! A family is one file here and one line in [`FAMILIES`].

mod axes;
mod family;
mod gaussian;
mod identity;
mod linear;
mod rotation;
mod training_block;
mod view;
mod whitening;

pub use family::ViewFamily;
pub(super) use family::{Place, SquareMaps};
pub(super) use training_block::TrainingBlock;
pub(super) use view::View;

/// All families, one line each.
const FAMILIES: &[ViewFamily] = &[ViewFamily::AXES, ViewFamily::GAUSSIAN, ViewFamily::ROTATION, ViewFamily::IDENTITY];

impl ViewFamily {
    /// The family of that name.
    pub fn named(name: &str) -> Option<ViewFamily> {
        FAMILIES.iter().copied().find(|family| family.name() == name)
    }
}
