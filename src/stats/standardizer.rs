//! Standardisation of columns: `z = (x − μ) / σ` with the mean and population standard deviation of training rows.
//!
//! All in f64 and in one fixed order: rows ascending, one accumulator a column, two passes (mean, then deviations
//! from it, each corrected by the sum of the deviations), so the bits depend on nothing but the data. Each column is
//! first multiplied by a power of two (exactly) that brings its largest magnitude to [½, 1), so that sums and squares
//! neither overflow nor underflow for values up to the largest double.

use super::range::ROUNDING;
use crate::error::{DataError, Result};

/// Mean and scale of each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
    mean: Vec<f64>,
    scale: Vec<f64>,
}

/// What is known of a column while its rows pass by.
#[derive(Clone, Copy)]
struct Column {
    /// A power of two.
    unit: f64,
    /// Mean times `unit`.
    mean: f64,
    sum: f64,
    squares: f64,
}

impl Standardizer {
    /// Fits mean and scale to row-major `values` `[rows, columns]`, which must be finite. A constant column (also one
    /// that differs by rounding alone) has scale 1; so has every column of a table without rows, with mean 0.
    /// O(values).
    ///
    /// # Panics
    /// If `columns` is 0 or does not divide the number of values.
    pub fn fit(values: &[f64], columns: usize) -> Standardizer {
        assert!(columns > 0 && values.len().is_multiple_of(columns), "values must fill rows of {columns} columns");
        let n = (values.len() / columns).max(1) as f64;
        let mut largest = vec![0.0f64; columns];
        for row in values.chunks_exact(columns) {
            largest.iter_mut().zip(row).for_each(|(m, x)| *m = m.max(x.abs()));
        }
        let mut state: Vec<Column> =
            largest.iter().map(|&m| Column { unit: power_of_two(m), mean: 0.0, sum: 0.0, squares: 0.0 }).collect();
        for row in values.chunks_exact(columns) {
            state.iter_mut().zip(row).for_each(|(c, x)| c.sum += x * c.unit);
        }
        for c in &mut state {
            (c.mean, c.sum) = (c.sum / n, 0.0);
        }
        for row in values.chunks_exact(columns) {
            for (c, x) in state.iter_mut().zip(row) {
                let deviation = x * c.unit - c.mean;
                c.sum += deviation;
                c.squares += deviation * deviation;
            }
        }
        let mean = state.iter().map(|c| ((c.mean + c.sum / n) / c.unit).clamp(f64::MIN, f64::MAX)).collect();
        let scale = state.iter().zip(&largest).map(|(c, &m)| c.scale(n, m)).collect();
        Standardizer { mean, scale }
    }

    /// A standardizer from its parts, one mean and one scale a column.
    ///
    /// # Errors
    /// If the lengths differ, a number is not finite, or a scale is not positive.
    pub fn from_parts(mean: Vec<f64>, scale: Vec<f64>) -> Result<Standardizer> {
        let sound = mean.len() == scale.len()
            && mean.iter().all(|m| m.is_finite())
            && scale.iter().all(|s| s.is_finite() && *s > 0.0);
        if !sound {
            return Err(DataError::new("", "means must be finite and scales positive, one of each a column").into());
        }
        Ok(Standardizer { mean, scale })
    }

    /// Mean of each column.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }
    /// Scale of each column, positive.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// Standardises row-major `values` `[rows, columns]` in place. Finite numbers stay finite: a result beyond the
    /// largest double becomes the largest double, with its sign.
    ///
    /// # Panics
    /// If the columns do not divide the number of values.
    pub fn transform(&self, values: &mut [f64]) {
        let columns = self.mean.len();
        assert!(columns > 0 && values.len().is_multiple_of(columns), "values must fill rows of {columns} columns");
        for row in values.chunks_exact_mut(columns) {
            for (x, (mean, scale)) in row.iter_mut().zip(self.mean.iter().zip(&self.scale)) {
                *x = ((*x - mean) / scale).clamp(f64::MIN, f64::MAX);
            }
        }
    }
}

impl Column {
    fn scale(&self, n: f64, largest: f64) -> f64 {
        let variance = (self.squares - self.sum * self.sum / n) / n;
        let deviation = variance.max(0.0).sqrt();
        if deviation <= ROUNDING * largest * self.unit {
            return 1.0;
        }
        (deviation / self.unit).clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

/// The power of two that brings `x > 0` to [½, 1), as far as it is a normal number; 1 for 0.
fn power_of_two(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    // The biased exponent; subnormal numbers share the smallest.
    let exponent = ((x.to_bits() >> 52) & 0x7ff) as i64 - 1022;
    f64::from_bits(((1023 - exponent).clamp(1, 2046) as u64) << 52)
}

/// Mean and population standard deviation (0 → 1) of one column.
pub(crate) fn mean_and_scale(values: &[f64]) -> (f64, f64) {
    let fitted = Standardizer::fit(values, 1);
    (fitted.mean()[0], fitted.scale()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit1(values: &[f64]) -> (f64, f64) {
        let s = Standardizer::fit(values, 1);
        (s.mean()[0], s.scale()[0])
    }

    #[test]
    fn mean_and_population_deviation() {
        let s = Standardizer::fit(&[1.0, 10.0, 2.0, 10.0, 3.0, 10.0, 4.0, 10.0], 2);
        assert_eq!(s.mean(), [2.5, 10.0]);
        assert!((s.scale()[0] - 1.25f64.sqrt()).abs() < 1e-15);
        assert_eq!(s.scale()[1], 1.0);
    }

    #[test]
    fn constant_columns_have_scale_one_whatever_the_rounding() {
        for c in [0.0, 0.1, -1e300, 1e-310, f64::MAX, 123_456.789] {
            let (mean, scale) = fit1(&vec![c; 997]);
            assert_eq!(scale, 1.0, "{c}");
            assert!((mean - c).abs() <= 2.0 * f64::EPSILON * c.abs(), "{c}: {mean}");
        }
        // 0.3 − 0.2 is not 0.1: a difference of rounding.
        assert_eq!(fit1(&[0.1, 0.3 - 0.2, 0.1, 0.1]).1, 1.0);
    }

    #[test]
    fn a_small_spread_on_a_large_mean_is_kept() {
        let values: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 2)).collect();
        let (mean, scale) = fit1(&values);
        assert_eq!((mean, scale), (1e9 + 0.5, 0.5));
    }

    #[test]
    fn extremes_neither_overflow_nor_underflow() {
        for m in [f64::MAX, 1e300, 1e-300, f64::MIN_POSITIVE] {
            let (mean, scale) = fit1(&[m, -m, m, -m]);
            assert_eq!(mean, 0.0);
            assert!((scale / m - 1.0).abs() < 1e-15, "{m}: {scale}");
            let mut x = [m, -m, f64::MAX];
            Standardizer::fit(&[m, -m], 1).transform(&mut x);
            assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] + 1.0).abs() < 1e-15 && x[2].is_finite());
        }
    }

    #[test]
    fn subnormal_columns_stay_finite() {
        let mut x = [5e-324, 0.0, 1.0];
        Standardizer::fit(&[5e-324, 0.0], 1).transform(&mut x);
        assert!(x.iter().all(|x| x.is_finite()), "{x:?}");
    }

    #[test]
    fn scaling_by_a_power_of_two_scales_the_result_exactly() {
        let values: Vec<f64> = (0..101).map(|i| f64::from(i * i % 37) / 7.0 - 2.0).collect();
        let (mean, scale) = fit1(&values);
        let large: Vec<f64> = values.iter().map(|v| v * 2f64.powi(900)).collect();
        assert_eq!(fit1(&large), (mean * 2f64.powi(900), scale * 2f64.powi(900)));
    }

    #[test]
    fn wrong_parts_are_refused() {
        assert!(Standardizer::from_parts(vec![0.0], vec![0.0]).is_err());
        assert!(Standardizer::from_parts(vec![f64::NAN], vec![1.0]).is_err());
        assert!(Standardizer::from_parts(vec![0.0], vec![]).is_err());
    }
}
