//! A layer of the deep dense sigmoidal flow by log-sum-exp in double precision, and its VJP from responsibilities.

use super::dsf::{log_a_and_rate, log_sigmoid, log_sum_exp};
use crate::ddsf::Layer;
use crate::{Matrix, MatrixMut, Real};

/// One lane of a layer.
struct Lane {
    h: Vec<f64>,
    a: Vec<f64>,
    rate: Vec<f64>,
    z: Vec<f64>,
    u: Vec<f64>,
    /// `[units, inputs]`: softmax of the inner logits, and the same reweighted by the tangents.
    inner: Vec<Vec<f64>>,
    reweighted: Vec<Vec<f64>>,
    /// `[outputs, units]`: softmax of the outer logits, and the responsibilities.
    outer: Vec<Vec<f64>>,
    p: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    r: Vec<Vec<f64>>,
    /// Outputs.
    value: Vec<f64>,
    log_tangent: Vec<f64>,
}

/// Gradients of one lane.
struct Bars {
    h: Vec<f64>,
    log_tangent: Vec<f64>,
    raw: Vec<f64>,
    u: Vec<f64>,
    w: Vec<f64>,
}

/// `v − log_sum_exp(v)`, and that logarithm.
fn log_softmax(v: &[f64]) -> (Vec<f64>, f64) {
    let norm = log_sum_exp(v.iter().copied());
    (v.iter().map(|v| v - norm).collect(), norm)
}

fn exp(v: &[f64]) -> Vec<f64> {
    v.iter().map(|v| v.exp()).collect()
}

impl Lane {
    fn new<T: Real>(c: &Layer<T>, h: Matrix<T>, log_tangent: Matrix<T>, raw: Matrix<T>, b: usize) -> Lane {
        let at = |m: &Matrix<T>, i: usize| m.data[i * m.ld + b].to_f64();
        let (n, d) = (c.inputs, c.units);
        let h: Vec<f64> = (0..n).map(|i| at(&h, i)).collect();
        let tangent: Vec<f64> = (0..n).map(|i| at(&log_tangent, i)).collect();
        let raw: Vec<f64> = (0..3 * d + n).map(|i| at(&raw, i)).collect();
        let (log_a, rate): (Vec<f64>, Vec<f64>) = raw[..d].iter().map(|&r| log_a_and_rate(c.slope, r)).unzip();
        let (mut inner, mut reweighted, mut log_m) = (vec![], vec![], vec![]);
        for j in 0..d {
            let logits: Vec<f64> = (0..n).map(|i| c.u[j * n + i].to_f64() + raw[3 * d + i]).collect();
            let log_u = log_softmax(&logits).0;
            let moved: Vec<f64> = log_u.iter().zip(&tangent).map(|(u, t)| u + t).collect();
            let (share, m) = log_softmax(&moved);
            inner.push(exp(&log_u));
            reweighted.push(exp(&share));
            log_m.push(m);
        }
        let a = exp(&log_a);
        let z: Vec<f64> = inner.iter().map(|u| u.iter().zip(&h).map(|(u, h)| u * h).sum()).collect();
        let u: Vec<f64> = (0..d).map(|j| a[j] * z[j] + raw[d + j]).collect();
        let mut lane = Lane {
            h,
            a,
            rate,
            z,
            u,
            inner,
            reweighted,
            outer: vec![],
            p: vec![],
            q: vec![],
            r: vec![],
            value: vec![],
            log_tangent: vec![],
        };
        for k in 0..c.outputs {
            let logits: Vec<f64> = (0..d).map(|j| c.w[k * d + j].to_f64() + raw[2 * d + j]).collect();
            let log_w = log_softmax(&logits).0;
            let plus: Vec<f64> = (0..d).map(|j| log_w[j] + log_sigmoid(lane.u[j])).collect();
            let minus: Vec<f64> = (0..d).map(|j| log_w[j] + log_sigmoid(-lane.u[j])).collect();
            let slope: Vec<f64> = (0..d).map(|j| plus[j] + log_sigmoid(-lane.u[j]) + log_a[j] + log_m[j]).collect();
            let ((p, log_s), (q, log_c), (r, log_d)) = (log_softmax(&plus), log_softmax(&minus), log_softmax(&slope));
            lane.outer.push(exp(&log_w));
            lane.p.push(exp(&p));
            lane.q.push(exp(&q));
            lane.r.push(exp(&r));
            lane.value.push(log_s - log_c);
            lane.log_tangent.push(log_d - log_s - log_c);
        }
        lane
    }

    fn vjp(&self, value_bar: &[f64], tangent_bar: &[f64]) -> Bars {
        let (n, d) = (self.h.len(), self.a.len());
        let mut bars = Bars {
            h: vec![0.0; n],
            log_tangent: vec![0.0; n],
            raw: vec![0.0; 3 * d + n],
            u: vec![0.0; d * n],
            w: vec![0.0; value_bar.len() * d],
        };
        for j in 0..d {
            let (sigma, complement) = (log_sigmoid(self.u[j]).exp(), log_sigmoid(-self.u[j]).exp());
            let (mut u_bar, mut log_m_bar) = (0.0, 0.0);
            for (k, (y, l)) in value_bar.iter().zip(tangent_bar).enumerate() {
                let (p, q, r) = (self.p[k][j], self.q[k][j], self.r[k][j]);
                u_bar += y * (p * complement + q * sigma);
                u_bar += l * (q * sigma - p * complement - r * (0.5 * self.u[j]).tanh());
                log_m_bar += l * r;
                let logit = y * (p - q) + l * (r - p - q + self.outer[k][j]);
                bars.raw[2 * d + j] += logit;
                bars.w[k * d + j] = logit;
            }
            let z_bar = self.a[j] * u_bar;
            bars.raw[j] = self.rate[j] * (z_bar * self.z[j] + log_m_bar);
            bars.raw[d + j] = u_bar;
            for i in 0..n {
                let (u, t) = (self.inner[j][i], self.reweighted[j][i]);
                bars.h[i] += z_bar * u;
                bars.log_tangent[i] += log_m_bar * t;
                let logit = log_m_bar * (t - u) + z_bar * u * (self.h[i] - self.z[j]);
                bars.raw[3 * d + i] += logit;
                bars.u[j * n + i] = logit;
            }
        }
        bars
    }
}

/// See [`crate::ddsf::forward()`].
pub fn ddsf_forward<T: Real>(
    c: &Layer<T>,
    h: Matrix<T>,
    log_tangent: Matrix<T>,
    raw: Matrix<T>,
    h_out: MatrixMut<T>,
    log_tangent_out: MatrixMut<T>,
) {
    for b in 0..h.cols {
        let lane = Lane::new(c, h, log_tangent, raw, b);
        for k in 0..c.outputs {
            h_out.data[k * h_out.ld + b] = T::from_f64(lane.value[k]);
            log_tangent_out.data[k * log_tangent_out.ld + b] = T::from_f64(lane.log_tangent[k]);
        }
    }
}

/// See [`crate::ddsf::vjp()`].
pub fn ddsf_vjp<T: Real>(
    c: &Layer<T>,
    h: Matrix<T>,
    log_tangent: Matrix<T>,
    raw: Matrix<T>,
    h_out_bar: Matrix<T>,
    log_tangent_out_bar: Matrix<T>,
    bars: crate::ddsf::Gradients<T>,
) {
    for b in 0..h.cols {
        let at = |m: &Matrix<T>| (0..c.outputs).map(|k| m.data[k * m.ld + b].to_f64()).collect::<Vec<_>>();
        let got = Lane::new(c, h, log_tangent, raw, b).vjp(&at(&h_out_bar), &at(&log_tangent_out_bar));
        for (i, (h, l)) in got.h.iter().zip(&got.log_tangent).enumerate() {
            bars.h.data[i * bars.h.ld + b] += T::from_f64(*h);
            bars.log_tangent.data[i * bars.log_tangent.ld + b] += T::from_f64(*l);
        }
        for (i, v) in got.raw.iter().enumerate() {
            bars.raw.data[i * bars.raw.ld + b] = T::from_f64(*v);
        }
        for (to, v) in bars.u.iter_mut().zip(&got.u).chain(bars.w.iter_mut().zip(&got.w)) {
            *to += T::from_f64(*v);
        }
    }
}
