//! Random starts of parameters: independent normal numbers, scaled by what a unit sees.
//!
//! With weights of variance `g/k` over `k` inputs a layer keeps the second moment of what passes through it where `g = 1`
//! (linear, tanh near zero; LeCun 1998) and `g = 2/(1 + s²)` (leaky ReLU of slope `s`; He et al. 2015).

use nafal_kernels::Real;
use rand::Rng;

use crate::autodiff::{ParameterId, Parameters};
use crate::random::normal;

/// Fills a parameter inside its staircase, row by row, with `N(0, sd(row)²)`.
pub fn fill_normal<T: Real>(
    parameters: &mut Parameters<T>,
    id: ParameterId,
    rng: &mut impl Rng,
    sd: impl Fn(usize) -> f64,
) {
    parameters.fill(id, |i, _| T::from_f64(sd(i) * normal::<f64>(rng)));
}

/// Inputs each row of a weight matrix sees: the non-zeros of its row in the staircase.
pub fn fan_in<T: Real>(parameters: &Parameters<T>, id: ParameterId) -> Vec<usize> {
    let runs = &parameters.shape(id).runs;
    runs.iter().flat_map(|r| std::iter::repeat_n(r.inner.len(), r.rows.len())).collect()
}
