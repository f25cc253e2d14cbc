//! The tape before an outside judge: GradBench's JSON-lines protocol on standard input and output.
//!
//! Each line is a message `{"id", "kind", …}`, each answer carries its `id`. `define` asks for a module, `evaluate` for a
//! function of it, run at least `min_runs` times and `min_seconds` long, with a timing a run; whatever else comes is
//! acknowledged. Modules `llsq`, `y(x) = ½ Σ_i (s_i − Σ_j x_j t_iʲ)²` with `t_i = −1 + 2i/(n−1)`, `s_i = sign t_i`, and
//! `lse`, `y(x) = ln Σ_i e^{x_i}`; functions `primal` and `gradient`, in double precision.
//!
//! Run with `gradbench run --eval … --tool "cargo run --release --example gradbench"`.

use std::io::{BufRead, Write};
use std::time::Instant;

use nafal::autodiff::{Backward, Forward, Gradients, Linear, Operation, ParameterId, Parameters, Seed, Tape, Var};
use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Isa, Staircase, math};
use serde_json::{Value, json};

/// Columns of a tile.
const LANES: usize = 64;

/// Half the square of each element.
struct HalfSquare(Var);

impl Operation<f64> for HalfSquare {
    const NAME: &'static str = "half square";

    fn forward(&self, f: Forward<f64>) {
        f.output.iter_mut().zip(f.values.of(self.0).data).for_each(|(y, x)| *y = 0.5 * x * x);
    }
    fn vjp(&self, mut b: Backward<f64>) {
        b.inputs.open(self.0);
        let (x, x_bar) = (b.values.of(self.0).data, b.inputs.of(self.0));
        x_bar.iter_mut().zip(x).zip(b.output_adjoint).for_each(|((x_bar, x), y_bar)| *x_bar += x * *y_bar);
    }
}

/// `e^{x − a}` of each element.
struct ShiftedExp {
    x: Var,
    a: f64,
}

impl Operation<f64> for ShiftedExp {
    const NAME: &'static str = "exp";

    fn forward(&self, f: Forward<f64>) {
        f.output.iter_mut().zip(f.values.of(self.x).data).for_each(|(y, x)| *y = math::exp(x - self.a));
    }
    fn vjp(&self, mut b: Backward<f64>) {
        b.inputs.open(self.x);
        let (y, x_bar) = (b.values.of(b.output).data, b.inputs.of(self.x));
        x_bar.iter_mut().zip(y).zip(b.output_adjoint).for_each(|((x_bar, y), y_bar)| *x_bar += y * *y_bar);
    }
}

/// A dense layer without bias among the given parameters.
fn layer(weight: ParameterId) -> Linear<f64> {
    Linear { weight, bias: None, table: None, epilogue: Epilogue::Store }
}

/// Sum of a row of a value over the columns in use.
fn sum(tape: &Tape<f64>, row: Var) -> f64 {
    tape.value(row).row(0).iter().sum()
}

/// Value and, if asked for, gradient of the least-squares objective: `x` are the weights of a layer over the powers of `t`,
/// a point a column.
fn least_squares(x: &[f64], n: usize, gradient: bool) -> (f64, Vec<f64>) {
    let mut parameters = Parameters::<f64>::new();
    let weights = parameters.add_matrix("x", Staircase::dense(1, x.len()));
    parameters.fill(weights, |_, j| x[j]);
    let mut gradients = Gradients::zeros(&parameters);
    let (mut tape, mut total) = (Tape::new(Isa::detect()), 0.0);
    let point = |i: usize| -1.0 + i as f64 * 2.0 / (n as f64 - 1.0);
    for first in (0..n).step_by(LANES) {
        let count = LANES.min(n - first);
        tape.begin(count);
        let powers = tape.input(x.len(), false, |tile, lanes| {
            for b in 0..count {
                let mut power = 1.0;
                for row in tile.chunks_exact_mut(lanes) {
                    row[b] = power;
                    power *= point(first + b);
                }
            }
        });
        let minus_s = tape.input(1, false, |tile, _| {
            for (b, v) in tile[..count].iter_mut().enumerate() {
                let t = point(first + b);
                *v = if t == 0.0 { 0.0 } else { -t.signum() };
            }
        });
        let curve = tape.linear(&parameters, layer(weights), powers);
        let residual = tape.add(curve, minus_s);
        let y = tape.record(&parameters, HalfSquare(residual), 1, true);
        total += sum(&tape, y);
        if gradient {
            let mut ones = |adjoint: &mut [f64], _: usize| adjoint[..count].fill(1.0);
            let seeds: &mut [Seed<f64>] = &mut [(y, &mut ones)];
            tape.backward(&parameters, &mut gradients, seeds);
        }
    }
    (total, gradients.matrix(&parameters, weights).row(0).to_vec())
}

/// Value and, if asked for, gradient of log-sum-exp: `x` fills a tile column after column, exponentials are added by a layer
/// of ones, and the logarithm's derivative `1/Σ` seeds the way back.
fn log_sum_exp(x: &[f64], gradient: bool) -> (f64, Vec<f64>) {
    let rows = x.len().div_ceil(LANES).max(1);
    let mut parameters = Parameters::<f64>::new();
    let ones = parameters.add_matrix("ones", Staircase::dense(1, rows));
    parameters.fill(ones, |_, _| 1.0);
    let top = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut tape = Tape::new(Isa::detect());
    tape.begin(LANES);
    let input = tape.input(rows, true, |tile, _| {
        let (used, rest) = tile.split_at_mut(x.len());
        used.copy_from_slice(x);
        rest.fill(f64::NEG_INFINITY);
    });
    let exponentials = tape.record(&parameters, ShiftedExp { x: input, a: top }, rows, true);
    let sums = tape.linear(&parameters, layer(ones), exponentials);
    let total = sum(&tape, sums);
    if !gradient {
        return (top + total.ln(), Vec::new());
    }
    let mut gradients = Gradients::zeros(&parameters);
    let mut seed = |adjoint: &mut [f64], _: usize| adjoint.fill(1.0 / total);
    let seeds: &mut [Seed<f64>] = &mut [(sums, &mut seed)];
    tape.backward(&parameters, &mut gradients, seeds);
    (top + total.ln(), tape.adjoint(input).data[..x.len()].to_vec())
}

/// One evaluation of `function` of `module`; a sentence says what is wrong with the request.
fn evaluate(module: &str, function: &str, input: &Value) -> Result<Value, String> {
    let number = |v: &Value| v.as_f64().ok_or("x holds something that is no number");
    let x = input["x"].as_array().ok_or("the input has no x")?;
    let x: Vec<f64> = x.iter().map(number).collect::<Result<_, _>>()?;
    if x.is_empty() {
        return Err("x is empty".into());
    }
    let gradient = match function {
        "primal" => false,
        "gradient" => true,
        other => return Err(format!("no function {other}")),
    };
    let (y, dy) = match module {
        "llsq" => {
            let n = input["n"].as_u64().filter(|&n| n >= 2).ok_or("n must be a whole number from 2")?;
            least_squares(&x, n as usize, gradient)
        }
        "lse" => log_sum_exp(&x, gradient),
        other => return Err(format!("no module {other}")),
    };
    Ok(if gradient { json!(dy) } else { json!(y) })
}

/// Evaluates as often as the input asks for; returns the output and a timing a run.
fn evaluate_timed(message: &Value) -> Result<(Value, Vec<Value>), String> {
    let text = |key: &str| message[key].as_str().ok_or(format!("the message has no {key}"));
    let (module, function, input) = (text("module")?, text("function")?, &message["input"]);
    let least = input["min_runs"].as_u64().unwrap_or(1).max(1) as usize;
    let seconds = input["min_seconds"].as_f64().unwrap_or(0.0);
    let (mut timings, mut elapsed) = (Vec::new(), 0.0);
    loop {
        let start = Instant::now();
        let output = evaluate(module, function, input)?;
        let duration = start.elapsed();
        elapsed += duration.as_secs_f64();
        timings.push(json!({ "name": "evaluate", "nanoseconds": duration.as_nanos() as u64 }));
        if timings.len() >= least && elapsed >= seconds {
            return Ok((output, timings));
        }
    }
}

/// The answer to one message.
pub fn answer(message: &Value) -> Value {
    let id = &message["id"];
    match message["kind"].as_str() {
        Some("start") => json!({ "id": id, "tool": "nafal" }),
        Some("define") => match message["module"].as_str() {
            Some("llsq" | "lse") => json!({ "id": id, "success": true }),
            _ => json!({ "id": id, "success": false, "error": "this tool has the modules llsq and lse" }),
        },
        Some("evaluate") => match evaluate_timed(message) {
            Ok((output, timings)) => json!({ "id": id, "success": true, "output": output, "timings": timings }),
            Err(error) => json!({ "id": id, "success": false, "error": error }),
        },
        _ => json!({ "id": id }),
    }
}

/// A whole session: a line in, a line out, until the input ends.
///
/// # Errors
/// If a line is no JSON, or reading or writing fails.
pub fn session(input: impl BufRead, mut output: impl Write) -> std::io::Result<()> {
    for line in input.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        writeln!(output, "{}", answer(&serde_json::from_str(&line)?))?;
        output.flush()?;
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    session(std::io::stdin().lock(), std::io::stdout().lock())
}
