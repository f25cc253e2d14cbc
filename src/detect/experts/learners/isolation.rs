//! An isolation forest of 100 trees of 256 rows: the baseline's trees on the rows of a block. Head `depth = −mean depth`,
//! in units of the expected depth.

use super::{Learned, Learner, Stream};
use crate::data::container::Container;
use crate::detect::baselines::Forest;
use crate::encode::Points;
use crate::error::Result;

/// Trees, and rows of a tree.
const TREES: usize = 100;
const ROWS: usize = 256;

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
    fn fit(&self, rows: Points<'static>, Stream { seed, learner, view }: Stream) -> Result<Box<dyn Learned>> {
        // Trees are numbered below 2³² for each learner and view.
        let first = ((learner << 6 | view) + 1) << 32;
        Ok(Box::new(Forest::grow(TREES, ROWS, &rows, seed, first)))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        Ok(Box::new(Forest::read(file, prefix, width)?))
    }
}

impl Learned for Forest {
    fn scores(&self, rows: &Points) -> Vec<f64> {
        (0..rows.len()).map(|i| -self.relative_depth(rows.row(i))).collect()
    }
    fn write(&self, file: &mut Container, prefix: &str) {
        Forest::write(self, file, prefix);
    }
}
