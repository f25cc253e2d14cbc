//! An isolation forest of 100 trees of 256 rows: the baseline's trees on the rows of a block. Head `depth = −mean depth`,
//! in units of the expected depth.

use super::{Learned, Learner, Stream};
use crate::data::container::Container;
use crate::detect::baselines::Forest;
use crate::encode::{Held, Points};
use crate::error::Result;

/// Trees, and rows of a tree.
const TREES: usize = 100;
const ROWS: usize = 256;

/// The number of the first tree of a learner's view; its others follow, fewer than 2³². The baseline's are numbered from 0.
/// Six bits of the view, twenty of the learner, and the rest of the view, of which there are at most 4096.
fn first_tree(learner: u64, view: u64) -> u64 {
    debug_assert!(learner < 1 << 20 && view < 1 << 12, "learner {learner}, view {view}");
    ((((view >> 6) << 26) | (learner << 6) | (view & 63)) + 1) << 32
}

/// Isolation trees.
#[derive(Debug)]
pub(super) struct Isolation;

impl Learner for Isolation {
    fn name(&self) -> &'static str {
        "isolation"
    }
    fn heads(&self) -> &'static [&'static str] {
        &["depth"]
    }
    fn holds(&self) -> Held {
        Held::Figures
    }
    fn fit(&self, rows: Points<'static>, Stream { seed, learner, view }: Stream) -> Result<Box<dyn Learned>> {
        let first = first_tree(learner, view);
        Ok(Box::new(Forest::grow(TREES, ROWS, &rows, seed, first)))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        Ok(Box::new(Forest::read(file, prefix, width)?))
    }
}

impl Learned for Forest {
    fn scores(&self, rows: &Points, _: &[bool]) -> Vec<f64> {
        (0..rows.len()).map(|i| -self.relative_depth(rows.row(i))).collect()
    }
    fn write(&self, file: &mut Container, prefix: &str) {
        Forest::write(self, file, prefix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_views_share_trees() {
        let mut all: Vec<u64> = (0..40).flat_map(|l| (0..4096).map(move |v| first_tree(l, v))).collect();
        assert_eq!(
            (first_tree(0, 0), first_tree(1, 2)),
            (1 << 32, 67 << 32),
            "the numbers that models were fitted with"
        );
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all[0] >= 1 << 32 && all.windows(2).all(|pair| pair[1] - pair[0] >= 1 << 32));
    }
}
