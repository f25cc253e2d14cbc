//! Values computed by other programs (PyTorch in double precision): whole flows with gradients, Adam.
//!
//! Tolerance: `|got − want| ≤ tol · max(1, largest magnitude in that output or gradient block)`.

use nafal::autodiff::{Adam, AdamOptions, Gradients, Parameters, Tape};
use nafal::flow::{Context, Flow, FlowSpec, Transform};
use nafal_kernels::{Isa, Real};
use serde_json::Value;

fn golden(text: &str) -> Vec<Value> {
    let mut v: Value = serde_json::from_str(text).unwrap();
    v["cases"].take().as_array().unwrap().clone()
}

fn numbers(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(a) => a.iter().flat_map(numbers).collect(),
        n => vec![n.as_f64().unwrap()],
    }
}

fn size(v: &Value) -> usize {
    v.as_u64().unwrap() as usize
}

#[track_caller]
fn close(what: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    let scale = want.iter().fold(1.0f64, |a, v| a.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= tolerance * scale, "{what}[{i}]: got {g}, want {w}, scale {scale}");
    }
}

/// For each layer: where our sorted rows and columns stand in the golden's matrices.
struct Orders {
    rows: Vec<usize>,
    cols: Vec<usize>,
}

fn orders(block: &Value, m: usize, layers: usize, units: usize) -> Vec<Orders> {
    let input_degrees: Vec<usize> = block["input_degrees"].as_array().unwrap().iter().map(size).collect();
    let hidden_degrees: Vec<usize> = block["hidden_degrees"].as_array().unwrap().iter().map(size).collect();
    let mut inputs: Vec<usize> = (0..m).collect();
    inputs.sort_by_key(|&i| input_degrees[i]);
    let mut hidden: Vec<usize> = (0..hidden_degrees.len()).collect();
    hidden.sort_by_key(|&i| hidden_degrees[i]);
    let head: Vec<usize> = inputs.iter().flat_map(|&i| (0..3 * units).map(move |r| i * 3 * units + r)).collect();
    (0..=layers)
        .map(|l| Orders {
            rows: if l == layers { head.clone() } else { hidden.clone() },
            cols: if l == 0 { inputs.clone() } else { hidden.clone() },
        })
        .collect()
}

fn naf_case<T: Real>(isa: Isa, case: &Value, tolerance: f64) {
    let (m, layers, units) = (size(&case["m"]), size(&case["layers"]), size(&case["units"]));
    let blocks = case["blocks"].as_array().unwrap();
    let spec = FlowSpec {
        features: m,
        contexts: 0,
        blocks: blocks.len(),
        layers,
        hidden: size(&case["hidden"]),
        transform: Transform::dsf(units),
    };
    let mut flow = Flow::<T>::zeroed(spec).unwrap().with_isa(isa);
    let all_orders: Vec<_> = blocks.iter().map(|b| orders(b, m, layers, units)).collect();
    for (b, block) in blocks.iter().enumerate() {
        for (l, layer) in flow.layers(b).to_vec().iter().enumerate() {
            let (weight, bias) = (layer.weight, layer.bias.unwrap());
            let (dense, order) = (&block["dense"][l], &all_orders[b][l]);
            let (w, v) = (numbers(&dense["weight"]), numbers(&dense["bias"]));
            let cols = order.cols.len();
            let p = flow.parameters_mut();
            p.fill(weight, |i, j| T::from_f64(w[order.rows[i] * cols + order.cols[j]]));
            p.fill(bias, |_, i| T::from_f64(v[order.rows[i]]));
        }
    }
    let x: Vec<T> = numbers(&case["x"]).into_iter().map(T::from_f64).collect();
    let n = x.len() / m;
    let (z, log_det) = flow.data_to_latent(&x, Context::None);
    let z: Vec<f64> = z.iter().map(|v| v.to_f64()).collect();
    close("z", &z, &numbers(&case["z"]), tolerance);
    close("log_det", &log_det, &numbers(&case["log_det"]), tolerance);
    close("log_prob", &flow.density(&x, Context::None).log_density, &numbers(&case["log_prob"]), tolerance);

    let mut tape = Tape::<T>::new(isa);
    tape.begin(n);
    let input = tape.input(m, true, |tile, lanes| {
        for (b, row) in x.chunks_exact(m).enumerate() {
            (0..m).for_each(|i| tile[i * lanes + b] = row[i]);
        }
    });
    flow.record_nll(&mut tape, input, 1.0 / n as f64);
    close("nll", &[tape.loss()], &numbers(&case["nll"]), tolerance);
    let mut gradients = Gradients::zeros(flow.parameters());
    tape.backward(flow.parameters(), &mut gradients, &mut []);
    let adjoint = tape.adjoint(input);
    let grad_x: Vec<f64> =
        (0..n).flat_map(|b| (0..m).map(move |i| (i, b))).map(|(i, b)| adjoint.row(i)[b].to_f64()).collect();
    close("grad_x", &grad_x, &numbers(&case["grad_x"]), tolerance);
    for (b, block) in blocks.iter().enumerate() {
        for (l, layer) in flow.layers(b).iter().enumerate() {
            let (weight, bias) = (layer.weight, layer.bias.unwrap());
            let (dense, order) = (&block["dense"][l], &all_orders[b][l]);
            let (w, v) = (numbers(&dense["grad_weight"]), numbers(&dense["grad_bias"]));
            let g = gradients.matrix(flow.parameters(), weight);
            let got: Vec<f64> = (0..g.rows).flat_map(|i| g.row(i).iter().map(|v| v.to_f64())).collect();
            let cols = order.cols.len();
            let mask = |i: usize, j: usize| {
                flow.parameters().shape(weight).runs.iter().any(|r| r.rows.contains(&i) && r.inner.contains(&j))
            };
            let want: Vec<f64> = (0..g.rows)
                .flat_map(|i| (0..cols).map(move |j| (i, j)))
                .map(|(i, j)| if mask(i, j) { w[order.rows[i] * cols + order.cols[j]] } else { 0.0 })
                .collect();
            close(&format!("block {b} layer {l} grad_weight"), &got, &want, tolerance);
            let got: Vec<f64> = gradients.matrix(flow.parameters(), bias).row(0).iter().map(|v| v.to_f64()).collect();
            let want: Vec<f64> = order.rows.iter().map(|&i| v[i]).collect();
            close(&format!("block {b} layer {l} grad_bias"), &got, &want, tolerance);
        }
    }
}

#[test]
fn whole_flows_and_their_gradients_agree_with_pytorch() {
    for case in golden(include_str!("naf.json")) {
        for &isa in Isa::available() {
            naf_case::<f64>(isa, &case, 1e-10);
            naf_case::<f32>(isa, &case, 2e-6);
        }
    }
}

#[test]
fn adam_follows_pytorch_step_by_step() {
    for case in golden(include_str!("adam.json")) {
        let f = |key: &str| case[key].as_f64().unwrap();
        let options = AdamOptions {
            beta1: f("beta1"),
            beta2: f("beta2"),
            epsilon: f("eps"),
            decay: f("decoupled_weight_decay"),
            clip: f64::INFINITY,
        };
        for &isa in Isa::available() {
            let path = case["path"].as_array().unwrap();
            let mut p = Parameters::<f64>::new();
            let id = p.add_vector("p", 3);
            let start = numbers(&path[0]);
            p.fill(id, |_, i| start[i]);
            let mut adam = Adam::new(&p, options);
            for want in &path[1..] {
                let mut g = Gradients::zeros(&p);
                let at = p.vector(id).to_vec();
                let row = g.matrix_mut(&p, id);
                for (i, c) in [1.0, 10.0, 0.1].into_iter().enumerate() {
                    row.data[i] = 2.0 * c * at[i] + 3.0 * (3.0 * at[i]).cos();
                }
                adam.step(isa, f("lr"), &mut p, &g);
                close("path", p.vector(id), &numbers(want), 1e-10);
            }
        }
    }
}

/// A chain of dense sigmoidal layers as a flow on one feature: the head's biases are the raw parameters, all shifts of the
/// shared logits zero.
fn ddsf_case<T: Real>(isa: Isa, case: &Value, tolerance: f64) {
    let layers = case["layers"].as_array().unwrap();
    let units = layers[0]["b"].as_array().unwrap().len();
    let spec = FlowSpec { blocks: 1, hidden: 1, transform: Transform::ddsf(layers.len(), units), ..FlowSpec::new(1) };
    let mut flow = Flow::<T>::zeroed(spec).unwrap().with_isa(isa);
    let raw: Vec<f64> = layers
        .iter()
        .enumerate()
        .flat_map(|(l, layer)| {
            let shifts = vec![0.0; units + if l == 0 { 1 } else { units }];
            [numbers(&layer["a_raw"]), numbers(&layer["b"]), shifts].concat()
        })
        .collect();
    assert_eq!(raw.len(), spec.raw_rows());
    let bias = flow.layers(0)[1].bias.unwrap();
    flow.parameters_mut().fill(bias, |_, i| T::from_f64(raw[i]));
    let logits = |l: usize| {
        let name = |which: &str| format!("block0.transform.layer{l}.{which}");
        [("u_raw", name("inner")), ("w_raw", name("outer"))]
    };
    for (l, layer) in layers.iter().enumerate() {
        for (key, name) in logits(l) {
            let (id, values) = (flow.parameters().id(&name).unwrap(), numbers(&layer[key]));
            flow.parameters_mut().fill(id, |_, i| T::from_f64(values[i]));
        }
    }
    let x: Vec<T> = numbers(&case["x"]).into_iter().map(T::from_f64).collect();
    let (y, log_det) = flow.data_to_latent(&x, Context::None);
    let y: Vec<f64> = y.iter().map(|v| v.to_f64()).collect();
    close("y", &y, &numbers(&case["y"]), tolerance);
    close("log_det", &log_det, &numbers(&case["log_det"]), tolerance);

    for (output, key) in ["grad_sum_y", "grad_sum_log_det"].into_iter().enumerate() {
        let mut tape = Tape::<T>::new(isa);
        tape.begin(x.len());
        let input = tape.input(1, true, |tile, _| tile[..x.len()].copy_from_slice(&x));
        let mut log_slopes = [input; FlowSpec::MAX_BLOCKS];
        let (z, _) = flow.record(&mut tape, input, &mut log_slopes);
        let mut gradients = Gradients::zeros(flow.parameters());
        let mut ones = |tile: &mut [T], _: usize| tile[..x.len()].fill(T::ONE);
        tape.backward(flow.parameters(), &mut gradients, &mut [([z, log_slopes[0]][output], &mut ones)]);
        let want = &case[key];
        let floats = |row: &[T]| row.iter().map(|v| v.to_f64()).collect::<Vec<_>>();
        close("x", &floats(tape.adjoint(input).row(0)), &numbers(&want["x"]), tolerance);
        let of_raw = floats(gradients.matrix(flow.parameters(), bias).row(0));
        let mut at = 0;
        for (l, layer) in want["layers"].as_array().unwrap().iter().enumerate() {
            close("a_raw", &of_raw[at..at + units], &numbers(&layer["a_raw"]), tolerance);
            close("b", &of_raw[at + units..at + 2 * units], &numbers(&layer["b"]), tolerance);
            at += 3 * units + if l == 0 { 1 } else { units };
            for (key, name) in logits(l) {
                let id = flow.parameters().id(&name).unwrap();
                let got = floats(gradients.matrix(flow.parameters(), id).row(0));
                close(key, &got, &numbers(&layer[key]), tolerance);
            }
        }
    }
}

#[test]
fn dense_sigmoidal_flows_and_their_gradients_agree_with_pytorch() {
    for case in golden(include_str!("ddsf.json")) {
        for &isa in Isa::available() {
            ddsf_case::<f64>(isa, &case, 1e-10);
            ddsf_case::<f32>(isa, &case, 1e-5);
        }
    }
}
