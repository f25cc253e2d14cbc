//! `v = (x − mean)/sd`.

use super::{ColumnMap, Representation, centre_and_scale, standardise};
use crate::encode::Held;

/// Its line in the list.
pub(super) const REPRESENTATION: Representation = Representation { name: "standard", holds: Held::Figures, fit, read };

#[derive(Debug)]
struct Standard {
    mean: f64,
    sd: f64,
}

fn fit(values: &[f64]) -> Box<dyn ColumnMap> {
    let (mean, sd) = centre_and_scale(values);
    Box::new(Standard { mean, sd })
}

fn read(parameters: &[f64]) -> Option<Box<dyn ColumnMap>> {
    let &[mean, sd] = parameters else { return None };
    if sd > 0.0 { Some(Box::new(Standard { mean, sd })) } else { None }
}

impl ColumnMap for Standard {
    fn apply(&self, x: f64) -> f64 {
        standardise(x, self.mean, self.sd)
    }
    fn invert(&self, v: f64) -> f64 {
        v * self.sd + self.mean
    }
    fn parameters(&self) -> Vec<f64> {
        vec![self.mean, self.sd]
    }
}
