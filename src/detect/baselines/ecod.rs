//! Empirical tails of single columns (ECOD: Li, Zhao, Hu, Botta, Ionescu, Chen 2022), fitted on the training cases and
//! applied to new ones.
//!
//! Column `j` has the smoothed tails `l_j(x) = (1 + #{v ≤ x})/(n + 1)` and `r_j(x) = (1 + #{v ≥ x})/(n + 1)` over its `n`
//! training values `v`. The score is the largest of `−Σ_j ln l_j`, `−Σ_j ln r_j` and `−Σ_j ln t_j`, where `t_j` is the tail
//! to which the training values are skewed. Dependence between columns is not seen, and beyond the training values a score
//! grows no more.

use std::sync::Arc;

use rayon::prelude::*;

use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::{Container, Tensor};
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening};
use crate::error::Result;
use crate::progress::Progress;

/// Sum over columns of the surprisal of lying so far in a tail.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmpiricalTails;

impl Fit for EmpiricalTails {
    fn fit(&self, train: &dyn Dataset, _seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 1, "the detector of empirical tails")?;
        let rows = encode::fit_flattening(train)?;
        let points = rows.points(train)?;
        let column = |j: usize| {
            let mut sorted: Vec<f64> = (0..points.len()).map(|i| points.row(i)[j]).collect();
            sorted.sort_by(f64::total_cmp);
            Column { to_the_left: skewed_to_the_left(&sorted), sorted }
        };
        let columns = (0..points.columns()).into_par_iter().map(column).collect();
        Ok(Box::new(Tails { columns, rows }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

/// Training values of one column.
#[derive(Debug)]
struct Column {
    /// Ascending, `[n]`.
    sorted: Vec<f64>,
    /// Whether the longer tail is that of small values.
    to_the_left: bool,
}

/// All columns, `[d]`.
#[derive(Debug)]
struct Tails {
    rows: Arc<dyn Flattening>,
    columns: Vec<Column>,
}

impl Column {
    /// `−ln l(x)` and `−ln r(x)`, both at least 0. O(ln n).
    fn surprisals(&self, x: f64) -> (f64, f64) {
        let n = self.sorted.len();
        let at_most = self.sorted.partition_point(|&v| v <= x);
        let at_least = n - self.sorted.partition_point(|&v| v < x);
        let surprisal = |count: usize| ((n + 1) as f64).ln() - ((count + 1) as f64).ln();
        (surprisal(at_most), surprisal(at_least))
    }
}

impl Fitted for Tails {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let score = |row: &[f64]| {
            let (mut left, mut right, mut skewed) = (0.0, 0.0, 0.0);
            for (column, &x) in self.columns.iter().zip(row) {
                let (of_left, of_right) = column.surprisals(x);
                left += of_left;
                right += of_right;
                skewed += if column.to_the_left { of_left } else { of_right };
            }
            f64::max(left, right).max(skewed)
        };
        let points = self.rows.points(cases)?;
        Ok(points.values().par_chunks(points.columns()).map(score).collect())
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "ecod");
        self.rows.write(file);
        let n = self.columns[0].sorted.len();
        let sorted = self.columns.iter().flat_map(|column| &column.sorted).copied().collect();
        file.insert("tails.sorted", Tensor::f64(&[self.columns.len(), n], sorted));
        let to_the_left = self.columns.iter().map(|column| column.to_the_left.into()).collect();
        file.insert("tails.to_the_left", Tensor::u32(&[self.columns.len()], to_the_left));
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let d = rows.width();
    let n = file.tensor("tails.sorted")?.shape().last().copied().unwrap_or(0);
    let sorted = file.tensor_f64("tails.sorted", &[d, n])?;
    if n == 0 || sorted.chunks_exact(n).any(|column| !column.is_sorted()) {
        return Err(file.error("tails.sorted", "is empty or not ascending"));
    }
    let skewed = file.tensor_u32("tails.to_the_left", &[d])?;
    let column = |(sorted, &left): (&[f64], &u32)| Column { sorted: sorted.to_vec(), to_the_left: left != 0 };
    let columns = sorted.chunks_exact(n).zip(skewed).map(column).collect();
    Ok(Box::new(Tails { rows, columns }))
}

/// Whether the third central moment is negative; deviations are taken relative to the largest, so that cubes stay finite.
fn skewed_to_the_left(values: &[f64]) -> bool {
    let n = values.len() as f64;
    let mean = values.iter().map(|v| v / n).sum::<f64>();
    let largest = values.iter().map(|v| (v / 2.0 - mean / 2.0).abs()).fold(0.0, f64::max);
    largest > 0.0 && values.iter().map(|v| ((v / 2.0 - mean / 2.0) / largest).powi(3)).sum::<f64>() < 0.0
}
