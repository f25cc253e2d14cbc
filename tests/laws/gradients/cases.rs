//! Every operation in every variant, as graphs of random sizes. An operation without a case fails.

use std::sync::Arc;

use nafal::autodiff::ops::conv1d::Conv1d;
use nafal::autodiff::{Folded, Linear, ParameterId, Parameters};
use nafal::random::{Key, below, normal, stream};
use nafal_kernels::Staircase;
use nafal_kernels::conv1d::Conv1d as Geometry;
use nafal_kernels::gemm::Epilogue;
use proptest::prelude::*;

use super::graph::{Graph, Record};

/// Sizes from which every case is built.
#[derive(Clone, Debug)]
pub struct Dimensions {
    n: usize,
    pub k: usize,
    batch: usize,
    contexts: usize,
    pub units: usize,
    pub seed: u64,
}

pub fn dimensions() -> impl Strategy<Value = Dimensions> {
    (1usize..=33, 1usize..=33, 1usize..=70, 1usize..=4, 1usize..=9, any::<u64>())
        .prop_map(|(n, k, batch, contexts, units, seed)| Dimensions { n, k, batch, contexts, units, seed })
}

impl Dimensions {
    pub fn normals(&self, key: u64, count: usize, scale: f64) -> Vec<f64> {
        let mut rng = stream(self.seed, Key::Simulation(key, 0));
        (0..count).map(|_| scale * normal::<f64>(&mut rng)).collect()
    }

    pub fn graph(&self, parameters: Parameters<f64>, rows: &[(usize, f64)], record: Box<Record>) -> Graph {
        let inputs = rows.iter().enumerate();
        let inputs = inputs.map(|(i, &(rows, scale))| self.normals(i as u64, rows * self.batch, scale)).collect();
        let mut rng = stream(self.seed, Key::Split(0, 0));
        let contexts = (0..self.batch).map(|_| below(&mut rng, self.contexts) as u32).collect();
        Graph { parameters, inputs, batch: self.batch, contexts, record }
    }
}

/// A staircase `[n, k]` with random growing prefixes, sometimes none, sometimes dense.
fn staircase(d: &Dimensions) -> Staircase {
    let mut rng = stream(d.seed, Key::Folds);
    let mut prefixes: Vec<usize> = (0..d.n).map(|_| below(&mut rng, d.k + 1)).collect();
    prefixes.sort_unstable();
    if below(&mut rng, 3) == 0 { Staircase::dense(d.n, d.k) } else { Staircase::from_prefixes(&prefixes, d.k) }
}

/// A linear layer with every combination of ends, biases and tables.
fn linear_cases(d: &Dimensions) -> Vec<Graph> {
    let mut finishes = vec![Epilogue::Store];
    // Every end has a successor until the last.
    while let Some(next) = match finishes[finishes.len() - 1] {
        Epilogue::Store => Some(Epilogue::Tanh),
        Epilogue::Tanh => Some(Epilogue::LeakyRelu(0.0)),
        Epilogue::LeakyRelu(slope) => (slope == 0.0).then_some(Epilogue::LeakyRelu(0.3)),
    } {
        finishes.push(next);
    }
    let ends =
        finishes.into_iter().flat_map(|f| [(true, true), (true, false), (false, true), (false, false)].map(|e| (f, e)));
    ends.map(|(epilogue, (biased, conditioned))| {
        let mut p = Parameters::new();
        let weight = p.add_matrix("weight", staircase(d));
        let bias = biased.then(|| p.add_vector("bias", d.n));
        let table = conditioned.then(|| p.add_table("table", d.contexts, d.n));
        let layer = Linear { weight, bias, table, epilogue };
        for id in p.ids() {
            let values = d.normals(100, p.matrix(id).rows * p.matrix(id).cols, 0.5);
            let cols = p.shape(id).cols;
            p.fill(id, |i, j| values[i * cols + j]);
        }
        let mut graph = d.graph(p, &[(d.k, 1.0)], Box::new(move |tape, p, x| vec![tape.linear(p, layer, x[0])]));
        if matches!(epilogue, Epilogue::LeakyRelu(_)) {
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
    let layer = Folded { table, shape: Arc::new(Staircase::dense(d.n, d.k)), epilogue: Epilogue::Store };
    d.graph(p, &[(d.k, 1.0)], Box::new(move |tape, p, x| vec![tape.folded(p, &layer, view, group, x[0])]))
}

/// Convolutions: with and without bias, stride, dilation and padding, also more of it than the kernel reaches, and with
/// every end.
fn conv1d_cases(d: &Dimensions) -> Vec<Graph> {
    let (channels_in, channels_out) = (d.k.min(3), d.n.min(5));
    let geometry =
        |taps, stride, padding, dilation| Geometry { channels_in, channels_out, taps, stride, padding, dilation };
    let cases = [
        (geometry(1, 1, 0, 1), true, Epilogue::Store),
        (geometry(3, 1, 1, 1), true, Epilogue::Tanh),
        (geometry(4, 2, 5, 1), false, Epilogue::Store),
        (geometry(3, 1, 4, 2), true, Epilogue::Store),
        (geometry(2, 3, 9, 3), true, Epilogue::Tanh),
        (geometry(3, 1, 2, 2), true, Epilogue::LeakyRelu(0.3)),
    ];
    let case = |(geometry, biased, epilogue): (Geometry, bool, Epilogue<f64>)| {
        let mut p = Parameters::new();
        let weight = p.add_matrix("weight", Staircase::dense(channels_out, geometry.taps * channels_in));
        let bias = biased.then(|| p.add_vector("bias", channels_out));
        for id in p.ids() {
            let (shape, values) = (p.shape(id).clone(), d.normals(100, p.to_dense(id).len(), 0.5));
            p.fill(id, |i, j| values[i * shape.cols + j]);
        }
        let layer = Conv1d::new(weight, bias, geometry, epilogue);
        let record: Box<Record> = Box::new(move |tape, p, x| vec![tape.conv1d(p, &layer, x[0])]);
        let mut graph = d.graph(p, &[(channels_in * (5 + d.units), 1.0)], record);
        if matches!(epilogue, Epilogue::LeakyRelu(_)) {
            keep_from_the_kink(&mut graph, weight, bias);
        }
        graph
    };
    cases.into_iter().map(case).collect()
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

/// The cases of an operation; an operation without any fails.
pub fn cases_of(operation: &str, d: &Dimensions) -> Vec<Graph> {
    let none = Parameters::new;
    match operation {
        "linear" => linear_cases(d),
        "folded" => folded_cases(d),
        "add" => vec![d.graph(none(), &[(d.k, 1.0); 2], Box::new(|tape, _, x| vec![tape.add(x[0], x[1])]))],
        "reverse" => vec![d.graph(none(), &[(d.k, 1.0)], Box::new(|tape, _, x| vec![tape.reverse(x[0])]))],
        "conv1d" => conv1d_cases(d),
        "gaussian_nll" => gaussian_nll_cases(d),
        "cross_entropy" => {
            let record: Box<Record> = Box::new(|tape, _, x| {
                tape.cross_entropy(x[0], 0.37);
                Vec::new()
            });
            vec![d.graph(none(), &[(d.contexts, 3.0)], record)]
        }
        other => panic!("operation {other} has no case here"),
    }
}

/// Every operation, read off the one list of them.
pub fn operations() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../../../src/autodiff/ops/mod.rs").lines();
    lines.filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
}
