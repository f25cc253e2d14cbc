//! The features detectors of tables work on: every column standardised, then mapped to a standard normal shape.
//!
//! Column by column: `x ← (x − mean)/sd` (sd 0 → 1); a smooth distribution function from the training values,
//! `F(x) = mean_i σ((x − x_i)/h)` with `h = ½·n^(−1/5)`; `u = Φ⁻¹(F(x))`, taken from whichever tail is smaller and in the
//! log domain, so that `u` keeps growing however far out `x` lies; and standardised again. Values stay finite for every
//! finite input and grow strictly with it.

use nafal_kernels::{Isa, map};

use crate::stats::{Standardizer, lower_quantile};

/// Most kernel centres of a column; more distinct values are represented by this many of their quantiles.
const MAX_CENTRES: usize = 1024;

/// Largest magnitude handed on in single precision: its square and any slope times it stay finite.
const LIMIT: f64 = 1e15;

/// Mean and population standard deviation (0 → 1) of one column.
pub(super) fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let fitted = Standardizer::fit(values, 1);
    (fitted.mean()[0], fitted.scale()[0])
}

/// One column's maps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) mean: f64,
    pub(super) sd: f64,
    pub(super) bandwidth: f64,
    pub(super) normal_mean: f64,
    pub(super) normal_sd: f64,
    /// Kernel centres, ascending, on the standardised scale.
    pub(super) centres: Vec<f64>,
    /// Share of the training rows each centre stands for; sums to one.
    pub(super) shares: Vec<f64>,
}

impl Column {
    fn fit(isa: Isa, values: &[f64]) -> Column {
        let (mean, sd) = mean_and_sd(values);
        let standard: Vec<f64> = values.iter().map(|&v| standardise(v, mean, sd)).collect();
        let bandwidth = 0.5 * (values.len() as f64).powf(-0.2);
        let mut sorted = standard.clone();
        sorted.sort_by(f64::total_cmp);
        let (centres, shares) = compress(&sorted);
        let mut column = Column { mean, sd, bandwidth, normal_mean: 0.0, normal_sd: 1.0, centres, shares };
        let mut buffers = Buffers::default();
        let u: Vec<f64> = standard.iter().map(|&v| column.to_normal(isa, v, &mut buffers)).collect();
        (column.normal_mean, column.normal_sd) = mean_and_sd(&u);
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
    pub(super) fn undo_standard(&self, v: f64) -> f64 {
        v * self.sd + self.mean
    }

    /// The value in the table's units that maps to `u`: bisection on the strictly growing map.
    pub(super) fn undo_normal(&self, isa: Isa, u: f64) -> f64 {
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

/// Both representations of a table's rows, row-major `[n, d]` in single precision.
#[derive(Clone, Debug, Default)]
pub(super) struct Features {
    /// Standardised columns.
    pub(super) standard: Vec<f32>,
    /// Standardised columns mapped to a normal shape.
    pub(super) normal: Vec<f32>,
}

/// The columns' maps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FeatureMap {
    pub(super) columns: Vec<Column>,
}

impl FeatureMap {
    /// Fits the maps to training rows `[n, d]`, row-major.
    pub(super) fn fit(isa: Isa, values: &[f64], d: usize) -> FeatureMap {
        use rayon::prelude::*;
        let column = |j: usize| Column::fit(isa, &values.iter().skip(j).step_by(d).copied().collect::<Vec<_>>());
        FeatureMap { columns: (0..d).into_par_iter().map(column).collect() }
    }

    /// Maps rows `[n, d]`; a row's bits do not depend on the others. Cost: one exponential per centre and value.
    pub(super) fn apply(&self, isa: Isa, values: &[f64]) -> Features {
        let mut buffers = Buffers::default();
        let mut out = Features { standard: Vec::with_capacity(values.len()), normal: Vec::with_capacity(values.len()) };
        for row in values.chunks_exact(self.columns.len()) {
            for (column, &v) in self.columns.iter().zip(row) {
                let v = standardise(v, column.mean, column.sd);
                let u = (column.to_normal(isa, v, &mut buffers) - column.normal_mean) / column.normal_sd;
                out.standard.push(v.clamp(-LIMIT, LIMIT) as f32);
                out.normal.push(u.clamp(-LIMIT, LIMIT) as f32);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_out_standard_and_keep_their_order_far_out() {
        let isa = Isa::detect();
        let values: Vec<f64> = (0..500).map(|i| ((i * 37 % 500) as f64 / 50.0).exp()).collect();
        let map = FeatureMap::fit(isa, &values, 1);
        let features = map.apply(isa, &values);
        let (mean, sd) = mean_and_sd(&features.normal.iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
        assert!(mean.abs() < 1e-6 && (sd - 1.0).abs() < 1e-6, "{mean} {sd}");
        let mut probes = vec![-1e300, -1e9, -1e5, -100.0, 0.0, 1.0, 50.0, 1e4, 1e5, 1e6, 1e9, 1e300];
        probes.sort_by(f64::total_cmp);
        let out = map.apply(isa, &probes);
        assert!(
            out.normal.windows(2).all(|w| w[0] < w[1] || w[0] == LIMIT as f32 || w[1] == -LIMIT as f32),
            "{:?}",
            out.normal
        );
        assert!(out.normal.iter().chain(&out.standard).all(|v| v.is_finite()));
    }

    #[test]
    fn constant_columns_and_extreme_values_stay_finite() {
        let isa = Isa::detect();
        let values: Vec<f64> = (0..10).flat_map(|i| [7.0, if i % 2 == 0 { 1e308 } else { -1e308 }]).collect();
        let map = FeatureMap::fit(isa, &values, 2);
        let out = map.apply(isa, &values);
        assert!(out.normal.iter().chain(&out.standard).all(|v| v.is_finite()), "{out:?}");
        assert!(out.normal.iter().step_by(2).all(|&v| v == 0.0));
    }
}
