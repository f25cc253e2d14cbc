//! The GradBench session of `examples/gradbench.rs` on recorded messages, against closed forms in double precision.

#[path = "../../examples/gradbench.rs"]
#[allow(dead_code)]
mod example;

use serde_json::{Value, json};

/// The answers to a session of messages, one line each.
fn answers(messages: &[Value]) -> Vec<Value> {
    let input: String = messages.iter().map(|m| format!("{m}\n")).collect();
    let mut output = Vec::new();
    example::session(input.as_bytes(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Output of one evaluation in a session of its own.
fn output(module: &str, function: &str, input: &Value) -> Value {
    let messages = [
        json!({ "id": 0, "kind": "start", "eval": module }),
        json!({ "id": 1, "kind": "define", "module": module }),
        json!({ "id": 2, "kind": "evaluate", "module": module, "function": function, "input": input }),
        json!({ "id": 3, "kind": "analysis", "of": 2, "valid": true }),
    ];
    let answers = answers(&messages);
    assert_eq!(answers.len(), 4);
    assert!(answers.iter().enumerate().all(|(id, a)| a["id"] == json!(id)), "an answer carries its message's id");
    assert_eq!(answers[1]["success"], json!(true));
    assert_eq!(answers[2]["success"], json!(true), "{}", answers[2]);
    assert_eq!(answers[3], json!({ "id": 3 }));
    answers[2]["output"].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn assert_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= 1e-8 * want.abs().max(1.0) && (got - want).abs() <= 1e-8 + 1e-12 * want.abs());
    }
}

#[test]
fn least_squares_and_its_gradient() {
    for (m, n) in [(1, 2), (3, 5), (16, 200), (40, 1001)] {
        let x: Vec<f64> = (0..m).map(|j| (j as f64 * 0.7).sin() / (1.0 + j as f64)).collect();
        let (mut y, mut dy) = (0.0, vec![0.0; m]);
        for i in 0..n {
            let t = -1.0 + i as f64 * 2.0 / (n as f64 - 1.0);
            let sign = if t > 0.0 {
                1.0
            } else if t < 0.0 {
                -1.0
            } else {
                0.0
            };
            let residual: f64 = sign - (0..m).map(|j| x[j] * t.powi(j as i32)).sum::<f64>();
            y += 0.5 * residual * residual;
            (0..m).for_each(|j| dy[j] -= residual * t.powi(j as i32));
        }
        let input = json!({ "x": x, "n": n, "min_runs": 1, "min_seconds": 0.0 });
        assert_close(&[output("llsq", "primal", &input).as_f64().unwrap()], &[y]);
        assert_close(&numbers(&output("llsq", "gradient", &input)), &dy);
    }
}

#[test]
fn log_sum_exp_and_its_gradient() {
    for (n, scale) in [(1, 1.0), (7, 30.0), (64, 1.0), (1000, 800.0)] {
        let x: Vec<f64> = (0..n).map(|i| scale * (i as f64 * 1.3).cos()).collect();
        let top = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = x.iter().map(|v| (v - top).exp()).sum();
        let dy: Vec<f64> = x.iter().map(|v| (v - top).exp() / sum).collect();
        let input = json!({ "x": x, "min_runs": 1, "min_seconds": 0.0 });
        assert_close(&[output("lse", "primal", &input).as_f64().unwrap()], &[top + sum.ln()]);
        assert_close(&numbers(&output("lse", "gradient", &input)), &dy);
    }
}

#[test]
fn what_it_cannot_do_is_refused_and_the_session_goes_on() {
    let evaluate = |id: u64, module: &str, function: &str, input: Value| json!({ "id": id, "kind": "evaluate", "module": module, "function": function, "input": input });
    let answers = answers(&[
        json!({ "id": 0, "kind": "define", "module": "gmm" }),
        evaluate(1, "lse", "hessian", json!({ "x": [1.0] })),
        evaluate(2, "lse", "primal", json!({ "x": ["one"] })),
        evaluate(3, "lse", "primal", json!({ "x": [2.5], "min_runs": 5, "min_seconds": 0.0 })),
    ]);
    assert!(answers[..3].iter().all(|a| a["success"] == json!(false) && a["error"].is_string()));
    assert_eq!(answers[3]["output"], json!(2.5));
    assert_eq!(answers[3]["timings"].as_array().unwrap().len(), 5, "a timing a run");
    assert!(answers[3]["timings"][0]["nanoseconds"].is_u64());
}
