//! Draws from a flow: `z ~ N(0, I)`, `x = f⁻¹(z)`, with the log-density of each draw.

use std::f64::consts::PI;

use nafal_kernels::Real;
use rand::Rng;

use super::{Classes, Flow};
use crate::random::normal;

/// Samples of a flow.
#[derive(Clone, Debug)]
pub struct Draws {
    /// Row-major `[n, m]`.
    pub x: Vec<f64>,
    /// `log p(x)` of each.
    pub log_density: Vec<f64>,
}

impl<T: Real> Flow<T> {
    /// Draws `n` samples of class `class` (ignored by an unconditional flow), computed in f64. Cost: one masked pass and
    /// `m` scalar solves a block and sample.
    pub fn sample(&self, n: usize, class: u32, rng: &mut impl Rng) -> Draws {
        let flow = self.cast::<f64>();
        let m = self.spec.features;
        let z: Vec<f64> = (0..n * m).map(|_| normal(rng)).collect();
        let classes = if self.spec.classes > 0 { Classes::Same(class) } else { Classes::None };
        let (x, log_det) = flow.latent_to_data(&z, classes);
        let base = |z: &[f64]| -0.5 * z.iter().map(|z| z * z).sum::<f64>() - 0.5 * (2.0 * PI).ln() * m as f64;
        let log_density = z.chunks_exact(m).zip(log_det).map(|(z, l)| base(z) + l).collect();
        Draws { x, log_density }
    }
}
