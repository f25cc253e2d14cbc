//! Negative log-likelihood under a standard normal base, the loss of Eq. 6, summed over the columns in use:
//! `w·Σ_b (½‖z_b‖² + (m/2)·ln 2π − Σ_i log_slope_{i,b})`. Gradients: `z̄ = w·z`, `log_slope‾ = −w`.

use std::f64::consts::PI;
use std::ops::Range;

use nafal_kernels::Real;

use crate::autodiff::tape::{Backward, Env, Var};

pub(in crate::autodiff) struct Node {
    pub(in crate::autodiff) z: Var,
    /// Where the values of the log-slopes stand in the tape's side list.
    pub(in crate::autodiff) log_slopes: Range<usize>,
    pub(in crate::autodiff) weight: f64,
}

impl Node {
    pub(super) fn forward<T: Real>(&self, env: &Env, before: &[T]) -> f64 {
        let lanes = env.lanes;
        let mut total = 0.0;
        for row in before[self.z.range(lanes)].chunks_exact(lanes) {
            total += row[..env.active].iter().map(|z| 0.5 * z.to_f64() * z.to_f64()).sum::<f64>();
        }
        for var in &env.vars[self.log_slopes.clone()] {
            for row in before[var.range(lanes)].chunks_exact(lanes) {
                total -= row[..env.active].iter().map(|l| l.to_f64()).sum::<f64>();
            }
        }
        let constant = 0.5 * (2.0 * PI).ln() * (self.z.rows * env.active) as f64;
        self.weight * (total + constant)
    }

    pub(super) fn vjp<T: Real>(&self, mut b: Backward<T>) {
        let (lanes, active, weight) = (b.env.lanes, b.env.active, T::from_f64(self.weight));
        b.before.open(self.z);
        let z = self.z.range(lanes);
        for (dz, z) in b.before.of(self.z).chunks_exact_mut(lanes).zip(b.values[z].chunks_exact(lanes)) {
            for (dz, &z) in dz[..active].iter_mut().zip(z) {
                *dz += weight * z;
            }
        }
        for &var in &b.env.vars[self.log_slopes.clone()] {
            b.before.open(var);
            for row in b.before.of(var).chunks_exact_mut(lanes) {
                row[..active].iter_mut().for_each(|d| *d -= weight);
            }
        }
    }
}
