//! Reference values computed elsewhere (`tests/golden/*.json`, each with its own description).
//!
//! `|got − want| <= tolerance·max(1, largest magnitude of that output or gradient block)`.

mod support;

use nafal_kernels::dsf::{self, Slope};
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
