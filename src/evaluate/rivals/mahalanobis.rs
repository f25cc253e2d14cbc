//! Squared Mahalanobis distance to the training mean, covariance shrunk as Ledoit and Wolf (2004).
//!
//! `Σ = (1 − δ)·S + δ·μ·I` with `S` the sample covariance (over n), `μ = tr S / d` and the estimated optimal `δ`;
//! the score is `(x − m)ᵀ Σ⁻¹ (x − m)`.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use rayon::prelude::*;

use super::{AnomalyDetector, Scorer, require_columns, require_rows};
use crate::data::Table;
use crate::error::{Error, Result};

/// Squared Mahalanobis distance under the Ledoit–Wolf covariance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mahalanobis;

impl AnomalyDetector for Mahalanobis {
    fn name(&self) -> &str {
        "mahalanobis"
    }

    fn fit(&self, train: &Table, _seed: u64) -> Result<Box<dyn Scorer>> {
        require_rows(train, 1, "the Mahalanobis detector")?;
        let x = DMatrix::from_row_slice(train.rows(), train.columns(), train.values());
        let mean: DVector<f64> = x.row_mean().transpose();
        let mut centred = x;
        for mut row in centred.row_iter_mut() {
            row -= mean.transpose();
        }
        let factor = factorise(shrunk_covariance(&centred))?;
        Ok(Box::new(Fitted { mean, factor }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

struct Fitted {
    mean: DVector<f64>,
    factor: Cholesky<f64, Dyn>,
}

impl Scorer for Fitted {
    fn score(&self, rows: &Table) -> Result<Vec<f64>> {
        require_columns(rows, self.mean.len())?;
        let score = |row: &[f64]| {
            let mut y = DVector::from_column_slice(row) - &self.mean;
            // The diagonal of the factor is positive: the solution exists.
            self.factor.l_dirty().solve_lower_triangular_mut(&mut y);
            y.norm_squared()
        };
        Ok(rows.values().par_chunks(self.mean.len()).map(score).collect())
    }
}

/// Ledoit–Wolf covariance of centred rows `[n, d]`; the identity if they are all equal. O(n·d²).
fn shrunk_covariance(x: &DMatrix<f64>) -> DMatrix<f64> {
    let (n, d) = (x.nrows() as f64, x.ncols() as f64);
    let mut covariance = x.tr_mul(x) / n;
    let mean_variance = covariance.trace() / d;
    if mean_variance <= 0.0 {
        return DMatrix::identity(x.ncols(), x.ncols());
    }
    let fourth: f64 = x.row_iter().map(|r| r.norm_squared().powi(2)).sum();
    let squared = covariance.norm_squared();
    let dispersion = (squared - d * mean_variance * mean_variance) / d;
    let error = ((fourth / n - squared) / (n * d)).min(dispersion);
    let delta = if error <= 0.0 { 0.0 } else { error / dispersion };
    covariance *= 1.0 - delta;
    for i in 0..x.ncols() {
        covariance[(i, i)] += delta * mean_variance;
    }
    covariance
}

/// Cholesky factor; a singular covariance (possible when the estimated shrinkage is zero) gets a ridge of
/// growing size until it has one.
fn factorise(covariance: DMatrix<f64>) -> Result<Cholesky<f64, Dyn>> {
    let scale = covariance.trace() / covariance.nrows() as f64;
    for ridge in [0.0, 1e-12, 1e-9, 1e-6] {
        let mut c = covariance.clone();
        for i in 0..c.nrows() {
            c[(i, i)] += ridge * scale;
        }
        if let Some(factor) = Cholesky::new(c) {
            return Ok(factor);
        }
    }
    Err(Error::Training("the covariance of the training rows has no Cholesky factor".into()))
}
