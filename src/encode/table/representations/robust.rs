//! `v = (asinh((x − median)/s) − a)/b` with `s = min(IQR/1.349, sd)`, and `a`, `b` mean and sd of the training values' asinh.
//!
//! Linear within a few `s` of the median and logarithmic beyond: a gross training value neither spends the resolution of
//! the others nor is lost itself. Beyond an asinh of eight, 1,500 `s` from the median, it grows as the logarithm's logarithm, or one
//! value of 10³⁰⁰ would still spend it. A column of a few far modes is mapped by [`FarModes`], in units of the modes' own spread.

use super::far_modes::FarModes;
use super::{ColumnMap, Representation, centre_and_scale, standardise};
use crate::encode::Held;
use crate::stats::mean_and_scale;

/// Its line in the list.
pub(super) const REPRESENTATION: Representation = Representation { name: "robust", holds: Held::Figures, fit, read };

/// Interquartile range of a normal law of unit variance.
const NORMAL_IQR: f64 = 1.349;

/// Largest asinh that is left as it is.
const FAR: f64 = 8.0;

/// `a`, and beyond [`FAR`] the logarithm of what is beyond.
fn soften(a: f64) -> f64 {
    if a.abs() <= FAR { a } else { a.signum() * (FAR + (a.abs() - FAR).ln_1p()) }
}

/// The inverse of [`soften`].
fn harden(v: f64) -> f64 {
    if v.abs() <= FAR { v } else { v.signum() * (FAR + (v.abs() - FAR).exp_m1()) }
}

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
    if let Some(modes) = FarModes::find(&sorted) {
        let mean = values.iter().map(|&x| modes.apply(x)).sum::<f64>() / values.len() as f64;
        return Box::new(Modal { modes, mean });
    }
    let (_, sd) = centre_and_scale(values);
    let iqr = (0.5 * quantile(&sorted, 0.75) - 0.5 * quantile(&sorted, 0.25)) / (0.5 * NORMAL_IQR);
    // A column that is mostly one value has no interquartile range.
    let scale = if iqr > 0.0 && iqr.is_finite() { iqr.min(sd) } else { sd };
    let mut map = Robust { median: quantile(&sorted, 0.5), scale, mean: 0.0, sd: 1.0 };
    (map.mean, map.sd) = mean_and_scale(&values.iter().map(|&x| map.apply(x)).collect::<Vec<_>>());
    Box::new(map)
}

fn read(parameters: &[f64]) -> Option<Box<dyn ColumnMap>> {
    if let [unit, mean, ends @ ..] = parameters
        && ends.len() >= 4
    {
        let (pairs, rest) = ends.as_chunks::<2>();
        let modes = FarModes::new(*unit, pairs.iter().map(|&[low, high]| (low, high)).collect());
        let modal = |modes| Box::new(Modal { modes, mean: *mean }) as Box<dyn ColumnMap>;
        return modes.filter(|_| rest.is_empty()).map(modal);
    }
    let &[median, scale, mean, sd] = parameters else { return None };
    if scale > 0.0 && sd > 0.0 { Some(Box::new(Robust { median, scale, mean, sd })) } else { None }
}

impl ColumnMap for Robust {
    fn apply(&self, x: f64) -> f64 {
        (soften(standardise(x, self.median, self.scale).asinh()) - self.mean) / self.sd
    }
    fn invert(&self, v: f64) -> f64 {
        // What lies beyond every number, as a sample may, is the largest one.
        (harden(v * self.sd + self.mean).sinh() * self.scale + self.median).clamp(f64::MIN, f64::MAX)
    }
    fn parameters(&self) -> Vec<f64> {
        vec![self.median, self.scale, self.mean, self.sd]
    }
}

/// A column of far modes: in units of their spread, about the mean.
#[derive(Debug)]
struct Modal {
    modes: FarModes,
    mean: f64,
}

impl ColumnMap for Modal {
    fn apply(&self, x: f64) -> f64 {
        self.modes.apply(x) - self.mean
    }
    fn invert(&self, v: f64) -> f64 {
        self.modes.invert(v + self.mean).clamp(f64::MIN, f64::MAX)
    }
    /// The unit, the mean, and the ends of at least two modes: six numbers or more, where others have four.
    fn parameters(&self) -> Vec<f64> {
        [self.modes.unit(), self.mean].into_iter().chain(self.modes.ends()).collect()
    }
}
