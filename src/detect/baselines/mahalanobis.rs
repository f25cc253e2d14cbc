//! Squared Mahalanobis distance to the training mean, covariance shrunk as Ledoit and Wolf (2004).
//!
//! `Σ = (1 − δ)·S + δ·μ·I` with `S` the sample covariance (over n), `μ = tr S / d` and the estimated optimal `δ`;
//! the score is `(x − m)ᵀ Σ⁻¹ (x − m)`.

use std::sync::Arc;

use nalgebra::{Cholesky, DMatrix, DVector};
use rayon::prelude::*;

use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::{Container, Tensor};
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::stats::bounded;

/// Squared Mahalanobis distance under the Ledoit–Wolf covariance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mahalanobis;

impl Fit for Mahalanobis {
    fn fit(&self, train: &dyn Dataset, _seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 1, "the Mahalanobis detector")?;
        let rows = encode::fit_flattening(train)?;
        let train = rows.points(train)?;
        let x = DMatrix::from_row_slice(train.len(), train.columns(), train.values());
        let mean: DVector<f64> = x.row_mean().transpose();
        let mut centred = x;
        for mut row in centred.row_iter_mut() {
            row -= mean.transpose();
        }
        let factor = cholesky_factor(shrunk_covariance(&centred))?;
        Ok(Box::new(Ellipsoid { rows, mean, factor }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

/// Mean and Cholesky factor of the shrunk covariance.
#[derive(Debug)]
struct Ellipsoid {
    rows: Arc<dyn Flattening>,
    mean: DVector<f64>,
    /// `L: [d, d]`, zero above the diagonal.
    factor: DMatrix<f64>,
}

impl Fitted for Ellipsoid {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let score = |row: &[f64]| {
            let mut y = DVector::from_column_slice(row) - &self.mean;
            // The diagonal of the factor is positive: the solution exists.
            self.factor.solve_lower_triangular_mut(&mut y);
            bounded(y.norm_squared())
        };
        let points = self.rows.points(cases)?;
        Ok(points.values().par_chunks(points.columns()).map(score).collect())
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "mahalanobis");
        self.rows.write(file);
        let d = self.mean.len();
        file.insert("mean", Tensor::f64(&[d], self.mean.as_slice().to_vec()));
        file.insert("factor", Tensor::f64(&[d, d], self.factor.transpose().as_slice().to_vec()));
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let d = rows.width();
    let mean = DVector::from_column_slice(file.tensor_f64("mean", &[d])?);
    let factor = DMatrix::from_row_slice(d, d, file.tensor_f64("factor", &[d, d])?);
    if factor.diagonal().iter().any(|&pivot| pivot <= 0.0) {
        return Err(file.error("factor", "has a diagonal that is not positive"));
    }
    Ok(Box::new(Ellipsoid { rows, mean, factor }))
}

/// Ledoit–Wolf covariance of centred rows `[n, d]`; the identity if they are all equal. O(n·d²).
pub(in crate::detect) fn shrunk_covariance(x: &DMatrix<f64>) -> DMatrix<f64> {
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
pub(in crate::detect) fn cholesky_factor(covariance: DMatrix<f64>) -> Result<DMatrix<f64>> {
    let scale = covariance.trace() / covariance.nrows() as f64;
    for ridge in [0.0, 1e-12, 1e-9, 1e-6] {
        let mut c = covariance.clone();
        for i in 0..c.nrows() {
            c[(i, i)] += ridge * scale;
        }
        if let Some(factor) = Cholesky::new(c) {
            return Ok(factor.unpack());
        }
    }
    Err(Error::Training(
        "the covariance of the training rows has no Cholesky factor; check the data for extreme values".into(),
    ))
}
