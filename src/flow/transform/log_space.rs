//! Scalar functions in log space, in f64.

use nafal_kernels::dsf::Slope;

/// `ln Σ e^v`, `−∞` of nothing.
pub(super) fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY { top } else { top + values.map(|v| (v - top).exp()).sum::<f64>().ln() }
}

fn softplus(r: f64) -> f64 {
    r.max(0.0) + (-r.abs()).exp().ln_1p()
}

/// `ln a` of a raw slope `r`.
pub(super) fn log_slope(slope: Slope, r: f64) -> f64 {
    match slope {
        // softplus(r) → eʳ: below −37 the two agree to the last bit.
        Slope::Softplus if r < -37.0 => r,
        Slope::Softplus => softplus(r).ln(),
        Slope::Bounded { limit } => r / (1.0 + r.abs() / limit),
    }
}

/// The raw value whose slope is 1.
pub(super) fn raw_unit_slope(slope: Slope) -> f64 {
    match slope {
        Slope::Softplus => 1f64.exp_m1().ln(),
        Slope::Bounded { .. } => 0.0,
    }
}

/// Bias of sigmoid `unit` of `units` in a fresh flow: spread evenly over `[−2, 2]`.
pub(super) fn spread_bias(unit: usize, units: usize) -> f64 {
    if units > 1 { -2.0 + 4.0 * unit as f64 / (units - 1) as f64 } else { 0.0 }
}

/// `ln σ(u)` and `ln σ(−u)`.
pub(super) fn log_sigmoids(u: f64) -> (f64, f64) {
    let t = (-u.abs()).exp().ln_1p();
    (u.min(0.0) - t, (-u).min(0.0) - t)
}
