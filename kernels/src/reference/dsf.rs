//! The flow node by log-sum-exp in double precision, and its VJP from responsibilities.

use crate::dsf::Slope;
use crate::{Matrix, MatrixMut, Real};

/// Quantities of one lane of a DSF node, in double precision by log-sum-exp.
struct Lane {
    a: Vec<f64>,
    rate: Vec<f64>,
    w: Vec<f64>,
    u: Vec<f64>,
    log_w: Vec<f64>,
    log_a: Vec<f64>,
    log_s: f64,
    log_c: f64,
    log_d: f64,
}

pub(super) fn log_sigmoid(u: f64) -> f64 {
    u.min(0.0) - (-u.abs()).exp().ln_1p()
}

pub(super) fn log_sum_exp(v: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = v.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + v.map(|v| (v - top).exp()).sum::<f64>().ln()
}

/// `ln a` of a raw slope `r`, and `d ln a/dr`.
pub(super) fn log_a_and_rate(slope: Slope, r: f64) -> (f64, f64) {
    match slope {
        Slope::Softplus if r < -40.0 => (r, 1.0),
        Slope::Softplus => {
            let a = r.max(0.0) + (-r.abs()).exp().ln_1p();
            (a.ln(), log_sigmoid(r).exp() / a)
        }
        Slope::Bounded { limit } => {
            let d = 1.0 + r.abs() / limit;
            (r / d, 1.0 / (d * d))
        }
    }
}

fn lane<T: Real>(slope: Slope, units: usize, x: f64, raw: &Matrix<T>, b: usize) -> Lane {
    let at = |j: usize| raw.data[j * raw.ld + b].to_f64();
    let (log_a, rate): (Vec<f64>, Vec<f64>) = (0..units).map(|j| log_a_and_rate(slope, at(j))).unzip();
    let a: Vec<f64> = log_a.iter().map(|v| v.exp()).collect();
    let u: Vec<f64> = (0..units).map(|j| a[j] * x + at(units + j)).collect();
    let norm = log_sum_exp((0..units).map(|j| at(2 * units + j)));
    let log_w: Vec<f64> = (0..units).map(|j| at(2 * units + j) - norm).collect();
    let w = log_w.iter().map(|v| v.exp()).collect();
    let log_s = log_sum_exp((0..units).map(|j| log_w[j] + log_sigmoid(u[j])));
    let log_c = log_sum_exp((0..units).map(|j| log_w[j] + log_sigmoid(-u[j])));
    let log_d = log_sum_exp((0..units).map(|j| log_w[j] + log_a[j] + log_sigmoid(u[j]) + log_sigmoid(-u[j])));
    Lane { a, rate, w, u, log_w, log_a, log_s, log_c, log_d }
}

/// See [`crate::dsf::forward()`]; log-sum-exp in double precision.
pub fn dsf_forward<T: Real>(slope: Slope, units: usize, x: &[T], raw: Matrix<T>, y: &mut [T], log_slope: &mut [T]) {
    for b in 0..x.len() {
        let l = lane(slope, units, x[b].to_f64(), &raw, b);
        y[b] = T::from_f64(l.log_s - l.log_c);
        log_slope[b] = T::from_f64(l.log_d - l.log_s - l.log_c);
    }
}

/// See [`crate::dsf::vjp()`]; responsibilities in double precision.
pub fn dsf_vjp<T: Real>(
    slope: Slope,
    units: usize,
    x: &[T],
    raw: Matrix<T>,
    y_bar: &[T],
    log_slope_bar: &[T],
    x_bar: &mut [T],
    raw_bar: MatrixMut<T>,
) {
    for b in 0..x.len() {
        let (xv, yb, lb) = (x[b].to_f64(), y_bar[b].to_f64(), log_slope_bar[b].to_f64());
        let l = lane(slope, units, xv, &raw, b);
        let mut total = 0.0;
        for j in 0..units {
            let (ls, lc) = (log_sigmoid(l.u[j]), log_sigmoid(-l.u[j]));
            let p = (l.log_w[j] + ls - l.log_s).exp();
            let q = (l.log_w[j] + lc - l.log_c).exp();
            let r = (l.log_w[j] + l.log_a[j] + ls + lc - l.log_d).exp();
            let (s, c) = (ls.exp(), lc.exp());
            let u_bar = yb * (p * c + q * s) + lb * (-r * (0.5 * l.u[j]).tanh() - p * c + q * s);
            let log_a_bar = l.a[j] * xv * u_bar + lb * r;
            total += l.a[j] * u_bar;
            raw_bar.data[j * raw_bar.ld + b] = T::from_f64(log_a_bar * l.rate[j]);
            raw_bar.data[(units + j) * raw_bar.ld + b] = T::from_f64(u_bar);
            raw_bar.data[(2 * units + j) * raw_bar.ld + b] = T::from_f64(yb * (p - q) + lb * (r - p - q + l.w[j]));
        }
        x_bar[b] = T::from_f64(x_bar[b].to_f64() + total);
    }
}
