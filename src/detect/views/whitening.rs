//! Whitening by the training rows: a symmetric square root of the inverse covariance.

use nalgebra::{DMatrix, SymmetricEigen};

use super::linear::SD_FLOOR;

/// `Σ^(−½): [d, d]` of the rows `rows` of `block: [n, d]`, row-major, shrunk where directions have next to no spread.
pub(super) fn whitening(block: &[f32], d: usize, rows: &[usize]) -> DMatrix<f64> {
    let n = rows.len() as f64;
    let x = DMatrix::<f64>::from_fn(rows.len(), d, |i, j| f64::from(block[rows[i] * d + j]));
    let mean = x.row_mean();
    let centred = DMatrix::from_fn(rows.len(), d, |i, j| x[(i, j)] - mean[j]);
    let covariance = centred.transpose() * &centred / n;
    let eigen = SymmetricEigen::new(covariance);
    let floor = SD_FLOOR * SD_FLOOR;
    let scales = eigen.eigenvalues.map(|v| 1.0 / v.max(floor).sqrt());
    &eigen.eigenvectors * DMatrix::from_diagonal(&scales) * eigen.eigenvectors.transpose()
}
