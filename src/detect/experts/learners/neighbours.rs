//! Distances to the nearest training rows, and their ratio to the neighbours' own.
//!
//! With `d_k(x)` the mean distance from `x` to its `k` nearest training rows: `near = ln(d_1 + ε)`,
//! `ratio = ln(d_10(x) + ε) − mean_{y ∈ N_10(x)} ln(d_10(y) + ε)`, a logarithmic form of the local outlier factor, where a
//! training row is not its own neighbour. `ε = 10⁻³` of a column's scale: below it lie rounding and repeats.

use super::{Learned, Learner, Stream};
use crate::data::container::{Container, Tensor};
use crate::detect::baselines::Neighbours;
use crate::encode::Points;
use crate::error::Result;
use crate::random::{Key, permutation, stream};

/// Distances shorter than this do not count.
const FLOOR: f64 = 1e-3;

/// Most training rows to look among: a random sample of more. It bounds what a row costs, and the model file.
const ROWS: usize = 5000;

/// Neighbours of a ratio.
const RATIO: usize = 10;

/// Nearest neighbours.
#[derive(Debug)]
pub(super) struct Neighbourhood;

impl Learner for Neighbourhood {
    fn name(&self) -> &'static str {
        "neighbours"
    }
    fn heads(&self) -> &'static [&'static str] {
        &["near", "ratio"]
    }
    fn fit(&self, rows: Points<'static>, Stream { seed, learner, fold }: Stream) -> Result<Box<dyn Learned>> {
        let mut rows = rows;
        if rows.len() > ROWS {
            let mut kept = permutation(&mut stream(seed, Key::Learner { learner, fold }), rows.len());
            kept.truncate(ROWS);
            rows = rows.select(&kept);
        }
        let neighbours = Neighbours::new(rows);
        let most = RATIO.min(neighbours.points().len() - 1);
        let nearest = neighbours.nearest_others(most);
        let own = nearest.iter().map(|near| log_mean(near.iter().map(|n| n.distance))).collect();
        Ok(Box::new(Rows { neighbours, own }))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        let rows = Points::read(file, &format!("{prefix}.rows"), width)?;
        let own = file.tensor_f64(&format!("{prefix}.own"), &[rows.len()])?.to_vec();
        Ok(Box::new(Rows { neighbours: Neighbours::new(rows), own }))
    }
}

/// Training rows, and each row's `ln(d_10 + ε)`.
#[derive(Debug)]
struct Rows {
    neighbours: Neighbours,
    own: Vec<f64>,
}

/// `ln(mean + ε)` of distances.
fn log_mean(distances: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = distances.len() as f64;
    (distances.sum::<f64>() / count + FLOOR).ln()
}

impl Learned for Rows {
    fn scores(&self, rows: &Points) -> Vec<f64> {
        let count = RATIO.min(self.own.len());
        let found = self.neighbours.nearest(rows, count);
        let near = found.iter().map(|near| (near[0].distance + FLOOR).ln());
        let ratio = found.iter().map(|near| {
            let own: f64 = near.iter().map(|n| self.own[n.index]).sum();
            log_mean(near.iter().map(|n| n.distance)) - own / count as f64
        });
        near.chain(ratio).collect()
    }
    fn rows_held(&self) -> usize {
        self.own.len()
    }
    /// `PREFIX.rows` f64 `[n, m]`, `PREFIX.own` f64 `[n]`.
    fn write(&self, file: &mut Container, prefix: &str) {
        self.neighbours.points().write(file, &format!("{prefix}.rows"));
        file.insert(&format!("{prefix}.own"), Tensor::f64(&[self.own.len()], self.own.clone()));
    }
}
