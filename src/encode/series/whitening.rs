//! Standardising pooled features and whitening them by principal components of the training cases.
//!
//! `z_i = clip(wᵢᵀ clip((p − μ)/s, ±20), ±50)`, `w_i = v_i/√λ_i` with the largest eigenvalues λ of the training
//! covariance. Whichever of covariance `[P, P]` and Gram matrix `[n, n]` is smaller is decomposed.

use nafal_kernels::Isa;
use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::gemm::Epilogue;
use nalgebra::{DMatrix, SymmetricEigen};

use crate::data::container::{Container, Tensor};
use crate::error::Result;

/// Largest magnitude of a standardised feature.
const FEATURE_LIMIT: f32 = 20.0;
/// Largest magnitude of a whitened feature.
const OUTPUT_LIMIT: f32 = 50.0;
/// Eigenvalues below this share of the largest count as this share.
const FLOOR: f64 = 1e-6;

/// Standardisation `[P]` and projection to `m` whitened features.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Whitening {
    /// μ: `[P]`.
    pub mean: Vec<f32>,
    /// 1/s: `[P]`.
    pub inverse_deviation: Vec<f32>,
    /// Rows are pooled features, `[P, m]`.
    pub projection: Vec<f32>,
    /// −Σ projection·(mean of the clipped standardised training features): `[m]`.
    pub offset: Vec<f32>,
}

impl Whitening {
    /// Learns from `pooled: [n, P]`.
    pub fn fit(pooled: &[f32], n: usize, m: usize) -> Whitening {
        let width = pooled.len() / n;
        let (mean, inverse_deviation) = standardisation(pooled, n, width);
        let mut whitening = Whitening { mean, inverse_deviation, projection: Vec::new(), offset: Vec::new() };
        let mut x = pooled.to_vec();
        x.chunks_exact_mut(width).for_each(|row| whitening.standardise(row));
        let centre: Vec<f64> =
            (0..width).map(|j| (0..n).map(|i| f64::from(x[i * width + j])).sum::<f64>() / n as f64).collect();
        let x = DMatrix::from_fn(n, width, |i, j| f64::from(x[i * width + j]) - centre[j]);
        let columns = principal(&x, m);
        whitening.projection = (0..width).flat_map(|j| columns.iter().map(move |c| c[j] as f32)).collect();
        whitening.offset =
            columns.iter().map(|c| -c.iter().zip(&centre).map(|(a, b)| a * b).sum::<f64>() as f32).collect();
        whitening
    }

    /// `clip((p − μ)/s, ±20)` in place on `row: [P]`.
    fn standardise(&self, row: &mut [f32]) {
        for ((v, &mean), &inverse) in row.iter_mut().zip(&self.mean).zip(&self.inverse_deviation) {
            *v = ((*v - mean) * inverse).clamp(-FEATURE_LIMIT, FEATURE_LIMIT);
        }
    }

    /// Whitened features `[n, m]` of `pooled: [n, P]`, which is overwritten.
    pub fn apply(&self, isa: Isa, pooled: &mut [f32], out: &mut [f32]) {
        let (width, m) = (self.mean.len(), self.offset.len());
        pooled.chunks_exact_mut(width).for_each(|row| self.standardise(row));
        // One step of one tap a case: the product of two matrices.
        let geometry = Conv1d { channels_in: width, channels_out: m, taps: 1, stride: 1, padding: 0, dilation: 1 };
        let (projection, offset) = (&self.projection, &self.offset);
        conv1d::forward(isa, &geometry, out.len() / m, pooled, projection, offset, Epilogue::Store, out);
        out.iter_mut().for_each(|o| *o = o.clamp(-OUTPUT_LIMIT, OUTPUT_LIMIT));
    }
}

impl Whitening {
    /// `PREFIX.pooled_mean`, `.pooled_inverse_deviation` `[P]`, `.projection` `[P, m]`, `.offset` `[m]`.
    pub fn write(&self, file: &mut Container, prefix: &str) {
        let (pooled, width) = (self.mean.len(), self.offset.len());
        let mut insert = |name: &str, shape: &[usize], values: &[f32]| {
            file.insert(&format!("{prefix}.{name}"), Tensor::f32(shape, values.to_vec()));
        };
        insert("pooled_mean", &[pooled], &self.mean);
        insert("pooled_inverse_deviation", &[pooled], &self.inverse_deviation);
        insert("projection", &[pooled, width], &self.projection);
        insert("offset", &[width], &self.offset);
    }

    /// What [`Whitening::write`] wrote, of `pooled` inputs and `width` outputs.
    pub fn read(file: &Container, prefix: &str, pooled: usize, width: usize) -> Result<Whitening> {
        let values = |name: &str, shape: &[usize]| -> Result<Vec<f32>> {
            Ok(file.tensor_f32(&format!("{prefix}.{name}"), shape)?.to_vec())
        };
        Ok(Whitening {
            mean: values("pooled_mean", &[pooled])?,
            inverse_deviation: values("pooled_inverse_deviation", &[pooled])?,
            projection: values("projection", &[pooled, width])?,
            offset: values("offset", &[width])?,
        })
    }
}

fn standardisation(pooled: &[f32], n: usize, width: usize) -> (Vec<f32>, Vec<f32>) {
    let column = |j: usize| (0..n).map(move |i| f64::from(pooled[i * width + j]));
    (0..width)
        .map(|j| {
            let mean = column(j).sum::<f64>() / n as f64;
            let variance = column(j).map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64;
            let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
            (mean as f32, (1.0 / deviation) as f32)
        })
        .unzip()
}

/// `v_i/√λ_i` of the `m` largest eigenvalues of `xᵀx/n`, for centred `x: [n, P]`.
fn principal(x: &DMatrix<f64>, m: usize) -> Vec<Vec<f64>> {
    let (n, width) = x.shape();
    let small = if n < width { x * x.transpose() } else { x.transpose() * x } / n as f64;
    let eigen = SymmetricEigen::new(small);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let least = (eigen.eigenvalues[order[0]] * FLOOR).max(f64::MIN_POSITIVE);
    (0..m)
        .map(|i| match order.get(i) {
            Some(&at) if eigen.eigenvalues[at] > least => {
                let (value, vector) = (eigen.eigenvalues[at], eigen.eigenvectors.column(at));
                // A Gram eigenvector u belongs to v = xᵀu/√(nλ).
                let direction: Vec<f64> = if n < width {
                    (x.transpose() * vector / (n as f64 * value).sqrt()).iter().copied().collect()
                } else {
                    vector.iter().copied().collect()
                };
                signed(direction, 1.0 / value.sqrt())
            }
            // Fewer directions than features: the rest is zero for every case.
            _ => vec![0.0; width],
        })
        .collect()
}

/// `factor·v`, turned so that the entry of largest magnitude is positive.
fn signed(v: Vec<f64>, factor: f64) -> Vec<f64> {
    let largest = v.iter().fold(0.0f64, |best, &e| if e.abs() > best.abs() { e } else { best });
    let factor = if largest < 0.0 { -factor } else { factor };
    v.into_iter().map(|e| e * factor).collect()
}
