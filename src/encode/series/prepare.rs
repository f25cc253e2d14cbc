//! A case as `f32` planes `[L, C]`: resampled, each channel centred by its training mean, all divided by one scalar.
//!
//! A case that is longer than `L` keeps values farther from their surroundings than [`FARTHER`] times the farthest of a
//! training case.
//!
//! One scale for all channels keeps their relative sizes, which carry information.

use std::borrow::Borrow;

use rayon::prelude::*;

use super::extremes::{largest_extreme, resample_with_extremes};
use super::{resample, variety};
use crate::data::Series;
use crate::data::container::{Container, Tensor};
use crate::error::{DataError, Result};

/// Largest magnitude of a prepared value; what lies beyond is as abnormal as can be.
const LIMIT: f64 = 1e6;

/// Name of the limits in a model file.
const LIMITS: &str = "encoder.limits";
/// How many times as far out as any training value a value of a longer case must be that a step takes for its own.
const FARTHER: f64 = 2.0;
/// Fewest steps that have surroundings, against which a value is far out; for fewer it is the whole spread of a channel.
const SURROUNDED: usize = 5;

/// Length, means and scale of the training cases.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Preparation {
    /// Time steps `L` after resampling.
    pub length: usize,
    /// Mean of each channel over cases and time, `[C]`.
    pub mean: Vec<f64>,
    /// √ of the mean over channels of the variance, 1 if nothing varies.
    pub scale: f64,
    /// Distance from its surroundings beyond which a value of a longer case is not skipped, of each channel, `[C]`; none in
    /// model files written before there was one.
    pub limits: Option<Vec<f64>>,
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
            let problem = "the values are so large that their variance overflows; divide them by a constant";
            return Err(DataError::new(source, problem).into());
        }
        let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        let farthest = |c: usize| {
            let mut line = vec![0.0; length];
            let of_case = |case: &&Series| {
                resample(case.channel(c), &mut line);
                largest_extreme(case.channel(c), &line)
            };
            if length < SURROUNDED {
                let (low, high) = variety::ends(cases, c);
                high - low
            } else {
                cases.iter().map(of_case).fold(0.0, f64::max)
            }
        };
        // Values whose variance is finite are far from the largest number.
        let limits = (0..channels).into_par_iter().map(|c| FARTHER * farthest(c)).collect();
        Ok(Preparation { length, mean, scale, limits: Some(limits) })
    }

    /// Length of [`Preparation::planes`]'s output.
    pub fn size(&self) -> usize {
        self.mean.len() * self.length
    }

    /// Writes `case` as `[L, C]`. `line` holds `L` values. The number of channels must be right.
    pub fn planes(&self, case: &Series, line: &mut [f64], out: &mut [f32]) {
        let channels = self.mean.len();
        for (c, mean) in self.mean.iter().enumerate() {
            match &self.limits {
                Some(limits) => resample_with_extremes(case.channel(c), limits[c], line),
                None => resample(case.channel(c), line),
            }
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

    /// `encoder.mean` f64 `[C]`, `encoder.scale` f64 `[1]` and, if there are limits, `encoder.limits` f64 `[C]`; the sizes stand
    /// in the encoder's header.
    pub fn write(&self, file: &mut Container) {
        file.insert("encoder.mean", Tensor::f64(&[self.mean.len()], self.mean.clone()));
        file.insert("encoder.scale", Tensor::f64(&[1], vec![self.scale]));
        if let Some(limits) = &self.limits {
            file.insert(LIMITS, Tensor::f64(&[limits.len()], limits.clone()));
        }
    }

    /// What [`Preparation::write`] wrote.
    pub fn read(file: &Container, channels: usize, length: usize) -> Result<Self> {
        let scale = file.tensor_f64("encoder.scale", &[1])?[0];
        if scale <= 0.0 {
            return Err(file.error("encoder.scale", "must be positive"));
        }
        let limits = if file.names().any(|name| name == LIMITS) {
            let limits = file.tensor_f64(LIMITS, &[channels])?.to_vec();
            if limits.iter().any(|&limit| limit < 0.0) {
                return Err(file.error(LIMITS, "must not be negative"));
            }
            Some(limits)
        } else {
            None
        };
        Ok(Preparation { length, mean: file.tensor_f64("encoder.mean", &[channels])?.to_vec(), scale, limits })
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
