//! `v = (asinh((x − median)/s) − a)/b` with `s = min(IQR/1.349, sd)`, and `a`, `b` mean and sd of the training values' asinh.
//!
//! Linear within a few `s` of the median and logarithmic beyond: a gross training value neither spends the resolution of
//! the others nor is lost itself.

use super::{ColumnMap, Representation, centre_and_scale, standardise};
use crate::encode::Held;
use crate::stats::mean_and_scale;

/// Its line in the list.
pub(super) const REPRESENTATION: Representation = Representation { name: "robust", holds: Held::Figures, fit, read };

/// Interquartile range of a normal law of unit variance.
const NORMAL_IQR: f64 = 1.349;

#[derive(Debug)]
struct Robust {
    median: f64,
    scale: f64,
    mean: f64,
    sd: f64,
}

/// The value at share `q` of ascending values, linear between them.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] * (1.0 - part) + sorted[above] * part
}

fn fit(values: &[f64]) -> Box<dyn ColumnMap> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (_, sd) = centre_and_scale(values);
    let iqr = (0.5 * quantile(&sorted, 0.75) - 0.5 * quantile(&sorted, 0.25)) / (0.5 * NORMAL_IQR);
    // A column that is mostly one value has no interquartile range.
    let scale = if iqr > 0.0 && iqr.is_finite() { iqr.min(sd) } else { sd };
    let mut map = Robust { median: quantile(&sorted, 0.5), scale, mean: 0.0, sd: 1.0 };
    (map.mean, map.sd) = mean_and_scale(&values.iter().map(|&x| map.apply(x)).collect::<Vec<_>>());
    Box::new(map)
}

fn read(parameters: &[f64]) -> Option<Box<dyn ColumnMap>> {
    let &[median, scale, mean, sd] = parameters else { return None };
    if scale > 0.0 && sd > 0.0 { Some(Box::new(Robust { median, scale, mean, sd })) } else { None }
}

impl ColumnMap for Robust {
    fn apply(&self, x: f64) -> f64 {
        (standardise(x, self.median, self.scale).asinh() - self.mean) / self.sd
    }
    fn invert(&self, v: f64) -> f64 {
        (v * self.sd + self.mean).sinh() * self.scale + self.median
    }
    fn parameters(&self) -> Vec<f64> {
        vec![self.median, self.scale, self.mean, self.sd]
    }
}
