//! The linear part `A_k: [m, d]` of a view, and its standardisation by the training rows.

use super::training_block::TrainingBlock;
use crate::stats::mean_and_scale;

/// Smallest standard deviation a view divides a coordinate by.
pub(super) const SD_FLOOR: f64 = 0.1;

/// The linear part `A_k`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) enum Linear {
    /// Column `axes[i]` times `scale[i]`.
    Axes { axes: Vec<u32>, scale: Vec<f32> },
    /// Row-major `[m, d]`.
    Dense { matrix: Vec<f32>, columns: usize },
}

impl Linear {
    /// Divides every coordinate by its (floored) spread over the training rows; returns what centres it.
    pub(super) fn standardise(&mut self, m: usize, data: &TrainingBlock) -> Vec<f32> {
        let zero = vec![0.0; m];
        let mut coordinates = vec![0f32; data.rows.len() * m];
        for (out, &i) in coordinates.chunks_exact_mut(m).zip(data.rows) {
            self.apply(data.block.row(i), &zero, out, 1);
        }
        let mut shift = zero;
        for i in 0..m {
            let coordinate: Vec<f64> = coordinates.iter().skip(i).step_by(m).map(|&v| f64::from(v)).collect();
            let (mean, sd) = mean_and_scale(&coordinate);
            let factor = 1.0 / sd.max(SD_FLOOR);
            let scaled = match self {
                Linear::Axes { scale, .. } => &mut scale[i..i + 1],
                Linear::Dense { matrix, columns } => &mut matrix[i * *columns..(i + 1) * *columns],
            };
            scaled.iter_mut().for_each(|v| *v = (f64::from(*v) * factor) as f32);
            shift[i] = (-mean * factor) as f32;
        }
        shift
    }

    /// Writes `A·row + shift` to `out[0], out[stride], …`.
    pub(super) fn apply(&self, row: &[f32], shift: &[f32], out: &mut [f32], stride: usize) {
        match self {
            Linear::Axes { axes, scale } => {
                for (i, ((&a, &s), &t)) in axes.iter().zip(scale).zip(shift).enumerate() {
                    out[i * stride] = row[a as usize] * s + t;
                }
            }
            Linear::Dense { matrix, columns } => {
                for (i, (a, &t)) in matrix.chunks_exact(*columns).zip(shift).enumerate() {
                    out[i * stride] = row.iter().zip(a).fold(t, |sum, (x, a)| sum + x * a);
                }
            }
        }
    }
}
