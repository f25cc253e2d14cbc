//! The gradient checker: central differences against a claimed gradient.

use std::fmt;

/// A claimed derivative that differs from the measured one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientError {
    /// Coordinate.
    pub index: usize,
    /// What the gradient claims.
    pub claimed: f64,
    /// What central differences measure.
    pub measured: f64,
}

impl fmt::Display for GradientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gradient[{}]: claimed {}, measured {}", self.index, self.claimed, self.measured)
    }
}

impl std::error::Error for GradientError {}

/// Compares `gradient` with central differences of `f` at `x`, step `ε^{1/3}·max(1, |x_i|)`, at each coordinate in
/// `coordinates`; the tolerance is `tolerance · max(1, ‖gradient‖_∞)`.
///
/// # Errors
/// The worst coordinate, if it is outside the tolerance.
pub fn check_gradient(
    x: &[f64],
    gradient: &[f64],
    coordinates: impl IntoIterator<Item = usize>,
    tolerance: f64,
    mut f: impl FnMut(&[f64]) -> f64,
) -> Result<(), GradientError> {
    // An infinite claim must not widen the tolerance that would catch it.
    let scale = gradient.iter().filter(|g| g.is_finite()).fold(1.0f64, |a, g| a.max(g.abs()));
    let mut at = x.to_vec();
    let mut worst: Option<GradientError> = None;
    for i in coordinates {
        let h = f64::EPSILON.cbrt() * x[i].abs().max(1.0);
        at[i] = x[i] + h;
        let up = f(&at);
        at[i] = x[i] - h;
        let down = f(&at);
        at[i] = x[i];
        let measured = (up - down) / (2.0 * h);
        let miss = |e: &GradientError| (e.claimed - e.measured).abs();
        let error = GradientError { index: i, claimed: gradient[i], measured };
        if !(miss(&error) <= tolerance * scale) && worst.as_ref().is_none_or(|w| !(miss(w) >= miss(&error))) {
            worst = Some(error);
        }
    }
    worst.map_or(Ok(()), Err)
}
