//! The arguments that errors are measured at: fixed, so that the figures are the same on every run.

use super::functions::Function;
use super::support::Numbers;

/// Distance of the bit patterns of single precision: an odd prime, so that all exponents and low bits occur.
pub const STRIDE: u64 = 509;

/// Arguments of one kind of each grid.
const EACH: usize = 40_000;

/// See [`ArgumentsOf::arguments`].
pub trait ArgumentsOf {
    /// The grid of double precision: bit patterns a fixed stride apart; numbers spread evenly over the range where the
    /// function is interesting; numbers of every magnitude, of both signs; and, near the ends of `0..1` and near one,
    /// numbers a little off.
    fn arguments(&self) -> Vec<f64>;
}

impl ArgumentsOf for Function {
    fn arguments(&self) -> Vec<f64> {
        let mut r = Numbers(2026);
        let stride = u64::MAX / EACH as u64;
        let mut x: Vec<f64> = (0..EACH as u64).map(|i| f64::from_bits(i * stride + i)).collect();
        x.extend((0..2 * EACH).map(|_| self.low + (self.high - self.low) * r.unit()));
        for _ in 0..EACH {
            let magnitude = (1.0 + r.unit()) * 2f64.powi(r.below(75) as i32 - 64);
            x.extend([magnitude, -magnitude, 1.0 + magnitude, 1.0 - magnitude]);
        }
        x
    }
}
