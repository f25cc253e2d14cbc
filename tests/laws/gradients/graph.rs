//! A function on a tape with a point, and the laws its derivative obeys there: central differences, the dot-product
//! identity by a five-point rule along a random direction, and twice the gradient when recorded twice.

use nafal::autodiff::{Gradients, ParameterId, Parameters, Seed, Tape, Var, check_gradient};
use nafal::random::{Key, below, normal, stream};
use nafal_kernels::Isa;
use proptest::prelude::*;

pub type Law = Result<(), TestCaseError>;
pub type Record = dyn Fn(&mut Tape<f64>, &Parameters<f64>, &[Var]) -> Vec<Var>;

/// A function on a tape: `(inputs, parameters) ↦ (outputs, loss)`, with a point to differentiate it at.
pub struct Graph {
    pub parameters: Parameters<f64>,
    /// Each input `[rows, batch]`, row-major.
    pub inputs: Vec<Vec<f64>>,
    pub batch: usize,
    pub contexts: Vec<u32>,
    pub record: Box<Record>,
}

/// What one evaluation gives.
struct Evaluation {
    outputs: Vec<Vec<f64>>,
    loss: f64,
    operations: Vec<&'static str>,
    /// Derivative of `Σ⟨u, output⟩ + loss` by inputs, then parameters.
    gradient: Vec<f64>,
}

impl Graph {
    /// Inputs one after the other, then the parameters inside their staircases.
    fn point(&self) -> Vec<f64> {
        let mut point = self.inputs.concat();
        for id in self.parameters.ids() {
            let m = self.parameters.matrix(id);
            visit(&self.parameters, id, |i, j| point.push(m.row(i)[j]));
        }
        point
    }

    /// Evaluates at `point`; with `u` also backwards. The function is recorded `times` times on the same inputs and
    /// everything added up.
    fn evaluate(&self, isa: Isa, point: &[f64], times: usize, u: Option<&[Vec<f64>]>) -> Evaluation {
        let (mut parameters, mut at) = (self.parameters.clone(), self.inputs.iter().map(Vec::len).sum::<usize>());
        for id in self.parameters.ids() {
            parameters.fill(id, |_, _| {
                at += 1;
                point[at - 1]
            });
        }
        let mut tape = Tape::new(isa);
        tape.begin(self.batch);
        tape.set_contexts(self.contexts.iter().copied());
        let mut from = 0;
        let mut vars = Vec::new();
        for input in &self.inputs {
            let values = &point[from..from + input.len()];
            from += input.len();
            vars.push(tape.input(input.len() / self.batch, true, |tile, lanes| {
                for (row, values) in tile.chunks_exact_mut(lanes).zip(values.chunks_exact(self.batch)) {
                    row[..self.batch].copy_from_slice(values);
                }
            }));
        }
        let recorded: Vec<Vec<Var>> = (0..times).map(|_| (self.record)(&mut tape, &parameters, &vars)).collect();
        let read = |var: &Var| -> Vec<f64> {
            let value = tape.value(*var);
            (0..value.rows).flat_map(|i| value.row(i).to_vec()).collect()
        };
        let outputs = recorded[0].iter().map(read).collect();
        let (loss, operations) = (tape.loss(), tape.operations().collect());
        let gradient = u.map_or(Vec::new(), |u| self.backward(&mut tape, &parameters, &vars, &recorded, u));
        Evaluation { outputs, loss, operations, gradient }
    }

    fn backward(
        &self,
        tape: &mut Tape<f64>,
        parameters: &Parameters<f64>,
        inputs: &[Var],
        recorded: &[Vec<Var>],
        u: &[Vec<f64>],
    ) -> Vec<f64> {
        let mut gradients = Gradients::zeros(parameters);
        type Owned<'a> = Box<dyn FnMut(&mut [f64], usize) + 'a>;
        let mut seeds: Vec<(Var, Owned)> = Vec::new();
        for outputs in recorded {
            for (&var, u) in outputs.iter().zip(u) {
                let seed = |tile: &mut [f64], lanes: usize| {
                    for (row, u) in tile.chunks_exact_mut(lanes).zip(u.chunks_exact(self.batch)) {
                        row.iter_mut().zip(u).for_each(|(t, u)| *t += u);
                    }
                };
                seeds.push((var, Box::new(seed)));
            }
        }
        let mut seeds: Vec<Seed<f64>> = seeds.iter_mut().map(|(var, seed)| (*var, &mut **seed as _)).collect();
        tape.backward(parameters, &mut gradients, &mut seeds);
        let mut gradient = Vec::new();
        for &var in inputs {
            let adjoint = tape.adjoint(var);
            (0..adjoint.rows).for_each(|i| gradient.extend_from_slice(adjoint.row(i)));
        }
        for id in parameters.ids() {
            let m = gradients.matrix(parameters, id);
            visit(parameters, id, |i, j| gradient.push(m.row(i)[j]));
        }
        gradient
    }

    /// `Σ⟨u, output⟩ + loss` of one recording.
    fn value(&self, isa: Isa, point: &[f64], u: &[Vec<f64>]) -> f64 {
        let e = self.evaluate(isa, point, 1, None);
        let dot = |(u, y): (&Vec<f64>, &Vec<f64>)| u.iter().zip(y).map(|(u, y)| u * y).sum::<f64>();
        u.iter().zip(&e.outputs).map(dot).sum::<f64>() + e.loss
    }

    /// All laws at the graph's point; `seed` draws the cotangents, the direction and the coordinates.
    pub fn obeys(&self, what: Option<&str>, isa: Isa, seed: u64) -> Law {
        let point = self.point();
        let mut rng = stream(seed, Key::Sample { number: 0 });
        let plain = self.evaluate(isa, &point, 1, None);
        prop_assert!(what.is_none_or(|what| plain.operations == [what]), "{:?}", plain.operations);
        let u: Vec<Vec<f64>> =
            plain.outputs.iter().map(|y| y.iter().map(|_| normal::<f64>(&mut rng)).collect()).collect();
        let gradient = self.evaluate(isa, &point, 1, Some(&u)).gradient;
        prop_assert_eq!(gradient.len(), point.len());

        let coordinates: Vec<usize> = (0..24).map(|_| below(&mut rng, point.len())).collect();
        let checked = check_gradient(&point, &gradient, coordinates, 1e-6, |p| self.value(isa, p, &u));
        prop_assert!(checked.is_ok(), "{}: {}", isa.name(), checked.unwrap_err());

        let v: Vec<f64> = point.iter().map(|_| normal::<f64>(&mut rng)).collect();
        let backward: f64 = gradient.iter().zip(&v).map(|(g, v)| g * v).sum();
        let size: f64 = gradient.iter().zip(&v).map(|(g, v)| (g * v).abs()).sum();
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        let along = |h: f64| {
            let moved: Vec<f64> = point.iter().zip(&v).map(|(p, v)| p + h / norm * v).collect();
            self.value(isa, &moved, &u)
        };
        // Five points: the error falls with the fourth power of the step.
        let h = 1e-3;
        let forward = norm * (8.0 * (along(h) - along(-h)) - (along(2.0 * h) - along(-2.0 * h))) / (12.0 * h);
        let scale = 1.0 + size + norm * along(0.0).abs() * 1e-3;
        prop_assert!(
            (forward - backward).abs() <= 1e-8 * scale,
            "{}: ⟨u,Jv⟩ {forward}, ⟨Jᵀu,v⟩ {backward}",
            isa.name()
        );

        let twice = self.evaluate(isa, &point, 2, Some(&u)).gradient;
        for (i, (g, t)) in gradient.iter().zip(&twice).enumerate() {
            prop_assert!((2.0 * g - t).abs() <= 1e-12 * (1.0 + g.abs()), "recorded twice: gradient[{i}] {t}, once {g}");
        }
        Ok(())
    }
}

fn visit(parameters: &Parameters<f64>, id: ParameterId, mut f: impl FnMut(usize, usize)) {
    for run in &parameters.shape(id).runs {
        for i in run.rows.clone() {
            run.inner.clone().for_each(|j| f(i, j));
        }
    }
}
