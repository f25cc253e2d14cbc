//! Reference values computed elsewhere (`tests/golden/*.json`, each with its own description).
//!
//! `|got − want| <= tolerance·max(1, largest magnitude of that output or gradient block)`.

mod support;

use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::gemm::Finish;
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
    dsf::forward(isa, Slope::Softplus, units, &x, m, &mut y, &mut l);
    let what = |k: &str| format!("{} {} x={} units={units} {k}", isa.name(), T::NAME, x[0]);
    near(&what("y"), &y, &numbers(&case["y"]), tolerance);
    near(&what("log_det"), &l, &numbers(&case["log_det"]), tolerance);
    for (key, y_bar) in [("grad_y", T::ONE), ("grad_log_det", T::ZERO)] {
        let (mut x_bar, mut raw_bar) = ([T::ZERO], vec![T::ZERO; raw.len()]);
        let out = MatrixMut::new(&mut raw_bar, raw.len(), 1, 1);
        dsf::vjp(isa, Slope::Softplus, units, &x, m, &[y_bar], &[T::ONE - y_bar], &mut x_bar, out);
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
    for case in cases(include_str!("../../tests/golden/dsf.json")) {
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
    conv1d::forward(isa, &c, length, &x, &w, &bias, Finish::Store, &mut y);
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
    for case in cases(include_str!("../../tests/golden/conv1d.json")) {
        for isa in isas() {
            conv1d_case::<f64>(isa, &case, 1e-10);
            conv1d_case::<f32>(isa, &case, 2e-6);
        }
    }
}
