//! Squared Mahalanobis distance to the mean of a sample: `M²(x) = (x − μ)ᵀ Σ⁻¹ (x − μ) = ‖L⁻¹(x − μ)‖²`.
//!
//! `μ: [d]` is the mean, `Σ: [d, d]` the unbiased covariance plus `ridge·I`, `L` its Cholesky factor. Under a normal
//! law M² follows χ² with `d` degrees of freedom; Algorithm 1 keeps a sample when `M² < χ²_{d, 0.95}`.

use nalgebra::{Cholesky, DMatrix, DVector};

use crate::error::{DataError, Error};

/// Why there is no distance for these rows.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MahalanobisError {
    /// A covariance needs two rows, and a row a value.
    #[error("{values} values do not make two or more rows of {columns} columns")]
    Shape {
        /// Length of the values given.
        values: usize,
        /// Columns named.
        columns: usize,
    },
    /// The ridge is negative or not finite.
    #[error("the ridge must be zero or a positive number, not {0}")]
    Ridge(f64),
    /// A value is NaN or infinite, or so large that its square is.
    #[error("column {0} (from 0) has values whose variance is not a finite number; scale it first")]
    NotFinite(usize),
    /// Nothing is left of a column's variance once the columns before it are known.
    #[error(
        "column {pivot} (from 0) is constant or a linear combination of the columns before it (of its variance {variance:e}, \
         {remaining:e} is its own): leave it out, or add a ridge"
    )]
    NearSingular {
        /// The column at which the Cholesky factorisation meets a pivot of zero, to rounding.
        pivot: usize,
        /// Variance of the column, ridge included.
        variance: f64,
        /// What the earlier columns leave of it: the pivot, computed, so possibly negative.
        remaining: f64,
    },
}

impl From<MahalanobisError> for Error {
    fn from(error: MahalanobisError) -> Error {
        DataError::new("", error.to_string()).into()
    }
}

/// Mean and Cholesky factor of the covariance of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Mahalanobis {
    mean: Vec<f64>,
    /// `L: [d, d]`, zero above the diagonal.
    factor: DMatrix<f64>,
}

impl Mahalanobis {
    /// Fits row-major `rows: [n, d]`, `n ≥ 2`, with `ridge ≥ 0` added to the diagonal of the covariance: an absolute
    /// amount, so that it means most on columns of unit variance.
    ///
    /// **Cost** `O(n d² + d³)`. Each pivot must exceed `64 d ε` times its column's variance: below, rounding alone
    /// could have made it.
    ///
    /// # Errors
    /// [`MahalanobisError`]; a near-singular covariance names its pivot.
    pub fn fit(rows: &[f64], d: usize, ridge: f64) -> Result<Mahalanobis, MahalanobisError> {
        if d == 0 || !rows.len().is_multiple_of(d) || rows.len() < 2 * d {
            return Err(MahalanobisError::Shape { values: rows.len(), columns: d });
        }
        if !(ridge >= 0.0 && ridge.is_finite()) {
            return Err(MahalanobisError::Ridge(ridge));
        }
        let mean = mean(rows, d);
        let covariance = covariance(rows, &mean, ridge);
        // A finite diagonal bounds every other entry.
        if let Some(j) = (0..d).find(|&j| !covariance[(j, j)].is_finite()) {
            return Err(MahalanobisError::NotFinite(j));
        }
        let factor = cholesky(&covariance)?;
        Ok(Mahalanobis { mean, factor })
    }

    /// Mean of the rows, `[d]`.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// `M²(x)`, by one triangular solve: `O(d²)`. NaN or infinite values give NaN or infinity.
    ///
    /// # Panics
    /// If `x` has not `d` values.
    pub fn squared(&self, x: &[f64]) -> f64 {
        assert_eq!(x.len(), self.mean.len(), "a point of another dimension");
        let mut centred = DVector::from_iterator(x.len(), x.iter().zip(&self.mean).map(|(x, m)| x - m));
        self.factor.solve_lower_triangular_unchecked_mut(&mut centred);
        centred.norm_squared()
    }

    /// `ln det Σ`, ridge included.
    pub fn log_det(&self) -> f64 {
        2.0 * self.factor.diagonal().iter().map(|pivot| pivot.ln()).sum::<f64>()
    }
}

/// Column means; the second pass takes away the rounding of the first.
fn mean(rows: &[f64], d: usize) -> Vec<f64> {
    let n = (rows.len() / d) as f64;
    let mut mean = vec![0.0; d];
    for _ in 0..2 {
        let mut rest = vec![0.0; d];
        for row in rows.chunks_exact(d) {
            for j in 0..d {
                rest[j] += row[j] - mean[j];
            }
        }
        mean.iter_mut().zip(rest).for_each(|(m, r)| *m += r / n);
    }
    mean
}

/// `Σ (x − μ)(x − μ)ᵀ / (n − 1) + ridge·I`. Plain loops, so that the bits are the same on every machine.
fn covariance(rows: &[f64], mean: &[f64], ridge: f64) -> DMatrix<f64> {
    let d = mean.len();
    let mut sums = DMatrix::zeros(d, d);
    let mut centred = vec![0.0; d];
    for row in rows.chunks_exact(d) {
        for j in 0..d {
            centred[j] = row[j] - mean[j];
        }
        for j in 0..d {
            for i in j..d {
                sums[(i, j)] += centred[i] * centred[j];
            }
        }
    }
    sums /= (rows.len() / d - 1) as f64;
    sums.fill_upper_triangle_with_lower_triangle();
    for j in 0..d {
        sums[(j, j)] += ridge;
    }
    sums
}

/// The lower factor `L`, or the first column whose pivot is zero to rounding.
fn cholesky(covariance: &DMatrix<f64>) -> Result<DMatrix<f64>, MahalanobisError> {
    let d = covariance.nrows();
    let leading = |k: usize| Cholesky::new(covariance.view((0, 0), (k, k)).into_owned());
    let near_singular = |pivot: usize, remaining: f64| {
        Err(MahalanobisError::NearSingular { pivot, variance: covariance[(pivot, pivot)], remaining })
    };
    // How many leading columns have a factor; nalgebra does not say where it stopped.
    let (factored, factor) = match leading(d) {
        Some(whole) => (d, whole.unpack()),
        None => {
            let (mut good, mut bad) = (0, d);
            while bad - good > 1 {
                let middle = good.midpoint(bad);
                if leading(middle).is_some() { good = middle } else { bad = middle }
            }
            (good, leading(good).map(Cholesky::unpack).unwrap_or_default())
        }
    };
    let rounding = 64.0 * d as f64 * f64::EPSILON;
    for j in 0..factored {
        let pivot = factor[(j, j)] * factor[(j, j)];
        if pivot <= rounding * covariance[(j, j)] {
            return near_singular(j, pivot);
        }
    }
    if factored == d {
        return Ok(factor);
    }
    let mut column = covariance.view((0, factored), (factored, 1)).into_owned();
    factor.solve_lower_triangular_unchecked_mut(&mut column);
    near_singular(factored, covariance[(factored, factored)] - column.norm_squared())
}
