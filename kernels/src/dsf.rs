//! The deep sigmoidal flow node, fused: one monotone map per lane, its log-slope and their VJP.

use crate::{Isa, Matrix, MatrixMut, Real, naive};

/// How a raw conditioner output `r` becomes a positive slope `a`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slope {
    /// `a = softplus(r)`: the paper's, no floor.
    Softplus,
    /// `ln a = r / (1 + |r|/limit)`: slopes stay within `e^±limit`.
    Bounded {
        /// Bound on `|ln a|`.
        limit: f64,
    },
}

/// Value and log-slope of the node for one feature.
///
/// `x: [lanes]`, `raw: [3·units, lanes]` = rows `(a_raw | b | w_raw)`; writes `y` and `log_slope = ln dy/dx`, both `[lanes]`.
/// `y = ln S − ln S̄`, `S = Σ w_j σ(a_j x + b_j)`, `S̄ = Σ w_j σ(−a_j x − b_j)`, `w = softmax(w_raw)`.
pub fn forward<T: Real>(
    _isa: Isa,
    slope: Slope,
    units: usize,
    x: &[T],
    raw: Matrix<T>,
    y: &mut [T],
    log_slope: &mut [T],
) {
    naive::dsf_forward(slope, units, x, raw, y, log_slope)
}

/// VJP of [`forward`]: adds to `x_bar` and overwrites `raw_bar: [3·units, lanes]` with the gradients of
/// `Σ_lanes y_bar·y + log_slope_bar·log_slope`.
pub fn vjp<T: Real>(
    _isa: Isa,
    slope: Slope,
    units: usize,
    x: &[T],
    raw: Matrix<T>,
    y_bar: &[T],
    log_slope_bar: &[T],
    x_bar: &mut [T],
    raw_bar: MatrixMut<T>,
) {
    naive::dsf_vjp(slope, units, x, raw, y_bar, log_slope_bar, x_bar, raw_bar)
}
