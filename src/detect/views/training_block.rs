//! The rows of a block that a view may learn from.

use crate::encode::Block;

/// The rows of a block that a view may learn from.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct TrainingBlock<'a> {
    /// All cases.
    pub block: &'a Block,
    /// Those that train.
    pub rows: &'a [usize],
}
