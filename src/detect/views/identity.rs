//! Rows as they are: the views of an encoder that makes a block a view.

use super::ViewFamily;
use super::family::{Family, Place, SquareMap, SquareMaps};
use super::linear::Linear;
use super::training_block::TrainingBlock;

impl ViewFamily {
    /// `A_k = I`, `b_k = 0`: the encoder has made the views.
    pub const IDENTITY: ViewFamily = ViewFamily(&Identity);
}

struct Identity;

impl Family for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }
    fn features(&self, _: usize, d: usize) -> usize {
        d
    }
    fn draw(&self, _: &Place, _: usize, _: &TrainingBlock) -> Option<Linear> {
        None
    }
    fn squares<'a>(&self, _: &SquareMaps<'a>) -> Option<SquareMap<'a>> {
        None
    }
}
