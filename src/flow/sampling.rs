//! Samples from a flow: `z ~ N(0, I)`, `x = f⁻¹(z)`, with the log-density of each sample.

use std::f64::consts::PI;

use nafal_kernels::Real;
use rand::Rng;

use super::{Context, Flow};
use crate::random::normal;

/// Samples of a flow.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Row-major `[n, m]`.
    pub x: Vec<f64>,
    /// `log p(x)` of each.
    pub log_density: Vec<f64>,
}

impl<T: Real> Flow<T> {
    /// `n` samples under context `context` (ignored by an unconditional flow), computed in f64. Cost: one masked pass and
    /// `m` scalar solves a block and sample.
    pub fn sample(&self, n: usize, context: u32, rng: &mut impl Rng) -> Samples {
        let flow = self.cast::<f64>();
        let m = self.spec.features;
        let z: Vec<f64> = (0..n * m).map(|_| normal(rng)).collect();
        let contexts = if self.spec.contexts > 0 { Context::Same(context) } else { Context::None };
        let (x, log_det) = flow.latent_to_data(&z, contexts);
        let base = |z: &[f64]| -0.5 * z.iter().map(|z| z * z).sum::<f64>() - 0.5 * (2.0 * PI).ln() * m as f64;
        let log_density = z.chunks_exact(m).zip(log_det).map(|(z, l)| base(z) + l).collect();
        Samples { x, log_density }
    }
}
