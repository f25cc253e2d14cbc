//! An operation defined outside of the crate, with several inputs, a parameter, temporary memory and both protocols of
//! writing an adjoint: `y_i = θ_i·a_i·a_{i+1} + sin(a_0)·b_i` over the rows of `a` and `b`, the last row's successor being the
//! first.

use nafal::autodiff::{Backward, Forward, Operation, ParameterId, Parameters, Var};

use super::cases::Dimensions;
use super::graph::Graph;

pub const NAME: &str = "neighbours";

struct Neighbours {
    theta: ParameterId,
    a: Var,
    b: Var,
}

impl Operation<f64> for Neighbours {
    const NAME: &'static str = NAME;

    fn forward(&self, f: Forward<f64>) {
        let (a, b, theta) = (f.values.of(self.a), f.values.of(self.b), f.parameters.vector(self.theta));
        let sines = f.scratch.take(f.tile.lanes);
        sines.iter_mut().zip(a.row(0)).for_each(|(s, a)| *s = a.sin());
        for (i, y) in f.output.chunks_exact_mut(f.tile.lanes).enumerate() {
            let next = a.row((i + 1) % a.rows);
            for (lane, y) in y.iter_mut().enumerate() {
                *y = theta[i] * a.row(i)[lane] * next[lane] + sines[lane] * b.row(i)[lane];
            }
        }
    }

    fn vjp(&self, mut g: Backward<f64>) {
        let (lanes, rows) = (g.tile.lanes, self.a.rows());
        let (a, b, theta) = (g.values.of(self.a), g.values.of(self.b), g.parameters.vector(self.theta));
        g.inputs.open(self.a);
        let overwrite = g.inputs.first_to_write(self.b);
        let [a_bar, b_bar] = g.inputs.each([self.a, self.b]);
        let [theta_bar] = g.gradients.vectors_mut(g.parameters, [self.theta]);
        for i in 0..rows {
            let next = (i + 1) % rows;
            for lane in 0..lanes {
                let y_bar = g.output_adjoint[i * lanes + lane];
                theta_bar[i] += y_bar * a.row(i)[lane] * a.row(next)[lane];
                a_bar[i * lanes + lane] += y_bar * theta[i] * a.row(next)[lane];
                a_bar[next * lanes + lane] += y_bar * theta[i] * a.row(i)[lane];
                a_bar[lane] += y_bar * a.row(0)[lane].cos() * b.row(i)[lane];
                let term = y_bar * a.row(0)[lane].sin();
                let b_bar = &mut b_bar[i * lanes + lane];
                *b_bar = if overwrite { term } else { *b_bar + term };
            }
        }
    }
}

/// It at a random point.
pub fn case(d: &Dimensions) -> Graph {
    let mut parameters = Parameters::new();
    let theta = parameters.add_vector("theta", d.k);
    parameters.fill(theta, |_, j| (j as f64).cos());
    let rows = d.k;
    let record = move |tape: &mut _, p: &_, x: &[Var]| {
        let tape: &mut nafal::autodiff::Tape<f64> = tape;
        vec![tape.record(p, Neighbours { theta, a: x[0], b: x[1] }, rows, true)]
    };
    d.graph(parameters, &[(rows, 1.0), (rows, 1.0)], Box::new(record))
}
