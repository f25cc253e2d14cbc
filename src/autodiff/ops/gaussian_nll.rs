//! Negative log-likelihood under a standard normal base, the loss of Eq. 6, summed over the columns in use:
//! `w·Σ_b (½‖z_b‖² + (m/2)·ln 2π − Σ_i log_slope_{i,b})`. Gradients: `z̄ = w·z`, `log_slope‾ = −w`.

use std::f64::consts::PI;

use nafal_kernels::Real;

use crate::autodiff::operation::{Backward, Forward, Operation, VarList};
use crate::autodiff::parameters::Parameters;
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

struct GaussianNll {
    z: Var,
    log_slopes: VarList,
    weight: f64,
}

impl<T: Real> Tape<T> {
    /// Adds `weight · Σ_lanes (½‖z‖² + (m/2)·ln 2π − Σ log-slopes)` to the loss (Eq. 6), accumulated in f64.
    pub fn gaussian_nll(&mut self, z: Var, log_slopes: &[Var], weight: f64) {
        let log_slopes = self.list(log_slopes);
        self.record(&Parameters::new(), GaussianNll { z, log_slopes, weight }, 0, true);
    }
}

impl<T: Real> Operation<T> for GaussianNll {
    const NAME: &'static str = "gaussian_nll";
    const IS_LOSS: bool = true;

    fn forward(&self, f: Forward<T>) {
        let (lanes, active) = (f.tile.lanes, f.tile.active);
        let mut total = 0.0;
        for row in f.values.of(self.z).data.chunks_exact(lanes) {
            total += row[..active].iter().map(|z| 0.5 * z.to_f64() * z.to_f64()).sum::<f64>();
        }
        for &var in f.tile.list(&self.log_slopes) {
            for row in f.values.of(var).data.chunks_exact(lanes) {
                total -= row[..active].iter().map(|l| l.to_f64()).sum::<f64>();
            }
        }
        let constant = 0.5 * (2.0 * PI).ln() * (self.z.rows * active) as f64;
        *f.loss += self.weight * (total + constant);
    }

    fn vjp(&self, mut b: Backward<T>) {
        let (lanes, active, weight) = (b.tile.lanes, b.tile.active, T::from_f64(self.weight));
        b.inputs.open(self.z);
        let z = b.values.of(self.z).data;
        for (dz, z) in b.inputs.of(self.z).chunks_exact_mut(lanes).zip(z.chunks_exact(lanes)) {
            for (dz, &z) in dz[..active].iter_mut().zip(z) {
                *dz += weight * z;
            }
        }
        for &var in b.tile.list(&self.log_slopes) {
            b.inputs.open(var);
            for row in b.inputs.of(var).chunks_exact_mut(lanes) {
                row[..active].iter_mut().for_each(|d| *d -= weight);
            }
        }
    }
}
