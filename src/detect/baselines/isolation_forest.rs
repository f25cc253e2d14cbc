//! Isolation forest (Liu, Ting, Zhou 2008): `2^(−mean relative depth)` of a row in random isolation trees.

use std::sync::Arc;

use rayon::prelude::*;

use super::forest::Forest;
use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::Container;
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening};
use crate::error::Result;
use crate::progress::Progress;
use crate::stats::bounded;

/// A forest of random isolation trees.
#[derive(Clone, Copy, Debug)]
pub struct IsolationForest {
    /// Number of trees.
    pub trees: usize,
    /// Rows each tree sees, drawn without replacement; all if there are fewer.
    pub subsample: usize,
}

impl Default for IsolationForest {
    /// 100 trees of 256 rows.
    fn default() -> Self {
        IsolationForest { trees: 100, subsample: 256 }
    }
}

impl Fit for IsolationForest {
    fn fit(&self, train: &dyn Dataset, seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 1, "the isolation forest")?;
        let rows = encode::fit_flattening(train)?;
        let forest = Forest::grow(self.trees, self.subsample, &rows.points(train)?, seed, 0);
        Ok(Box::new(FittedForest { rows, forest }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct FittedForest {
    rows: Arc<dyn Flattening>,
    forest: Forest,
}

impl Fitted for FittedForest {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let score = |row: &[f64]| bounded((-self.forest.relative_depth(row)).exp2());
        let points = self.rows.points(cases)?;
        Ok(points.values().par_chunks(points.columns()).map(score).collect())
    }

    /// Tensors `forest.…`.
    fn write(&self, file: &mut Container) {
        file.set("detector", "iforest");
        self.rows.write(file);
        self.forest.write(file, "forest");
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let forest = Forest::read(file, "forest", rows.width())?;
    Ok(Box::new(FittedForest { rows, forest }))
}
