//! A case as `f32` planes `[L, C]`: resampled, each channel centred by its training mean, all divided by one scalar.
//!
//! One scale for all channels keeps their relative sizes, which carry information.

use std::borrow::Borrow;

use rayon::prelude::*;

use super::resample;
use crate::data::Series;
use crate::data::container::{Container, Tensor};
use crate::error::{DataError, Result};

/// Largest magnitude of a prepared value; what lies beyond is as abnormal as can be.
const LIMIT: f64 = 1e6;

/// Length, means and scale of the training cases.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Preparation {
    /// Time steps `L` after resampling.
    pub length: usize,
    /// Mean of each channel over cases and time, `[C]`.
    pub mean: Vec<f64>,
    /// √ of the mean over channels of the variance, 1 if nothing varies.
    pub scale: f64,
}

impl Preparation {
    /// Means and scale of at least one case after resampling to `length`; `source` names the data in messages.
    pub fn fit(cases: &[&Series], length: usize, source: &str) -> Result<Self> {
        let channels = cases[0].channels();
        let moments: Vec<(f64, f64)> = (0..channels)
            .into_par_iter()
            .map(|c| {
                let mut at = vec![0.0; length];
                let each = |sum: &mut dyn FnMut(f64)| {
                    for case in cases {
                        resample(case.channel(c), &mut at);
                        at.iter().for_each(|&v| sum(v));
                    }
                };
                moments(cases.len() * length, each)
            })
            .collect();
        let mean: Vec<f64> = moments.iter().map(|m| m.0).collect();
        let variance = moments.iter().map(|m| m.1).sum::<f64>() / channels as f64;
        if !variance.is_finite() || mean.iter().any(|m| !m.is_finite()) {
            let problem = "the values are so large that their variance overflows: divide them by a constant";
            return Err(DataError::new(source, problem).into());
        }
        let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        Ok(Preparation { length, mean, scale })
    }

    /// Length of [`Preparation::planes`]'s output.
    pub fn size(&self) -> usize {
        self.mean.len() * self.length
    }

    /// Writes `case` as `[L, C]`. `line` holds `L` values. The number of channels must be right.
    pub fn planes(&self, case: &Series, line: &mut [f64], out: &mut [f32]) {
        let channels = self.mean.len();
        for (c, mean) in self.mean.iter().enumerate() {
            resample(case.channel(c), line);
            for (p, v) in out.iter_mut().skip(c).step_by(channels).zip(line.iter()) {
                // Subtracting after dividing cannot overflow into a NaN.
                *p = (v / self.scale - mean / self.scale).clamp(-LIMIT, LIMIT) as f32;
            }
        }
    }
}

impl Preparation {
    /// All cases as planes, `[n, L, C]`.
    pub fn apply<S: Borrow<Series> + Sync>(&self, cases: &[S]) -> Vec<f32> {
        let mut planes = vec![0.0; cases.len() * self.size()];
        planes
            .par_chunks_mut(self.size())
            .zip(cases)
            .for_each_init(|| vec![0.0; self.length], |line, (out, case)| self.planes(case.borrow(), line, out));
        planes
    }

    /// `encoder.mean` f64 `[C]` and `encoder.scale` f64 `[1]`; the sizes stand in the encoder's header.
    pub fn write(&self, file: &mut Container) {
        file.insert("encoder.mean", Tensor::f64(&[self.mean.len()], self.mean.clone()));
        file.insert("encoder.scale", Tensor::f64(&[1], vec![self.scale]));
    }

    /// What [`Preparation::write`] wrote.
    pub fn read(file: &Container, channels: usize, length: usize) -> Result<Self> {
        let scale = file.tensor_f64("encoder.scale", &[1])?[0];
        if scale <= 0.0 {
            return Err(file.error("encoder.scale", "must be positive"));
        }
        Ok(Preparation { length, mean: file.tensor_f64("encoder.mean", &[channels])?.to_vec(), scale })
    }
}

/// Mean and population variance of the `n` values that `each` hands out, in two passes.
fn moments(n: usize, mut each: impl FnMut(&mut dyn FnMut(f64))) -> (f64, f64) {
    let mut sum = 0.0;
    each(&mut |v| sum += v);
    let mean = sum / n as f64;
    let mut squares = 0.0;
    each(&mut |v| squares += (v - mean) * (v - mean));
    (mean, squares / n as f64)
}
