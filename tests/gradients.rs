//! Laws of the derivatives: every operation, in every variant, against central differences and the dot-product identity
//! `⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩`, used once and twice on a tape; whole flows too. The list of operations is exhaustive: a new one
//! without a case does not compile.

use std::sync::Arc;

use nafal::autodiff::{
    CustomOp, Ddsf, Folded, Gradients, Linear, Operation, ParameterId, Parameters, Prepared, Tape, Var, check_gradient,
};
use nafal::flow::Classes;
use nafal::flow::strategies::{Case, Magnitudes, Sizes, cases, settings};
use nafal::random::{Purpose, below, normal, stream};
use nafal_kernels::dsf::Slope;
use nafal_kernels::gemm::Finish;
use nafal_kernels::{Isa, Staircase};
use proptest::prelude::*;

type Law = Result<(), TestCaseError>;
type Record = dyn Fn(&mut Tape<f64>, &Parameters<f64>, &[Var]) -> Vec<Var>;

/// A function on a tape: `(inputs, parameters) ↦ (outputs, loss)`, with a point to differentiate it at.
struct Graph {
    parameters: Parameters<f64>,
    /// Each input `[rows, batch]`, row-major.
    inputs: Vec<Vec<f64>>,
    batch: usize,
    classes: Vec<u32>,
    record: Box<Record>,
}

/// What one evaluation gives.
struct Evaluation {
    outputs: Vec<Vec<f64>>,
    loss: f64,
    operations: Vec<Operation>,
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
        tape.set_classes(self.classes.iter().copied());
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
        let gradient = u.map_or(Vec::new(), |u| self.backward(isa, &mut tape, &parameters, &vars, &recorded, u));
        Evaluation { outputs, loss, operations, gradient }
    }

    fn backward(
        &self,
        isa: Isa,
        tape: &mut Tape<f64>,
        parameters: &Parameters<f64>,
        inputs: &[Var],
        recorded: &[Vec<Var>],
        u: &[Vec<f64>],
    ) -> Vec<f64> {
        let mut prepared = Prepared::default();
        prepared.refresh(isa, parameters);
        let mut gradients = Gradients::zeros(parameters);
        type Seed<'a> = Box<dyn FnMut(&mut [f64], usize) + 'a>;
        let mut seeds: Vec<(Var, Seed)> = Vec::new();
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
        let mut seeds: Vec<nafal::autodiff::Seed<f64>> =
            seeds.iter_mut().map(|(var, seed)| (*var, &mut **seed as _)).collect();
        tape.backward(parameters, &prepared, &mut gradients, &mut seeds);
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
    fn obeys(&self, what: Option<Operation>, isa: Isa, seed: u64) -> Law {
        let point = self.point();
        let mut rng = stream(seed, Purpose::Samples, 0, 0);
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

/// Sizes from which every case is built.
#[derive(Clone, Debug)]
struct Dimensions {
    n: usize,
    k: usize,
    batch: usize,
    classes: usize,
    units: usize,
    seed: u64,
}

fn dimensions() -> impl Strategy<Value = Dimensions> {
    (1usize..=33, 1usize..=33, 1usize..=70, 1usize..=4, 1usize..=9, any::<u64>())
        .prop_map(|(n, k, batch, classes, units, seed)| Dimensions { n, k, batch, classes, units, seed })
}

impl Dimensions {
    fn normals(&self, key: u64, count: usize, scale: f64) -> Vec<f64> {
        let mut rng = stream(self.seed, Purpose::Simulation, key, 0);
        (0..count).map(|_| scale * normal::<f64>(&mut rng)).collect()
    }

    fn graph(&self, parameters: Parameters<f64>, rows: &[(usize, f64)], record: Box<Record>) -> Graph {
        let inputs = rows.iter().enumerate();
        let inputs = inputs.map(|(i, &(rows, scale))| self.normals(i as u64, rows * self.batch, scale)).collect();
        let mut rng = stream(self.seed, Purpose::Batches, 0, 0);
        let classes = (0..self.batch).map(|_| below(&mut rng, self.classes) as u32).collect();
        Graph { parameters, inputs, batch: self.batch, classes, record }
    }
}

/// A staircase `[n, k]` with random growing prefixes, sometimes none, sometimes dense.
fn staircase(d: &Dimensions) -> Staircase {
    let mut rng = stream(d.seed, Purpose::Folds, 0, 0);
    let mut prefixes: Vec<usize> = (0..d.n).map(|_| below(&mut rng, d.k + 1)).collect();
    prefixes.sort_unstable();
    if below(&mut rng, 3) == 0 { Staircase::dense(d.n, d.k) } else { Staircase::from_prefixes(&prefixes, d.k) }
}

/// A linear layer with every combination of ends, biases and tables.
fn linear_cases(d: &Dimensions) -> Vec<Graph> {
    let mut finishes = vec![Finish::Store];
    // Every end has a successor until the last.
    while let Some(next) = match finishes[finishes.len() - 1] {
        Finish::Store => Some(Finish::Tanh),
        Finish::Tanh => Some(Finish::LeakyRelu(0.0)),
        Finish::LeakyRelu(slope) => (slope == 0.0).then_some(Finish::LeakyRelu(0.3)),
    } {
        finishes.push(next);
    }
    let ends =
        finishes.into_iter().flat_map(|f| [(true, true), (true, false), (false, true), (false, false)].map(|e| (f, e)));
    ends.map(|(finish, (biased, conditioned))| {
        let mut p = Parameters::new();
        let weight = p.add_matrix("weight", staircase(d));
        let bias = biased.then(|| p.add_vector("bias", d.n));
        let table = conditioned.then(|| p.add_table("table", d.classes, d.n));
        let layer = Linear { weight, bias, table, finish };
        for id in p.ids() {
            let values = d.normals(100, p.matrix(id).rows * p.matrix(id).cols, 0.5);
            let cols = p.shape(id).cols;
            p.fill(id, |i, j| values[i * cols + j]);
        }
        let mut graph = d.graph(p, &[(d.k, 1.0)], Box::new(move |tape, p, x| vec![tape.linear(p, layer, x[0])]));
        if matches!(finish, Finish::LeakyRelu(_)) {
            keep_from_the_kink(&mut graph, weight, bias.or(table));
        }
        graph
    })
    .collect()
}

/// Puts inputs and weights on a grid and the offset between two of its points, so that no difference steps over a kink.
fn keep_from_the_kink(graph: &mut Graph, weight: ParameterId, offset: Option<ParameterId>) {
    let grid = |v: f64| (8.0 * v).round() / 8.0;
    graph.inputs.iter_mut().flatten().for_each(|x| *x = grid(*x));
    for id in graph.parameters.ids().collect::<Vec<_>>() {
        let (values, cols) = (graph.parameters.to_dense(id), graph.parameters.shape(id).cols);
        let shift = if Some(id) == offset { 1.0 / 128.0 } else { 0.0 };
        graph.parameters.fill(id, |i, j| grid(values[i * cols + j]) + shift);
    }
    if offset.is_none() {
        // Without an offset a row is moved off the grid by its first weight, where it has one, and its first input.
        graph.inputs[0][..graph.batch].fill(1.0 + 1.0 / 8.0);
        let (values, cols) = (graph.parameters.to_dense(weight), graph.parameters.shape(weight).cols);
        graph.parameters.fill(weight, |i, j| values[i * cols + j] + if j == 0 { 1.0 / 144.0 } else { 0.0 });
    }
}

/// Folded views: the last of three, or all of them one after another.
fn folded_cases(d: &Dimensions) -> Vec<Graph> {
    [(2, d.batch), (0, d.batch.div_ceil(3))].into_iter().map(|(view, group)| folded_case(d, view, group)).collect()
}

fn folded_case(d: &Dimensions, view: usize, group: usize) -> Graph {
    let mut p = Parameters::new();
    let table = p.add_table("views", 3 * d.n, d.k);
    let values = d.normals(100, 3 * d.n * d.k, 0.5);
    p.fill(table, |i, j| values[i * d.k + j]);
    let layer = Folded { table, shape: Arc::new(Staircase::dense(d.n, d.k)), finish: Finish::Store };
    d.graph(p, &[(d.k, 1.0)], Box::new(move |tape, p, x| vec![tape.folded(p, &layer, view, group, x[0])]))
}

fn dsf_cases(d: &Dimensions) -> Vec<Graph> {
    let slopes = [Slope::Softplus, Slope::Bounded { limit: 2.5 }];
    let case = |slope: Slope| {
        // A new kind of slope must be added to the list above.
        match slope {
            Slope::Softplus | Slope::Bounded { .. } => {}
        }
        let (features, units) = (d.k.min(5), d.units);
        let record: Box<Record> = Box::new(move |tape, _, v| {
            let (y, log_slope) = tape.dsf(v[0], v[1], slope, units);
            vec![y, log_slope]
        });
        d.graph(Parameters::new(), &[(features, 2.0), (features * 3 * units, 1.5)], record)
    };
    slopes.into_iter().map(case).collect()
}

/// A first, a middle and a last layer of a dense transformer, with either kind of slope.
fn ddsf_cases(d: &Dimensions) -> Vec<Graph> {
    let widths = [(1, d.units.min(4), 3), (2, d.units.min(5), 2), (3, d.units.min(4), 1)];
    let slopes = [Slope::Softplus, Slope::Bounded { limit: 2.5 }];
    let kinds = slopes.into_iter().flat_map(|slope| widths.map(|widths| (slope, widths)));
    kinds
        .map(|(slope, (inputs, units, outputs))| {
            let mut p = Parameters::new();
            let (inner, outer) = (p.add_vector("inner", units * inputs), p.add_vector("outer", outputs * units));
            for id in [inner, outer] {
                let values = d.normals(100, p.vector(id).len(), 0.7);
                p.fill(id, |_, j| values[j]);
            }
            let layer = Ddsf { inner, outer, slope, inputs, units, outputs };
            let record: Box<Record> = Box::new(move |tape, p, v| {
                let (h, log_tangent) = tape.ddsf(p, layer, v[0], v[1], v[2]);
                vec![h, log_tangent]
            });
            d.graph(p, &[(inputs, 1.5), (inputs, 0.7), (layer.raw_rows(), 1.0)], record)
        })
        .collect()
}

fn gaussian_nll_cases(d: &Dimensions) -> Vec<Graph> {
    let case = |parts: usize| {
        let mut rows = vec![(d.k, 1.0)];
        rows.extend(vec![(d.k, 1.0); parts]);
        let record: Box<Record> = Box::new(|tape, _, v| {
            tape.gaussian_nll(v[0], &v[1..], 0.37);
            Vec::new()
        });
        d.graph(Parameters::new(), &rows, record)
    };
    (0..=3).map(case).collect()
}

/// `y_i = x_i·x_{i+1}` over neighbouring rows, then `sin x_0`: an operation of a user's own.
struct Products;

impl CustomOp<f64> for Products {
    fn name(&self) -> &str {
        "products"
    }
    fn output_rows(&self, rows: usize) -> usize {
        rows
    }
    fn forward(&self, lanes: usize, x: &[f64], y: &mut [f64]) {
        let last = x.len() - lanes;
        (0..last).for_each(|i| y[i] = x[i] * x[i + lanes]);
        (0..lanes).for_each(|b| y[last + b] = x[b].sin());
    }
    fn vjp(&self, lanes: usize, x: &[f64], _: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
        let last = x.len() - lanes;
        for i in 0..last {
            x_bar[i] += y_bar[i] * x[i + lanes];
            x_bar[i + lanes] += y_bar[i] * x[i];
        }
        (0..lanes).for_each(|b| x_bar[b] += y_bar[last + b] * x[b].cos());
    }
}

/// The cases of an operation.
fn cases_of(operation: Operation, d: &Dimensions) -> Vec<Graph> {
    let none = Parameters::new;
    match operation {
        Operation::Linear => linear_cases(d),
        Operation::Folded => folded_cases(d),
        Operation::Add => vec![d.graph(none(), &[(d.k, 1.0); 2], Box::new(|tape, _, x| vec![tape.add(x[0], x[1])]))],
        Operation::Reverse => vec![d.graph(none(), &[(d.k, 1.0)], Box::new(|tape, _, x| vec![tape.reverse(x[0])]))],
        Operation::Dsf => dsf_cases(d),
        Operation::Ddsf => ddsf_cases(d),
        Operation::GaussianNll => gaussian_nll_cases(d),
        Operation::CrossEntropy => {
            let record: Box<Record> = Box::new(|tape, _, x| {
                tape.cross_entropy(x[0], 0.37);
                Vec::new()
            });
            vec![d.graph(none(), &[(d.classes, 3.0)], record)]
        }
        Operation::Custom => {
            let op: Arc<dyn CustomOp<f64>> = Arc::new(Products);
            vec![d.graph(none(), &[(d.k, 1.0)], Box::new(move |tape, _, x| vec![tape.custom(op.clone(), x[0])]))]
        }
    }
}

/// Every operation, each the successor of another.
fn operations() -> Vec<Operation> {
    let mut all = vec![Operation::Linear];
    while let Some(next) = match all[all.len() - 1] {
        Operation::Linear => Some(Operation::Folded),
        Operation::Folded => Some(Operation::Add),
        Operation::Add => Some(Operation::CrossEntropy),
        Operation::CrossEntropy => Some(Operation::Reverse),
        Operation::Reverse => Some(Operation::Dsf),
        Operation::Dsf => Some(Operation::Ddsf),
        Operation::Ddsf => Some(Operation::GaussianNll),
        Operation::GaussianNll => Some(Operation::Custom),
        Operation::Custom => None,
    } {
        all.push(next);
    }
    all
}

/// A flow's mean negative log-likelihood as a graph.
fn flow_graph(case: &Case) -> Graph {
    let flow = case.flow::<f64>();
    let (m, batch) = (case.spec.features, case.batch);
    let x = case.inputs::<f64>();
    let input = (0..m).flat_map(|i| x.iter().skip(i).step_by(m).copied().collect::<Vec<_>>()).collect();
    let classes = match case.classes() {
        Classes::Each(classes) => classes.to_vec(),
        _ => vec![0; batch],
    };
    let parameters = flow.parameters().clone();
    let record: Box<Record> = Box::new(move |tape, p, x| {
        let mut flow = flow.clone();
        flow.parameters_mut().values_mut().copy_from_slice(p.values());
        flow.record_nll(tape, x[0], 1.0 / batch as f64);
        Vec::new()
    });
    Graph { parameters, inputs: vec![input], batch, classes, record }
}

proptest! {
    #![proptest_config(settings(24))]

    #[test]
    fn every_operation_has_the_derivative_it_claims(d in dimensions()) {
        for operation in operations() {
            for graph in cases_of(operation, &d) {
                for &isa in Isa::available() {
                    graph.obeys(Some(operation), isa, d.seed)?;
                }
            }
        }
    }

    #[test]
    fn whole_flows_have_the_derivative_they_claim(
        case in cases(
            Sizes { blocks: 1..=3, hidden: 1..=20, units: 1..=7, batch: 1..=20, ..Sizes::default() },
            Magnitudes { inputs: 3.0, weights: (1e-3, 0.5), ..Magnitudes::MILD },
        )
    ) {
        for &isa in Isa::available() {
            flow_graph(&case).obeys(None, isa, case.seed)?;
        }
    }
}

/// The checker itself finds a wrong derivative, also a missing or infinite one.
#[test]
fn the_checker_catches_wrong_gradients() {
    let f = |x: &[f64]| x[0] * x[0] + 3.0 * x[1];
    let check = |g: [f64; 2]| check_gradient(&[2.0, 1.0], &g, 0..2, 1e-8, f).map_err(|e| e.index);
    assert_eq!(check([4.0, 3.0]), Ok(()));
    assert_eq!(check([4.001, 3.0]), Err(0));
    assert_eq!(check([4.0, 0.0]), Err(1));
    assert_eq!(check([4.0, f64::NAN]), Err(1));
    assert_eq!(check([f64::INFINITY, 3.0]), Err(0));
}
