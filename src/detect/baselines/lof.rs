//! Local outlier factor (Breunig et al. 2000), fitted on the training cases and applied to new ones.
//!
//! `lrd(x) = 1 / (mean_o max(‖x − o‖, kdist(o)) + 1e-10)` over the k nearest training cases `o`, and the score is
//! `mean_o lrd(o) / lrd(x)`: scikit-learn's `LocalOutlierFactor(novelty=True)` with the sign turned.

use std::sync::Arc;

use super::neighbours::{Neighbour, Neighbours};
use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::{Container, Tensor};
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening, Points};
use crate::error::Result;
use crate::progress::Progress;
use crate::stats::bounded;

/// Local outlier factor of new cases.
#[derive(Clone, Copy, Debug)]
pub struct LocalOutlierFactor {
    /// Number of neighbours; at most one less than the training cases.
    pub k: usize,
}

impl Default for LocalOutlierFactor {
    /// Twenty neighbours.
    fn default() -> Self {
        LocalOutlierFactor { k: 20 }
    }
}

impl Fit for LocalOutlierFactor {
    fn fit(&self, train: &dyn Dataset, _seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 2, "the local outlier factor")?;
        let rows = encode::fit_flattening(train)?;
        let points = rows.points(train)?.into_owned();
        let k = self.k.clamp(1, points.len() - 1);
        let neighbours = Neighbours::new(points);
        let nearest = neighbours.nearest_others(k);
        let reach: Vec<f64> = nearest.iter().map(|n| n[k - 1].distance).collect();
        let density = nearest.iter().map(|n| reachability_density(n, &reach)).collect();
        Ok(Box::new(LocalDensities { rows, k, neighbours, reach, density }))
    }
}

/// Training cases and their densities.
#[derive(Debug)]
struct LocalDensities {
    rows: Arc<dyn Flattening>,
    k: usize,
    neighbours: Neighbours,
    /// Distance of each training case to its k-th neighbour, `[n]`.
    reach: Vec<f64>,
    /// Local reachability density of each training case, `[n]`.
    density: Vec<f64>,
}

impl Fitted for LocalDensities {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let score = |mut nearest: Vec<Neighbour>| {
            // Far cases with the same neighbours have the same score: sums in one order keep that tie exact.
            nearest.sort_unstable_by_key(|o| o.index);
            let own = reachability_density(&nearest, &self.reach);
            bounded(nearest.iter().map(|o| self.density[o.index] / own).sum::<f64>() / self.k as f64)
        };
        Ok(self.neighbours.nearest(&self.rows.points(cases)?, self.k).into_iter().map(score).collect())
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "lof");
        self.rows.write(file);
        file.set("neighbours", self.k);
        self.neighbours.points().write(file, "training.points");
        file.insert("training.reach", Tensor::f64(&[self.reach.len()], self.reach.clone()));
        file.insert("training.density", Tensor::f64(&[self.density.len()], self.density.clone()));
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let points = Points::read(file, "training.points", rows.width())?;
    let k = file.header().usize_in("neighbours", 1..=points.len())?;
    let reach = file.tensor_f64("training.reach", &[points.len()])?.to_vec();
    let density = file.tensor_f64("training.density", &[points.len()])?.to_vec();
    Ok(Box::new(LocalDensities { rows, k, neighbours: Neighbours::new(points), reach, density }))
}

/// The small constant keeps the density of a case among k duplicates finite.
fn reachability_density(nearest: &[Neighbour], reach: &[f64]) -> f64 {
    let sum: f64 = nearest.iter().map(|o| o.distance.max(reach[o.index])).sum();
    1.0 / (sum / nearest.len() as f64 + 1e-10)
}
