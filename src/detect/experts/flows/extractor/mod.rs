//! The feature extractor f_θ: dense layers with leaky ReLU behind affine views, and a linear head.
//!
//! `h₁ = λ(W₁(A_k x + b_k))`, `h_l = λ(W_l h_{l−1})`, `Υ = W_o h + s`, `λ(v) = max(v, 0.2·v)`, shapes `[d] → [h] → … → [m]`.
//! The paper names "fully-connected hidden layers … with leaky-ReLU activations, as well as one 1d convolutional layer on
//! the top", bias-free as in the code it follows (GOAD's `netC1`, `netC5`): a convolution of kernel size 1 over the hidden
//! nodes is the dense head. `s` is zero while anything is trained; it centres the features of a frozen extractor.
//!
//! `W₁` and the views are folded ([`crate::autodiff::Folding`]), so a view costs `d·h` a row.

mod divergence;
mod joint;
mod maps;
mod net;
mod persistence;
mod pretraining;
mod scoring;
#[cfg(test)]
mod tests;
mod trainer;
mod training;

use std::sync::Arc;

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, Staircase};

use crate::autodiff::{AlignedVec, Folded, ParameterId, Parameters, Tape, Var, padded};
use crate::nn::{Activation, Dense, fill_normal};
use crate::random::{Key, stream};
use scoring::Lanes;

pub use divergence::DivergenceCheck;
pub use joint::JointTrainer;
pub use maps::dense_views;
pub use net::ViewNet;
pub(super) use training::{Data, fit, spec, train_jointly};

/// Slope of the leaky ReLU below zero.
const NEGATIVE_SLOPE: f64 = 0.2;

/// Shape of an extractor: all sizes are counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractorSpec {
    /// Columns `d` of a row.
    pub columns: usize,
    /// Views `K`.
    pub views: usize,
    /// Hidden layers, at least 1.
    pub layers: usize,
    /// Hidden width `h`.
    pub hidden: usize,
    /// Features `m`.
    pub features: usize,
}

/// Handles of an extractor's layers among some parameters.
#[derive(Clone, Debug)]
struct Layers<T> {
    /// `W₁: [h, d]`.
    first: ParameterId,
    /// `W₁·[A_k | b_k]` of every view, `[K·h, d+1]`, and its end.
    folded: Folded<T>,
    /// `W_2 …: [h, h]`.
    hidden: Vec<Dense>,
    /// `W_o: [m, h]`.
    head: Dense,
    /// `s: [m]`.
    shift: ParameterId,
}

impl<T: Real> Layers<T> {
    fn add(spec: &ExtractorSpec, parameters: &mut Parameters<T>) -> Self {
        let ExtractorSpec { columns, views, layers, hidden, features } = *spec;
        let first = parameters.add_matrix("extractor.layer0", Staircase::dense(hidden, columns));
        let table = parameters.add_table("extractor.views", views * hidden, columns + 1);
        let activation = Activation::LeakyRelu { negative_slope: NEGATIVE_SLOPE };
        let square = || Staircase::dense(hidden, hidden);
        let deeper = (1..layers)
            .map(|l| Dense::add_without_bias(parameters, format!("extractor.layer{l}"), square(), activation))
            .collect();
        let head = Staircase::dense(features, hidden);
        Layers {
            first,
            folded: Folded {
                table,
                shape: Arc::new(Staircase::dense(hidden, columns + 1)),
                epilogue: activation.epilogue(),
            },
            hidden: deeper,
            head: Dense::add_without_bias(parameters, "extractor.head", head, Activation::Identity),
            shift: parameters.add_vector("extractor.shift", features),
        }
    }

    /// Records the features `[m, lanes]` of the rows `x: [d+1, lanes]` (the last row ones): of view `view` in the first
    /// `group` columns, of the next view in the next so many, and so on.
    fn record(&self, tape: &mut Tape<T>, parameters: &Parameters<T>, view: usize, group: usize, x: Var) -> Var {
        let mut h = tape.folded(parameters, &self.folded, view, group, x);
        for layer in self.hidden.iter().chain([&self.head]) {
            h = layer.record(tape, parameters, h);
        }
        h
    }
}

/// A feature extractor with its weights, folded with the views it serves.
#[derive(Clone, Debug)]
pub struct Extractor<T: Real> {
    spec: ExtractorSpec,
    layers: Layers<T>,
    parameters: Parameters<T>,
    lanes: Lanes<T>,
}

impl<T: Real> Extractor<T> {
    /// An extractor with all weights zero, to be filled from a file; call [`Extractor::prepare`] afterwards.
    pub fn zeroed(spec: ExtractorSpec) -> Self {
        let mut parameters = Parameters::new();
        let layers = Layers::add(&spec, &mut parameters);
        Extractor { spec, layers, parameters, lanes: Lanes::default() }
    }

    /// Random weights of the stream `(seed, key)`, not yet folded with any view: hidden layers `N(0, 2/(1.04·fan-in))`,
    /// which keeps the scale of what passes through a leaky ReLU, the head `N(0, 1/h)`.
    pub fn new(spec: ExtractorSpec, seed: u64, key: u64) -> Self {
        let mut extractor = Self::zeroed(spec);
        let Layers { first, hidden, head, .. } = &extractor.layers;
        let deeper = hidden.iter().chain([head]).map(|layer| layer.weight);
        let weights: Vec<ParameterId> = [*first].into_iter().chain(deeper).collect();
        for (l, &id) in weights.iter().enumerate() {
            let mut rng = stream(seed, Key::ExtractorWeights { flow: key, layer: l as u64 });
            let gain = if l + 1 == weights.len() { 1.0 } else { 2.0 / (1.0 + NEGATIVE_SLOPE * NEGATIVE_SLOPE) };
            let sd = (gain / extractor.parameters.shape(id).cols as f64).sqrt();
            fill_normal(&mut extractor.parameters, id, &mut rng, |_| sd);
        }
        extractor
    }

    /// Its shape.
    pub fn spec(&self) -> &ExtractorSpec {
        &self.spec
    }
    /// Its weights, among them the folded views.
    pub fn parameters(&self) -> &Parameters<T> {
        &self.parameters
    }
    /// Its weights, to fill from a file; call [`Extractor::prepare`] afterwards.
    pub fn parameters_mut(&mut self) -> &mut Parameters<T> {
        &mut self.parameters
    }
    /// Lays the folded views out for scoring few rows. Cost: one pass over `K·h·d` numbers.
    pub fn prepare(&mut self) {
        self.lanes = Lanes::new(&self.spec, &self.parameters, self.layers.folded.table);
    }
    /// The same extractor in another precision.
    pub fn cast<U: Real>(&self) -> Extractor<U> {
        let mut out = Extractor::zeroed(self.spec);
        out.parameters = self.parameters.cast();
        out.prepare();
        out
    }

    /// From the first layer's output `[h, lanes]` in `hidden[0]` to the features `[m, lanes]`.
    fn deeper(&self, isa: Isa, hidden: &mut [AlignedVec<T>; 2], lanes: usize, features: MatrixMut<T>) {
        let (p, width) = (&self.parameters, self.spec.hidden);
        for id in self.layers.hidden.iter().map(|layer| layer.weight) {
            let [from, into] = hidden;
            into.resize_dirty(width * lanes);
            let x = Matrix::new(from, width, lanes, lanes);
            let y = MatrixMut::new(into, width, lanes, lanes);
            gemm::product(isa, p.shape(id), p.matrix(id), x, Init::Zero, self.layers.folded.epilogue, y);
            hidden.swap(0, 1);
        }
        let x = Matrix::new(&hidden[0], width, lanes, lanes);
        let (head, shift) = (self.layers.head.weight, p.vector(self.layers.shift));
        gemm::product(isa, p.shape(head), p.matrix(head), x, Init::Bias(shift), Epilogue::Store, features);
    }

    /// Features of one tile of a view: rows `x: [d+1, lanes]` (the last row ones) to `[m, lanes]`.
    fn tile(&self, isa: Isa, view: usize, x: Matrix<T>, hidden: &mut [AlignedVec<T>; 2], features: MatrixMut<T>) {
        let lanes = x.cols;
        hidden[0].resize_dirty(self.spec.hidden * lanes);
        let y = MatrixMut::new(&mut hidden[0], self.spec.hidden, lanes, lanes);
        self.layers.folded.apply(isa, &self.parameters, view, x, y);
        self.deeper(isa, hidden, lanes, features);
    }

    /// Features `[n, m]` of rows `[n, d]` under view `view`, both row-major.
    pub fn features(&self, isa: Isa, view: usize, rows: &[T]) -> Vec<T> {
        let (d, m) = (self.spec.columns, self.spec.features);
        let mut hidden = [AlignedVec::new(), AlignedVec::new()];
        let (mut x, mut tile) = (AlignedVec::new(), AlignedVec::new());
        let mut out = Vec::with_capacity(rows.len() / d * m);
        for rows in rows.chunks(64 * d) {
            let lanes = lay_with_ones(rows, d, &mut x);
            tile.resize_dirty(m * lanes);
            let features = MatrixMut::new(&mut tile, m, lanes, lanes);
            self.tile(isa, view, Matrix::new(&x, d + 1, lanes, lanes), &mut hidden, features);
            out.extend((0..rows.len() / d).flat_map(|b| (0..m).map(|i| tile[i * lanes + b]).collect::<Vec<_>>()));
        }
        out
    }

    /// Centres and scales the features, so that over the given rows and all views each has mean 0 and standard deviation
    /// 1; a spread below a tenth of the widest feature's counts as that tenth.
    pub fn standardise(&mut self, isa: Isa, rows: &[T]) {
        let m = self.spec.features;
        let mut moments = vec![(0.0f64, 0.0f64); m];
        let mut count = 0.0;
        for view in 0..self.spec.views {
            for row in self.features(isa, view, rows).chunks_exact(m) {
                count += 1.0;
                for (moment, v) in moments.iter_mut().zip(row) {
                    let delta = v.to_f64() - moment.0;
                    moment.0 += delta / count;
                    moment.1 += delta * (v.to_f64() - moment.0);
                }
            }
        }
        let spread = |second: f64| (second / f64::max(count, 1.0)).sqrt();
        let widest = moments.iter().map(|v| spread(v.1)).fold(0.0, f64::max);
        let factor = |second: f64| if widest > 0.0 { 1.0 / spread(second).max(0.1 * widest) } else { 1.0 };
        let dense = self.parameters.to_dense(self.layers.head.weight);
        let (head, shift, h) = (self.layers.head.weight, self.layers.shift, self.spec.hidden);
        self.parameters.fill(head, |i, j| T::from_f64(dense[i * h + j].to_f64() * factor(moments[i].1)));
        self.parameters.fill(shift, |_, i| T::from_f64(-moments[i].0 * factor(moments[i].1)));
    }
}

/// Rows `[n, d]` as columns of a tile `[d+1, lanes]` with a one below each; returns the lanes.
fn lay_with_ones<T: Real>(rows: &[T], d: usize, tile: &mut AlignedVec<T>) -> usize {
    let lanes = padded(rows.len() / d);
    tile.resize_dirty((d + 1) * lanes);
    tile.fill(T::ZERO);
    for (b, row) in rows.chunks_exact(d).enumerate() {
        for (i, &v) in row.iter().enumerate() {
            tile[i * lanes + b] = v;
        }
        tile[d * lanes + b] = T::ONE;
    }
    lanes
}
