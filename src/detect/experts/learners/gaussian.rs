//! A Gaussian with the Ledoit–Wolf covariance: the distance to its mean, and each column's residual given the others.
//!
//! With `P = Σ⁻¹` and `y = P·(x − μ)`, column `j` given all others has the residual `y_j/P_jj` of variance `1/P_jj`, so its
//! standardised square is `r_j = y_j²/P_jj`. Heads: `distance = ½·ln((x − μ)ᵀ P (x − μ))`, `residuals = ½·ln(mean_j r_j)`,
//! `residual = ½·ln(max_j r_j)`.

use nalgebra::{DMatrix, DVector};

use super::{Learned, Learner, Stream};
use crate::data::container::{Container, Tensor};
use crate::detect::baselines::{cholesky_factor, shrunk_covariance};
use crate::encode::{Held, Points};
use crate::error::Result;

/// Squares smaller than this do not count.
const FLOOR: f64 = 1e-6;

/// One shrunk Gaussian.
#[derive(Debug)]
pub(super) struct ShrunkGaussian;

impl Learner for ShrunkGaussian {
    fn name(&self) -> &'static str {
        "gaussian"
    }
    fn heads(&self) -> &'static [&'static str] {
        &["distance", "residuals", "residual"]
    }
    fn holds(&self) -> Held {
        Held::Figures
    }
    fn fit(&self, rows: Points<'static>, _: Stream) -> Result<Box<dyn Learned>> {
        let mut x = DMatrix::from_row_slice(rows.len(), rows.columns(), rows.values());
        let mean: DVector<f64> = x.row_mean().transpose();
        for mut row in x.row_iter_mut() {
            row -= mean.transpose();
        }
        let factor = cholesky_factor(shrunk_covariance(&x))?;
        let mut inverse = DMatrix::identity(factor.nrows(), factor.nrows());
        factor.solve_lower_triangular_mut(&mut inverse);
        Ok(Box::new(Ellipsoid::new(mean.as_slice().to_vec(), inverse.tr_mul(&inverse))))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        let mean = file.tensor_f64(&format!("{prefix}.mean"), &[width])?.to_vec();
        let name = format!("{prefix}.precision");
        let precision = DMatrix::from_row_slice(width, width, file.tensor_f64(&name, &[width, width])?);
        if precision.diagonal().iter().any(|&v| v <= 0.0) {
            return Err(file.error(&name, "has a diagonal that is not positive"));
        }
        Ok(Box::new(Ellipsoid::new(mean, precision)))
    }
}

#[derive(Debug)]
struct Ellipsoid {
    mean: Vec<f64>,
    /// `P`, `[m, m]`, symmetric.
    precision: DMatrix<f64>,
}

impl Ellipsoid {
    fn new(mean: Vec<f64>, precision: DMatrix<f64>) -> Ellipsoid {
        Ellipsoid { mean, precision }
    }
}

impl Learned for Ellipsoid {
    fn scores(&self, rows: &Points, _: &[bool]) -> Vec<f64> {
        let (n, m) = (rows.len(), self.mean.len());
        let mut scores = vec![0.0; 3 * n];
        let mut x = vec![0.0; m];
        for i in 0..n {
            x.iter_mut().zip(rows.row(i).iter().zip(&self.mean)).for_each(|(x, (v, mean))| *x = v - mean);
            let (mut distance, mut sum, mut largest) = (0.0, 0.0, 0.0f64);
            for j in 0..m {
                // The matrix is symmetric: its column is its row, and lies in one piece.
                let y: f64 = self.precision.column(j).iter().zip(&x).map(|(p, x)| p * x).sum();
                let residual = y * y / self.precision[(j, j)];
                distance += y * x[j];
                sum += residual;
                largest = largest.max(residual);
            }
            let log = |square: f64| 0.5 * (square.clamp(0.0, f64::MAX) + FLOOR).ln();
            scores[i] = log(distance);
            scores[n + i] = log(sum / m as f64);
            scores[2 * n + i] = log(largest);
        }
        scores
    }
    /// `PREFIX.mean` f64 `[m]`, `PREFIX.precision` f64 `[m, m]`.
    fn write(&self, file: &mut Container, prefix: &str) {
        let m = self.mean.len();
        file.insert(&format!("{prefix}.mean"), Tensor::f64(&[m], self.mean.clone()));
        file.insert(&format!("{prefix}.precision"), Tensor::f64(&[m, m], self.precision.as_slice().to_vec()));
    }
}
