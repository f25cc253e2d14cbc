//! Euclidean distance to the k-th nearest training row (Ramaswamy, Rastogi, Shim 2000).

use super::neighbours::Neighbours;
use super::{AnomalyDetector, Scorer, require_columns, require_rows};
use crate::data::Table;
use crate::error::Result;

/// Nearest-neighbour detector: the distance to the `k`-th nearest training row.
#[derive(Clone, Copy, Debug)]
pub struct NearestNeighbours {
    /// Which neighbour; the farthest if there are fewer training rows.
    pub k: usize,
}

impl Default for NearestNeighbours {
    /// The fifth.
    fn default() -> Self {
        NearestNeighbours { k: 5 }
    }
}

impl AnomalyDetector for NearestNeighbours {
    fn name(&self) -> &str {
        "knn"
    }

    fn fit(&self, train: &Table, _seed: u64) -> Result<Box<dyn Scorer>> {
        require_rows(train, 1, "the nearest-neighbour detector")?;
        Ok(Box::new(Fitted { k: self.k.clamp(1, train.rows()), neighbours: Neighbours::new(train) }))
    }
}

struct Fitted {
    k: usize,
    neighbours: Neighbours,
}

impl Scorer for Fitted {
    fn score(&self, rows: &Table) -> Result<Vec<f64>> {
        require_columns(rows, self.neighbours.columns())?;
        let nearest = self.neighbours.nearest(rows, self.k);
        Ok(nearest.iter().map(|n| n[self.k - 1].distance).collect())
    }
}
