//! The definition of every kernel, as plain loops: what the fast ones are tested against.

use crate::dsf::Slope;
use crate::gemm::{Finish, Start};
use crate::{Matrix, MatrixMut, Real, Staircase};

/// See [`crate::gemm::product`].
pub fn product<T: Real>(
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    start: Start<T>,
    finish: Finish<T>,
    y: MatrixMut<T>,
) {
    for r in &shape.runs {
        for i in r.rows.clone() {
            for b in 0..y.cols {
                let mut s = match start {
                    Start::Zero => T::ZERO,
                    Start::Bias(v) => v[i],
                    Start::Output => y.data[i * y.ld + b],
                };
                for p in r.inner.clone() {
                    s = w.data[i * w.ld + p].mul_add(x.data[p * x.ld + b], s);
                }
                y.data[i * y.ld + b] = match finish {
                    Finish::Store => s,
                    Finish::LeakyRelu(slope) => {
                        if s > slope * s {
                            s
                        } else {
                            slope * s
                        }
                    }
                    Finish::Tanh => T::from_f64(s.to_f64().tanh()),
                };
            }
        }
    }
}

/// See [`crate::gemm::outer`].
pub fn outer<T: Real>(shape: &Staircase, dy: Matrix<T>, xt: Matrix<T>, add: bool, dw: MatrixMut<T>) {
    for r in &shape.runs {
        for i in r.rows.clone() {
            for p in 0..dw.cols {
                let at = i * dw.ld + p;
                if r.inner.contains(&p) {
                    let mut s = if add { dw.data[at] } else { T::ZERO };
                    for b in 0..dy.cols {
                        s = dy.data[i * dy.ld + b].mul_add(xt.data[b * xt.ld + p], s);
                    }
                    dw.data[at] = s;
                } else if !add {
                    dw.data[at] = T::ZERO;
                }
            }
        }
    }
}

/// See [`crate::gemm::row_sums`].
pub fn row_sums<T: Real>(m: Matrix<T>, add: bool, out: &mut [T]) {
    for i in 0..m.rows {
        let mut s = T::ZERO;
        for &v in m.row(i) {
            s += v;
        }
        out[i] = if add { out[i] + s } else { s };
    }
}

/// See [`crate::gemm::transpose`].
pub fn transpose<T: Real>(src: Matrix<T>, dst: MatrixMut<T>) {
    for i in 0..src.rows {
        for j in 0..src.cols {
            dst.data[j * dst.ld + i] = src.data[i * src.ld + j];
        }
    }
}

/// Quantities of one lane of a DSF node, in double precision by log-sum-exp.
struct Lane {
    a: Vec<f64>,
    w: Vec<f64>,
    u: Vec<f64>,
    log_w: Vec<f64>,
    log_a: Vec<f64>,
    log_s: f64,
    log_c: f64,
    log_d: f64,
}

fn log_sigmoid(u: f64) -> f64 {
    u.min(0.0) - (-u.abs()).exp().ln_1p()
}
fn log_sum_exp(v: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = v.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + v.map(|v| (v - top).exp()).sum::<f64>().ln()
}

fn lane<T: Real>(slope: Slope, units: usize, x: f64, raw: &Matrix<T>, b: usize) -> Lane {
    let at = |j: usize| raw.data[j * raw.ld + b].to_f64();
    let log_a: Vec<f64> = (0..units)
        .map(|j| match slope {
            Slope::Softplus => {
                let r = at(j);
                if r < -37.0 { r } else { (r.max(0.0) + (-r.abs()).exp().ln_1p()).ln() }
            }
            Slope::Bounded { limit } => {
                let r = at(j);
                r / (1.0 + r.abs() / limit)
            }
        })
        .collect();
    let a: Vec<f64> = log_a.iter().map(|v| v.exp()).collect();
    let u: Vec<f64> = (0..units).map(|j| a[j] * x + at(units + j)).collect();
    let norm = log_sum_exp((0..units).map(|j| at(2 * units + j)));
    let log_w: Vec<f64> = (0..units).map(|j| at(2 * units + j) - norm).collect();
    let w = log_w.iter().map(|v| v.exp()).collect();
    let log_s = log_sum_exp((0..units).map(|j| log_w[j] + log_sigmoid(u[j])));
    let log_c = log_sum_exp((0..units).map(|j| log_w[j] + log_sigmoid(-u[j])));
    let log_d = log_sum_exp((0..units).map(|j| log_w[j] + log_a[j] + log_sigmoid(u[j]) + log_sigmoid(-u[j])));
    Lane { a, w, u, log_w, log_a, log_s, log_c, log_d }
}

/// See [`crate::dsf::forward`]; log-sum-exp in double precision.
pub fn dsf_forward<T: Real>(slope: Slope, units: usize, x: &[T], raw: Matrix<T>, y: &mut [T], log_slope: &mut [T]) {
    for b in 0..x.len() {
        let l = lane(slope, units, x[b].to_f64(), &raw, b);
        y[b] = T::from_f64(l.log_s - l.log_c);
        log_slope[b] = T::from_f64(l.log_d - l.log_s - l.log_c);
    }
}

/// See [`crate::dsf::vjp`]; responsibilities in double precision.
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
            let raw_a = raw.data[j * raw.ld + b].to_f64();
            let chain = match slope {
                Slope::Softplus => {
                    if raw_a < -37.0 {
                        1.0
                    } else {
                        log_sigmoid(raw_a).exp() / l.a[j]
                    }
                }
                Slope::Bounded { limit } => {
                    let d = 1.0 + raw_a.abs() / limit;
                    1.0 / (d * d)
                }
            };
            total += l.a[j] * u_bar;
            raw_bar.data[j * raw_bar.ld + b] = T::from_f64(log_a_bar * chain);
            raw_bar.data[(units + j) * raw_bar.ld + b] = T::from_f64(u_bar);
            raw_bar.data[(2 * units + j) * raw_bar.ld + b] = T::from_f64(yb * (p - q) + lb * (r - p - q + l.w[j]));
        }
        x_bar[b] = T::from_f64(x_bar[b].to_f64() + total);
    }
}
