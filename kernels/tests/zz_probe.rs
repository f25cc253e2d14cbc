use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::*;
use serde_json::Value;
fn numbers(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(a) => a.iter().flat_map(numbers).collect(),
        v => vec![v.as_f64().unwrap()],
    }
}
#[test]
fn probe() {
    let file: Value = serde_json::from_str(include_str!("../../tests/golden/dsf.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let x = [case["x"].as_f64().unwrap() as f32];
        let raw: Vec<f32> = ["a_raw", "b", "w_raw"].iter().flat_map(|k| numbers(&case[*k])).map(|v| v as f32).collect();
        let units = raw.len() / 3;
        let m = Matrix::new(&raw, raw.len(), 1, 1);
        for (key, yb) in [("grad_y", 1.0f32), ("grad_log_det", 0.0)] {
            let want: Vec<f64> = numbers(&case[key]["a_raw"]);
            let scale = want.iter().fold(1.0f64, |m, v| m.max(v.abs()));
            let mut errs = vec![];
            for which in 0..2 {
                let (mut xb, mut rb) = ([0.0f32], vec![0.0f32; raw.len()]);
                let out = MatrixMut::new(&mut rb, 3 * units, 1, 1);
                if which == 0 {
                    naive::dsf_vjp(Slope::Softplus, units, &x, m, &[yb], &[1.0 - yb], &mut xb, out)
                } else {
                    dsf::vjp(Isa::detect(), Slope::Softplus, units, &x, m, &[yb], &[1.0 - yb], &mut xb, out)
                }
                errs.push((0..units).map(|i| (rb[i] as f64 - want[i]).abs() / scale).fold(0.0, f64::max));
            }
            if errs.iter().any(|e| *e > 5e-7) {
                println!("x={} units={units} {key} naive(f32 in) {:.2e} ours {:.2e}", x[0], errs[0], errs[1]);
            }
        }
    }
}
