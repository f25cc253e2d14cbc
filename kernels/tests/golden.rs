//! Reference values computed elsewhere (`tests/goldens/*.json`, each with its own description).
//!
//! `|got − want| <= tolerance·max(1, largest magnitude of that output or gradient block)`.

mod support;

use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::ddsf::{self, Gradients, Layer};
use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Isa, Matrix, MatrixMut, Real};
use serde_json::Value;
use support::isas;

/// All numbers of a JSON value, in order.
fn numbers(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(a) => a.iter().flat_map(numbers).collect(),
        v => vec![v.as_f64().expect("a number")],
    }
}

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("JSON");
    file["cases"].as_array().expect("cases").clone()
}

#[track_caller]
fn near<T: Real>(what: &str, got: &[T], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    let scale = want.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        let error = (g.to_f64() - w).abs();
        assert!(error <= tolerance * scale, "{what}[{i}]: got {g}, want {w}, error {:e} of {scale}", error / scale);
    }
}

fn cast<T: Real>(v: &[f64]) -> Vec<T> {
    v.iter().map(|&v| T::from_f64(v)).collect()
}

fn dsf_case<T: Real>(isa: Isa, case: &Value, tolerance: f64) {
    let x = [T::from_f64(case["x"].as_f64().expect("x"))];
    let raw: Vec<T> = ["a_raw", "b", "w_raw"].iter().flat_map(|k| cast(&numbers(&case[k]))).collect();
    let units = raw.len() / 3;
    let (mut y, mut l) = ([T::ZERO], [T::ZERO]);
    let m = Matrix::new(&raw, raw.len(), 1, 1);
    let scratch = &mut vec![T::ONE; dsf::scratch(units)];
    dsf::forward(isa, Slope::Softplus, units, &x, m, &mut y, &mut l, scratch);
    let what = |k: &str| format!("{} {} x={} units={units} {k}", isa.name(), T::NAME, x[0]);
    near(&what("y"), &y, &numbers(&case["y"]), tolerance);
    near(&what("log_det"), &l, &numbers(&case["log_det"]), tolerance);
    for (key, y_bar) in [("grad_y", T::ONE), ("grad_log_det", T::ZERO)] {
        let (mut x_bar, mut raw_bar) = ([T::ZERO], vec![T::ZERO; raw.len()]);
        let out = MatrixMut::new(&mut raw_bar, raw.len(), 1, 1);
        dsf::vjp(isa, Slope::Softplus, units, &x, m, &[y_bar], &[T::ONE - y_bar], &mut x_bar, out, scratch);
        let g = &case[key];
        near(&what(&format!("{key} x")), &x_bar, &numbers(&g["x"]), tolerance);
        for (i, block) in ["a_raw", "b", "w_raw"].iter().enumerate() {
            let got = &raw_bar[i * units..(i + 1) * units];
            near(&what(&format!("{key} {block}")), got, &numbers(&g[block]), tolerance);
        }
    }
}

#[test]
fn dsf_node() {
    for case in cases(include_str!("../../tests/goldens/dsf.json")) {
        for isa in isas() {
            dsf_case::<f64>(isa, &case, 1e-12);
            dsf_case::<f32>(isa, &case, 2e-6);
        }
    }
}

/// `[outer, rows, cols]` to `[outer, cols, rows]`.
fn exchange<T: Real>(v: &[T], rows: usize, cols: usize) -> Vec<T> {
    let each = |m: &[T]| (0..rows * cols).map(|i| m[i % rows * cols + i / rows]).collect::<Vec<_>>();
    v.chunks_exact(rows * cols).flat_map(each).collect()
}

/// `[out, in, taps]` to `[taps, in, out]`.
fn taps_first<T: Real>(w: &[T], c: &Conv1d) -> Vec<T> {
    let (co, ci, k) = (c.channels_out, c.channels_in, c.taps);
    (0..w.len()).map(|i| w[(i % co * ci + i / co % ci) * k + i / (co * ci)]).collect()
}

fn conv1d_case<T: Real>(isa: Isa, case: &Value, tolerance: f64) {
    let size = |k: &str| case[k].as_u64().expect("a size") as usize;
    let count = |v: &Value| v.as_array().expect("an array").len();
    let (w, x) = (&case["weight"], &case["x"]);
    let c = Conv1d {
        channels_in: count(&x[0]),
        channels_out: count(w),
        taps: count(&w[0][0]),
        stride: size("stride"),
        padding: size("padding"),
        dilation: size("dilation"),
    };
    let length = count(&x[0][0]);
    let steps = c.length_out(length);
    let (x, w) = (exchange::<T>(&cast(&numbers(x)), c.channels_in, length), taps_first::<T>(&cast(&numbers(w)), &c));
    let bias = cast(&numbers(&case["bias"]));
    let up = exchange::<T>(&cast(&numbers(&case["upstream"])), c.channels_out, steps);
    let what = |k: &str| format!("{} {} {c:?} {k}", isa.name(), T::NAME);

    let mut y = vec![T::ZERO; up.len()];
    conv1d::forward(isa, &c, length, &x, &w, &bias, Epilogue::Store, &mut y);
    near(&what("y"), &exchange(&y, steps, c.channels_out), &numbers(&case["y"]), tolerance);
    let mut flipped = vec![T::ZERO; w.len()];
    conv1d::flip(&c, &w, &mut flipped);
    let mut dx = vec![T::ZERO; x.len()];
    conv1d::gradient_input(isa, &c, length, &up, &flipped, &mut dx);
    near(&what("grad_x"), &exchange(&dx, length, c.channels_in), &numbers(&case["grad_x"]), tolerance);
    let mut dw = vec![T::ZERO; w.len()];
    conv1d::gradient_weights(isa, &c, length, &x, &up, &mut dw);
    let want = taps_first(&numbers(&case["grad_weight"]), &c);
    near(&what("grad_weight"), &dw, &want, tolerance);
    let mut db = vec![T::ZERO; bias.len()];
    conv1d::gradient_bias(isa, &c, &up, &mut db);
    near(&what("grad_bias"), &db, &numbers(&case["grad_bias"]), tolerance);
}

#[test]
fn convolution() {
    for case in cases(include_str!("../../tests/goldens/conv1d.json")) {
        for isa in isas() {
            conv1d_case::<f64>(isa, &case, 1e-10);
            conv1d_case::<f32>(isa, &case, 2e-6);
        }
    }
}

/// A layer of the golden network: shared parameters, and the raw parameters that every lane repeats.
struct DenseLayer {
    widths: [usize; 3],
    u: Vec<f64>,
    w: Vec<f64>,
    raw: Vec<f64>,
}

impl DenseLayer {
    fn new(v: &Value, lanes: usize) -> Self {
        let (u, w, a, b) = (numbers(&v["u_raw"]), numbers(&v["w_raw"]), numbers(&v["a_raw"]), numbers(&v["b"]));
        let widths = [u.len() / a.len(), a.len(), w.len() / a.len()];
        let zeros = vec![0.0; a.len() + widths[0]];
        let raw = [a, b, zeros].concat().iter().flat_map(|v| vec![*v; lanes]).collect();
        DenseLayer { widths, u, w, raw }
    }
    fn layer(&self) -> Layer<'_, f64> {
        let [inputs, units, outputs] = self.widths;
        Layer { slope: Slope::Softplus, inputs, units, outputs, u: &self.u, w: &self.w }
    }
}

fn ddsf_case(isa: Isa, case: &Value) {
    let x = numbers(&case["x"]);
    let n = x.len();
    let layers: Vec<DenseLayer> =
        case["layers"].as_array().expect("layers").iter().map(|v| DenseLayer::new(v, n)).collect();
    let mut states = vec![(x.clone(), vec![0.0; n])];
    for l in &layers {
        let (layer, [inputs, _, outputs]) = (l.layer(), l.widths);
        let mut scratch = vec![f64::NAN; layer.scratch()];
        let (h, t) = states.last().expect("a state");
        let (mut h_out, mut t_out) = (vec![0.0; outputs * n], vec![0.0; outputs * n]);
        let m = |v| Matrix::new(v, inputs, n, n);
        let raw = Matrix::new(&l.raw, layer.raw_rows(), n, n);
        let out = [&mut h_out, &mut t_out].map(|v| MatrixMut::new(v, outputs, n, n));
        let [to_h, to_t] = out;
        ddsf::forward(isa, &layer, m(h), m(t), raw, to_h, to_t, &mut scratch);
        states.push((h_out, t_out));
    }
    let (y, log_det) = states.last().expect("a state");
    near("ddsf y", y, &numbers(&case["y"]), 1e-12);
    near("ddsf log_det", log_det, &numbers(&case["log_det"]), 1e-12);
    for (key, seed) in [("grad_sum_y", [1.0, 0.0]), ("grad_sum_log_det", [0.0, 1.0])] {
        let (mut h_bar, mut t_bar) = (vec![seed[0]; n], vec![seed[1]; n]);
        for (i, l) in layers.iter().enumerate().rev() {
            let (layer, [inputs, units, outputs]) = (l.layer(), l.widths);
            let mut scratch = vec![f64::NAN; layer.scratch()];
            let (mut h_in, mut t_in) = (vec![0.0; inputs * n], vec![0.0; inputs * n]);
            let (mut u_bar, mut w_bar) = (vec![0.0; l.u.len()], vec![0.0; l.w.len()]);
            let mut raw_bar = vec![f64::NAN; layer.raw_rows() * n];
            let bars = Gradients {
                h: MatrixMut::new(&mut h_in, inputs, n, n),
                log_tangent: MatrixMut::new(&mut t_in, inputs, n, n),
                raw: MatrixMut::new(&mut raw_bar, layer.raw_rows(), n, n),
                u: &mut u_bar,
                w: &mut w_bar,
            };
            let (h, t) = (Matrix::new(&states[i].0, inputs, n, n), Matrix::new(&states[i].1, inputs, n, n));
            let out = [&h_bar, &t_bar].map(|v| Matrix::new(v, outputs, n, n));
            let raw = Matrix::new(&l.raw, layer.raw_rows(), n, n);
            ddsf::vjp(isa, &layer, h, t, raw, out[0], out[1], bars, &mut scratch);
            let want = &case[key]["layers"][i];
            let sums: Vec<f64> = raw_bar.chunks_exact(n).map(|row| row.iter().sum()).collect();
            near("ddsf a_raw", &sums[..units], &numbers(&want["a_raw"]), 1e-10);
            near("ddsf b", &sums[units..2 * units], &numbers(&want["b"]), 1e-10);
            near("ddsf w_raw", &w_bar, &numbers(&want["w_raw"]), 1e-10);
            near("ddsf u_raw", &u_bar, &numbers(&want["u_raw"]), 1e-10);
            (h_bar, t_bar) = (h_in, t_in);
        }
        near("ddsf x", &h_bar, &numbers(&case[key]["x"]), 1e-10);
    }
}

#[test]
fn ddsf_chain() {
    for case in cases(include_str!("../../tests/goldens/ddsf.json")) {
        for isa in isas() {
            ddsf_case(isa, &case);
        }
    }
}
