//! Marginal Gaussianisation: every column standardised, then mapped to a standard normal shape.
//!
//! Column by column: `x ← (x − mean)/sd` (sd 0 → 1); a smooth distribution function from the training values,
//! `F(x) = mean_i σ((x − x_i)/h)` with `h = ½·n^(−1/5)`; `u = Φ⁻¹(F(x))`, taken from whichever tail is smaller and in the
//! log domain, so that `u` keeps growing however far out `x` lies; and standardised again. Values stay finite for every
//! finite input and grow strictly with it.

use nafal_kernels::{Isa, map};
use rayon::prelude::*;

use crate::data::container::{Container, Tensor};
use crate::encode::{Block, Features};
use crate::error::Result;
use crate::stats::{lower_quantile, mean_and_scale};

/// Most kernel centres of a column; more distinct values are represented by this many of their quantiles.
const MAX_CENTRES: usize = 1024;

/// Largest magnitude handed on in single precision: its square and any slope times it stay finite.
const LIMIT: f64 = 1e15;

/// The maps of one column.
#[derive(Clone, Debug, PartialEq)]
struct Marginal {
    mean: f64,
    sd: f64,
    bandwidth: f64,
    normal_mean: f64,
    normal_sd: f64,
    /// Kernel centres, ascending, on the standardised scale.
    centres: Vec<f64>,
    /// Share of the training rows each centre stands for; sums to one.
    shares: Vec<f64>,
}

impl Marginal {
    fn fit(isa: Isa, values: &[f64]) -> Marginal {
        let (mean, sd) = mean_and_scale(values);
        let standard: Vec<f64> = values.iter().map(|&v| standardise(v, mean, sd)).collect();
        let bandwidth = 0.5 * (values.len() as f64).powf(-0.2);
        let mut sorted = standard.clone();
        sorted.sort_by(f64::total_cmp);
        let (centres, shares) = compress(&sorted);
        let mut column = Marginal { mean, sd, bandwidth, normal_mean: 0.0, normal_sd: 1.0, centres, shares };
        let mut buffers = Buffers::default();
        let u: Vec<f64> = standard.iter().map(|&v| column.to_normal(isa, v, &mut buffers)).collect();
        (column.normal_mean, column.normal_sd) = mean_and_scale(&u);
        column
    }

    /// `Φ⁻¹(F(v))` of a standardised value.
    fn to_normal(&self, isa: Isa, v: f64, buffers: &mut Buffers) -> f64 {
        buffers.z.clear();
        buffers.z.extend(self.centres.iter().map(|c| (v - c) / self.bandwidth));
        buffers.s.resize(self.centres.len(), 0.0);
        let lower = self.tail(isa, buffers);
        if lower <= 0.5 {
            return lower_quantile(self.log_tail(isa, lower, buffers));
        }
        buffers.z.iter_mut().for_each(|z| *z = -*z);
        let upper = self.tail(isa, buffers);
        -lower_quantile(self.log_tail(isa, upper, buffers))
    }

    /// The value in the table's units whose standardised form is `v`.
    fn undo_standard(&self, v: f64) -> f64 {
        v * self.sd + self.mean
    }

    /// The value in the table's units that maps to `u`: bisection on the strictly growing map.
    fn undo_normal(&self, isa: Isa, u: f64) -> f64 {
        let mut buffers = Buffers::default();
        let target = u * self.normal_sd + self.normal_mean;
        let mut map = |v: f64| self.to_normal(isa, v, &mut buffers);
        let (mut low, mut high) = (-1.0, 1.0);
        while map(low) > target && low > -1e9 {
            low *= 2.0;
        }
        while map(high) < target && high < 1e9 {
            high *= 2.0;
        }
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if map(middle) < target { low = middle } else { high = middle }
        }
        self.undo_standard(0.5 * (low + high))
    }

    /// `Σ share_i σ(z_i)`.
    fn tail(&self, isa: Isa, buffers: &mut Buffers) -> f64 {
        map::sigmoid(isa, &buffers.z, &mut buffers.s);
        self.shares.iter().zip(&buffers.s).map(|(w, s)| w * s).sum()
    }

    /// `ln Σ share_i σ(z_i)`, by log-sum-exp where the sum itself has underflowed; never above −1e-12.
    fn log_tail(&self, isa: Isa, tail: f64, buffers: &mut Buffers) -> f64 {
        if tail > 1e-280 {
            return tail.ln().min(-1e-12);
        }
        map::log_sigmoid(isa, &buffers.z, &mut buffers.s);
        let top = buffers.s.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.shares.iter().zip(&buffers.s).map(|(w, s)| w * (s - top).exp()).sum();
        top + sum.ln()
    }
}

fn standardise(v: f64, mean: f64, sd: f64) -> f64 {
    // Halved before the difference, so that two ends of the number line do not overflow.
    ((0.5 * v - 0.5 * mean) / sd * 2.0).clamp(-1e290, 1e290)
}

/// Distinct values with their shares, or quantiles where there are too many.
fn compress(sorted: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = sorted.len();
    let mut centres: Vec<f64> = Vec::new();
    let mut counts: Vec<f64> = Vec::new();
    for &v in sorted {
        if centres.last() == Some(&v) {
            *counts.last_mut().expect("a count for every centre") += 1.0;
        } else {
            centres.push(v);
            counts.push(1.0);
        }
    }
    if centres.len() > MAX_CENTRES {
        centres = (0..MAX_CENTRES).map(|i| sorted[(2 * i + 1) * n / (2 * MAX_CENTRES)]).collect();
        counts = vec![n as f64 / MAX_CENTRES as f64; MAX_CENTRES];
    }
    let shares = counts.into_iter().map(|c| c / n as f64).collect();
    (centres, shares)
}

#[derive(Default)]
struct Buffers {
    z: Vec<f64>,
    s: Vec<f64>,
}

/// Blocks of a table's features, in their order.
const BLOCKS: [&str; 2] = [STANDARDISED, GAUSSIAN];

/// Name of the block of standardised columns.
pub const STANDARDISED: &str = "standardised";

/// Name of the block of columns mapped to a standard normal shape.
pub const GAUSSIAN: &str = "gaussian";

/// The maps of all columns of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MarginalGaussianisation {
    columns: Vec<Marginal>,
}

impl MarginalGaussianisation {
    /// Fits the maps to training rows `[n, d]`, row-major.
    pub(super) fn fit(isa: Isa, values: &[f64], d: usize) -> Self {
        let column = |j: usize| Marginal::fit(isa, &values.iter().skip(j).step_by(d).copied().collect::<Vec<_>>());
        MarginalGaussianisation { columns: (0..d).into_par_iter().map(column).collect() }
    }

    /// Number of columns `d`.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Number of the block called `name`.
    pub(super) fn block_named(name: &str) -> Option<usize> {
        BLOCKS.iter().position(|&block| block == name)
    }

    /// Both blocks of rows `[n, d]`; a row's bits do not depend on the others. Cost: one exponential per centre and value.
    pub(super) fn apply(&self, isa: Isa, values: &[f64]) -> Features {
        let d = self.columns.len();
        let mut buffers = Buffers::default();
        let (mut standardised, mut gaussian) = (Vec::with_capacity(values.len()), Vec::with_capacity(values.len()));
        for row in values.chunks_exact(d) {
            for (column, &v) in self.columns.iter().zip(row) {
                let v = standardise(v, column.mean, column.sd);
                let u = (column.to_normal(isa, v, &mut buffers) - column.normal_mean) / column.normal_sd;
                standardised.push(v.clamp(-LIMIT, LIMIT) as f32);
                gaussian.push(u.clamp(-LIMIT, LIMIT) as f32);
            }
        }
        Features::new(values.len() / d, vec![Block::new(d, standardised), Block::new(d, gaussian)])
    }

    /// The value in the table's units that column `column` maps to `value` in block `block`.
    pub(super) fn invert(&self, isa: Isa, block: usize, column: usize, value: f64) -> f64 {
        let column = &self.columns[column];
        if BLOCKS[block] == STANDARDISED { column.undo_standard(value) } else { column.undo_normal(isa, value) }
    }

    /// `columns.scaling` f64 `[d, 5]`: mean, sd, bandwidth, mean and sd of the normal shape; `columns.centres` and
    /// `columns.shares`: kernel centres of all columns.
    pub(super) fn write(&self, file: &mut Container) {
        let columns = &self.columns;
        let scaling = columns.iter().flat_map(|c| [c.mean, c.sd, c.bandwidth, c.normal_mean, c.normal_sd]).collect();
        file.insert("columns.scaling", Tensor::f64(&[columns.len(), 5], scaling));
        let lists = |f: fn(&Marginal) -> &Vec<f64>| columns.iter().map(|c| f(c).clone()).collect::<Vec<_>>();
        file.insert_lists("columns.centres", &lists(|c| &c.centres));
        file.insert_lists("columns.shares", &lists(|c| &c.shares));
    }

    /// What [`Self::write`] wrote of `d` columns.
    pub(super) fn read(file: &Container, d: usize) -> Result<Self> {
        let scaling = file.tensor_f64("columns.scaling", &[d, 5])?;
        let centres = file.lists_f64("columns.centres", d)?;
        let shares = file.lists_f64("columns.shares", d)?;
        let usable = |s: &[f64]| s[1] > 0.0 && s[2] > 0.0 && s[4] > 0.0;
        if !scaling.chunks_exact(5).all(usable) || centres.iter().any(Vec::is_empty) {
            let problem = "holds a spread that is not positive, or a column has no centres";
            return Err(file.error("columns.scaling", problem));
        }
        if centres.iter().zip(&shares).any(|(c, s)| c.len() != s.len() || s.iter().any(|&s| s < 0.0)) {
            return Err(file.error("columns.shares", "holds a negative share, or not one a centre"));
        }
        let column = |((s, centres), shares): ((&[f64], Vec<f64>), Vec<f64>)| Marginal {
            mean: s[0],
            sd: s[1],
            bandwidth: s[2],
            normal_mean: s[3],
            normal_sd: s[4],
            centres,
            shares,
        };
        let columns = scaling.chunks_exact(5).zip(centres).zip(shares).map(column).collect();
        Ok(MarginalGaussianisation { columns })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_out_standard_and_keep_their_order_far_out() {
        let isa = Isa::detect();
        let values: Vec<f64> = (0..500).map(|i| ((i * 37 % 500) as f64 / 50.0).exp()).collect();
        let map = MarginalGaussianisation::fit(isa, &values, 1);
        let features = map.apply(isa, &values);
        let (mean, sd) = mean_and_scale(&features.block(1).values().iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
        assert!(mean.abs() < 1e-6 && (sd - 1.0).abs() < 1e-6, "{mean} {sd}");
        let mut probes = vec![-1e300, -1e9, -1e5, -100.0, 0.0, 1.0, 50.0, 1e4, 1e5, 1e6, 1e9, 1e300];
        probes.sort_by(f64::total_cmp);
        let out = map.apply(isa, &probes);
        assert!(
            out.block(1).values().windows(2).all(|w| w[0] < w[1] || w[0] == LIMIT as f32 || w[1] == -LIMIT as f32),
            "{:?}",
            out.block(1).values()
        );
        assert!(out.block(1).values().iter().chain(out.block(0).values()).all(|v| v.is_finite()));
    }

    #[test]
    fn constant_columns_and_extreme_values_stay_finite() {
        let isa = Isa::detect();
        let values: Vec<f64> = (0..10).flat_map(|i| [7.0, if i % 2 == 0 { 1e308 } else { -1e308 }]).collect();
        let map = MarginalGaussianisation::fit(isa, &values, 2);
        let out = map.apply(isa, &values);
        assert!(out.block(1).values().iter().chain(out.block(0).values()).all(|v| v.is_finite()), "{out:?}");
        assert!(out.block(1).values().iter().step_by(2).all(|&v| v == 0.0));
    }
}
