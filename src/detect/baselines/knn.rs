//! Euclidean distance to the k-th nearest training case (Ramaswamy, Rastogi, Shim 2000).

use std::sync::Arc;

use super::neighbours::Neighbours;
use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::Container;
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening, Points};
use crate::error::Result;
use crate::progress::Progress;

/// Nearest-neighbour detector: the distance to the `k`-th nearest training case.
#[derive(Clone, Copy, Debug)]
pub struct NearestNeighbours {
    /// Which neighbour; the farthest if there are fewer training cases.
    pub k: usize,
}

impl Default for NearestNeighbours {
    /// The fifth.
    fn default() -> Self {
        NearestNeighbours { k: 5 }
    }
}

impl Fit for NearestNeighbours {
    fn fit(&self, train: &dyn Dataset, _seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 1, "the nearest-neighbour detector")?;
        let rows = encode::fit_flattening(train)?;
        let points = rows.points(train)?.into_owned();
        Ok(Box::new(KthDistance { k: self.k.clamp(1, points.len()), neighbours: Neighbours::new(points), rows }))
    }
}

/// Training cases to measure from.
#[derive(Debug)]
struct KthDistance {
    rows: Arc<dyn Flattening>,
    k: usize,
    neighbours: Neighbours,
}

impl Fitted for KthDistance {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let nearest = self.neighbours.nearest(&self.rows.points(cases)?, self.k);
        Ok(nearest.iter().map(|n| n[self.k - 1].distance).collect())
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "knn");
        self.rows.write(file);
        file.set("neighbours", self.k);
        self.neighbours.points().write(file, "training.points");
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let points = Points::read(file, "training.points", rows.width())?;
    let k = file.header().usize_in("neighbours", 1..=points.len())?;
    Ok(Box::new(KthDistance { rows, k, neighbours: Neighbours::new(points) }))
}
