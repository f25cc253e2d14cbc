//! Local outlier factor (Breunig et al. 2000), fitted on the training rows and applied to new ones.
//!
//! `lrd(x) = 1 / (mean_o max(‖x − o‖, kdist(o)) + 1e-10)` over the k nearest training rows `o`, and the score is
//! `mean_o lrd(o) / lrd(x)`: scikit-learn's `LocalOutlierFactor(novelty=True)` with the sign turned.

use super::neighbours::{Neighbour, Neighbours};
use super::{AnomalyDetector, Scorer, require_columns, require_rows};
use crate::data::Table;
use crate::error::Result;

/// Local outlier factor of new rows.
#[derive(Clone, Copy, Debug)]
pub struct LocalOutlierFactor {
    /// Number of neighbours; at most one less than the training rows.
    pub k: usize,
}

impl Default for LocalOutlierFactor {
    /// Twenty neighbours.
    fn default() -> Self {
        LocalOutlierFactor { k: 20 }
    }
}

impl AnomalyDetector for LocalOutlierFactor {
    fn name(&self) -> &str {
        "lof"
    }

    fn fit(&self, train: &Table, _seed: u64) -> Result<Box<dyn Scorer>> {
        require_rows(train, 2, "the local outlier factor")?;
        let k = self.k.clamp(1, train.rows() - 1);
        let neighbours = Neighbours::new(train);
        let nearest = neighbours.nearest_others(k);
        let reach: Vec<f64> = nearest.iter().map(|n| n[k - 1].distance).collect();
        let density = nearest.iter().map(|n| reachability_density(n, &reach)).collect();
        Ok(Box::new(Fitted { k, neighbours, reach, density }))
    }
}

struct Fitted {
    k: usize,
    neighbours: Neighbours,
    /// Distance of each training row to its k-th neighbour.
    reach: Vec<f64>,
    /// Local reachability density of each training row.
    density: Vec<f64>,
}

impl Scorer for Fitted {
    fn score(&self, rows: &Table) -> Result<Vec<f64>> {
        require_columns(rows, self.neighbours.columns())?;
        let score = |mut nearest: Vec<Neighbour>| {
            // Far rows with the same neighbours have the same score: sums in one order keep that tie exact.
            nearest.sort_unstable_by_key(|o| o.index);
            let own = reachability_density(&nearest, &self.reach);
            nearest.iter().map(|o| self.density[o.index] / own).sum::<f64>() / self.k as f64
        };
        Ok(self.neighbours.nearest(rows, self.k).into_iter().map(score).collect())
    }
}

/// The small constant keeps the density of a row among k duplicates finite.
fn reachability_density(nearest: &[Neighbour], reach: &[f64]) -> f64 {
    let sum: f64 = nearest.iter().map(|o| o.distance.max(reach[o.index])).sum();
    1.0 / (sum / nearest.len() as f64 + 1e-10)
}
