//! The deep dense sigmoidal flow (Huang et al. 2018, eq. 12–14): a chain of layers from one value through `U` to one.
//!
//! A layer takes `h: [n]` and `λ_i = ln dh_i/dx` (zero at first) to `h'_k = ln S_k − ln S̄_k` and `λ'_k`, where
//! `S_k = Σ_j W_kj σ(u_j)`, `S̄_k = Σ_j W_kj σ(−u_j)`, `u = a∘(U·h) + b`, and the rows of `U: [U, n]` and
//! `W: [n', U]` are softmaxes of logits shared by all lanes plus shifts that the conditioner brings. Raw parameters: layer by
//! layer `[3U + n, lanes]` = rows (slopes | biases | shifts of W | shifts of U). Formula and VJP of a layer:
//! [`nafal_kernels::ddsf`].
//!
//! Every `h'_k` is a quasi-mean of the `u_j`, and every `(U·h)_j` a mean of the `h_i`. So if all outputs of a layer lie
//! between two numbers, its inputs need not lie outside `min_j` and `max_j` of `(end − b_j)/a_j`: the bracket of the inverse
//! goes from the last layer to the first.

use nafal_kernels::ddsf::{self, Layer};
use nafal_kernels::dsf::Slope;
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, map};

use super::log_space::{log_sigmoids, log_slope, log_sum_exp, raw_unit_slope, spread_bias};
use super::univariate::{Bracket, Evaluation, ScalarMap, UnivariateTransform};
use crate::autodiff::{Backward, Forward, Operation, ParameterId, Parameters, Tape, Var};
use crate::flow::error::FlowError;

/// Most layers of a chain.
const MAX_LAYERS: usize = 8;

/// Standard deviation of the shared logits in a fresh flow: enough to tell the hidden values apart, which training could not
/// do if they were equal.
const STARTING_LOGITS: f64 = 0.1;

/// The deep dense sigmoidal flow; see the top of this file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ddsf {
    /// Layers of the chain.
    pub layers: usize,
    /// Sigmoid units `U` of a layer, and hidden values between two.
    pub units: usize,
    /// How raw slopes become positive.
    pub slope: Slope,
}

impl Ddsf {
    /// Inputs of layer `l`.
    fn inputs(&self, l: usize) -> usize {
        if l == 0 { 1 } else { self.units }
    }

    /// Outputs of layer `l`.
    fn outputs(&self, l: usize) -> usize {
        if l + 1 == self.layers { 1 } else { self.units }
    }

    /// Raw parameters of layer `l`.
    fn layer_rows(&self, l: usize) -> std::ops::Range<usize> {
        let first = if l == 0 { 0 } else { 3 * self.units + 1 + (l - 1) * 4 * self.units };
        first..first + 3 * self.units + self.inputs(l)
    }

    fn layer<'a, T: Real>(&self, parameters: &'a Parameters<T>, shared: &[ParameterId], l: usize) -> Layer<'a, T> {
        let (u, w) = (parameters.vector(shared[2 * l]), parameters.vector(shared[2 * l + 1]));
        Layer { slope: self.slope, inputs: self.inputs(l), units: self.units, outputs: self.outputs(l), u, w }
    }

    /// Numbers of scratch the widest layer needs.
    fn kernel_scratch(&self) -> usize {
        let Ddsf { units, slope, .. } = *self;
        let (u, w): (&[f64], &[f64]) = (&[], &[]);
        let layer = |l: usize| Layer { slope, inputs: self.inputs(l), units, outputs: self.outputs(l), u, w };
        (0..self.layers).map(|l| layer(l).scratch()).max().unwrap_or(0)
    }

    /// Where the inputs of layer `l` begin among the levels: the first layer's log-tangents (its values are `x` itself), then
    /// values and log-tangents `[U, lanes]` each of every further layer.
    fn level(&self, l: usize, lanes: usize) -> usize {
        if l == 0 { 0 } else { lanes + (l - 1) * 2 * self.units * lanes }
    }

    /// Values and log-tangents of layer `l`'s inputs.
    fn inputs_of<'a, T: Real>(&self, l: usize, x: &'a [T], levels: &'a [T]) -> [Matrix<'a, T>; 2] {
        let (rows, lanes) = (self.inputs(l), x.len());
        let level = &levels[self.level(l, lanes)..];
        let (h, log_tangent) = if l == 0 { (x, level) } else { level.split_at(rows * lanes) };
        [h, log_tangent].map(|values| Matrix::new(&values[..rows * lanes], rows, lanes, lanes))
    }

    /// Computes the inputs of all layers of one feature.
    fn levels<T: Real>(
        &self,
        isa: Isa,
        parameters: &Parameters<T>,
        shared: &[ParameterId],
        x: &[T],
        raw: Matrix<T>,
        levels: &mut [T],
        work: &mut [T],
    ) {
        let lanes = x.len();
        levels[..lanes].fill(T::ZERO);
        for l in 0..self.layers - 1 {
            let (before, after) = levels.split_at_mut(self.level(l + 1, lanes));
            let [h, log_tangent] = self.inputs_of(l, x, before);
            let (h_out, rest) = after.split_at_mut(self.units * lanes);
            let [h_out, log_tangent_out] =
                [h_out, &mut rest[..self.units * lanes]].map(|values| MatrixMut::new(values, self.units, lanes, lanes));
            let (layer, raw) = (self.layer(parameters, shared, l), raw.rows(self.layer_rows(l)));
            ddsf::forward(isa, &layer, h, log_tangent, raw, h_out, log_tangent_out, work);
        }
    }
}

#[cfg(feature = "proptest")]
impl Ddsf {
    /// With up to three layers, and a number of sigmoids within `units` but for at most 9 of them: costs grow with its square.
    pub(super) fn any(units: std::ops::RangeInclusive<usize>) -> impl proptest::strategy::Strategy<Value = Self> {
        use proptest::prelude::*;
        let few = (*units.start()).min(9)..=(*units.end()).min(9);
        prop_oneof![Just(1), Just(2), Just(3)].prop_flat_map(move |layers: usize| {
            let slopes = super::strategies::slopes(layers);
            (few.clone(), slopes).prop_map(move |(units, slope)| Ddsf { layers, units, slope })
        })
    }
}

impl<T: Real> UnivariateTransform<T> for Ddsf {
    fn check(&self) -> Result<(), FlowError> {
        FlowError::check_sizes(&[
            ("layers of a transform", self.layers, 1, MAX_LAYERS),
            ("units", self.units, 1, 256),
        ])?;
        FlowError::check_slope(self.slope)
    }

    fn depth(&self) -> usize {
        self.layers
    }

    fn raw_rows(&self) -> usize {
        self.layer_rows(self.layers - 1).end
    }

    fn starting_raw(&self, row: usize) -> f64 {
        let l = (0..self.layers).find(|&l| row < self.layer_rows(l).end).expect("a row of some layer");
        let row = row - self.layer_rows(l).start;
        match row / self.units {
            0 => raw_unit_slope(self.slope),
            1 => spread_bias(row % self.units, self.units),
            _ => 0.0,
        }
    }

    fn add_shared(&self, prefix: &str, parameters: &mut Parameters<T>) -> Vec<ParameterId> {
        let mut add = |l: usize, name: &str, len| parameters.add_vector(format!("{prefix}.layer{l}.{name}"), len);
        (0..self.layers)
            .flat_map(|l| [add(l, "inner", self.units * self.inputs(l)), add(l, "outer", self.outputs(l) * self.units)])
            .collect()
    }

    fn start_shared(&self, parameters: &mut Parameters<T>, shared: &[ParameterId], normal: &mut dyn FnMut() -> f64) {
        shared.iter().for_each(|&id| parameters.fill(id, |_, _| T::from_f64(STARTING_LOGITS * normal())));
    }

    fn scratch(&self, lanes: usize) -> usize {
        self.level(self.layers, lanes) + self.kernel_scratch()
    }

    fn forward(
        &self,
        isa: Isa,
        parameters: &Parameters<T>,
        shared: &[ParameterId],
        x: &[T],
        raw: Matrix<T>,
        y: &mut [T],
        log_slope: &mut [T],
        scratch: &mut [T],
    ) {
        let (lanes, last) = (x.len(), self.layers - 1);
        let (levels, work) = scratch.split_at_mut(self.level(self.layers, lanes));
        self.levels(isa, parameters, shared, x, raw, levels, work);
        let [h, log_tangent] = self.inputs_of(last, x, levels);
        let (layer, raw) = (self.layer(parameters, shared, last), raw.rows(self.layer_rows(last)));
        let [y, log_slope] = [y, log_slope].map(|row| MatrixMut::new(row, 1, lanes, lanes));
        ddsf::forward(isa, &layer, h, log_tangent, raw, y, log_slope, work);
    }

    fn record(
        &self,
        tape: &mut Tape<T>,
        parameters: &Parameters<T>,
        shared: &[ParameterId],
        x: Var,
        raw: Var,
    ) -> (Var, Var) {
        let m = x.rows();
        assert_eq!(raw.rows(), m * UnivariateTransform::<T>::raw_rows(self), "ddsf: raw parameters of {m} features");
        assert_eq!(shared.len(), 2 * self.layers, "ddsf: shared logits");
        let shared = std::array::from_fn(|i| shared[i.min(shared.len() - 1)]);
        let out = tape.record(parameters, Node { transform: *self, shared, x, raw }, 2 * m, true);
        (out.slice(0, m), out.slice(m, m))
    }

    fn scalar(&self, parameters: &Parameters<T>, shared: &[ParameterId]) -> Box<dyn ScalarMap<T>> {
        Box::new(Lane::new(self, parameters, shared))
    }
}

/// Chains of all features on a tape: `(X: [m, lanes], raw: [m·R, lanes]) → (Y, log dY/dX)`, stacked `[2m, lanes]`. The way
/// back computes the hidden values again.
struct Node {
    transform: Ddsf,
    shared: [ParameterId; 2 * MAX_LAYERS],
    x: Var,
    raw: Var,
}

impl Node {
    fn raw_rows<T: Real>(&self, feature: usize) -> Var {
        let rows = UnivariateTransform::<T>::raw_rows(&self.transform);
        self.raw.slice(feature * rows, rows)
    }
}

impl<T: Real> Operation<T> for Node {
    const NAME: &'static str = "ddsf";

    fn forward(&self, f: Forward<T>) {
        let (isa, lanes, m) = (f.tile.isa, f.tile.lanes, self.x.rows());
        let scratch = f.scratch.take(UnivariateTransform::<T>::scratch(&self.transform, lanes));
        let (y, log_slope) = f.output.split_at_mut(m * lanes);
        for (i, (y, log_slope)) in y.chunks_exact_mut(lanes).zip(log_slope.chunks_exact_mut(lanes)).enumerate() {
            let (x, raw) = (f.values.of(self.x.slice(i, 1)).data, f.values.of(self.raw_rows::<T>(i)));
            self.transform.forward(isa, f.parameters, &self.shared, x, raw, y, log_slope, scratch);
        }
    }

    fn vjp(&self, mut b: Backward<T>) {
        let (isa, lanes, t) = (b.tile.isa, b.tile.lanes, &self.transform);
        let (last, hidden) = (t.layers - 1, 2 * t.units * lanes);
        b.inputs.open(self.x);
        // The kernel overwrites: where other users of the parameters have left something, it writes to other memory.
        let first = b.inputs.first_to_write(self.raw);
        let other = if first { 0 } else { 4 * t.units * lanes };
        let (levels, work) = (t.level(t.layers, lanes), t.kernel_scratch());
        let scratch = b.scratch.take(levels + work + lanes + 2 * hidden + other);
        let (levels, scratch) = scratch.split_at_mut(levels);
        let (work, scratch) = scratch.split_at_mut(work);
        let (first_log_tangent_bar, scratch) = scratch.split_at_mut(lanes);
        // Added to and never read: the first layer's log-tangents are constants.
        first_log_tangent_bar.fill(T::ZERO);
        let (mut out_bars, scratch) = scratch.split_at_mut(hidden);
        let (mut in_bars, other) = scratch.split_at_mut(hidden);
        let (y_bar, log_slope_bar) = b.output_adjoint.split_at(self.x.rows() * lanes);
        for i in 0..self.x.rows() {
            let (x, raw) = (self.x.slice(i, 1), self.raw_rows::<T>(i));
            let (x_values, raw_values) = (b.values.of(x).data, b.values.of(raw));
            t.levels(isa, b.parameters, &self.shared, x_values, raw_values, levels, work);
            let [x_bar, raw_bar] = b.inputs.each([x, raw]);
            for l in (0..t.layers).rev() {
                let (layer, rows) = (t.layer(b.parameters, &self.shared, l), t.layer_rows(l));
                let [h, log_tangent] = t.inputs_of(l, x_values, levels);
                let bars = if l == last {
                    [&y_bar[i * lanes..(i + 1) * lanes], &log_slope_bar[i * lanes..(i + 1) * lanes]]
                } else {
                    out_bars.split_at(hidden / 2).into()
                };
                let [h_out_bar, log_tangent_out_bar] = bars.map(|rows| Matrix::new(rows, layer.outputs, lanes, lanes));
                let [h_bar, log_tangent_bar]: [&mut [T]; 2] = if l == 0 {
                    [&mut *x_bar, &mut *first_log_tangent_bar]
                } else {
                    in_bars.fill(T::ZERO);
                    in_bars.split_at_mut(hidden / 2).into()
                };
                let own = &mut raw_bar[rows.start * lanes..rows.end * lanes];
                let target = if first { &mut *own } else { &mut other[..rows.len() * lanes] };
                let [u, w] = b.gradients.vectors_mut(b.parameters, [self.shared[2 * l], self.shared[2 * l + 1]]);
                let gradients = ddsf::Gradients {
                    h: MatrixMut::new(h_bar, layer.inputs, lanes, lanes),
                    log_tangent: MatrixMut::new(log_tangent_bar, layer.inputs, lanes, lanes),
                    raw: MatrixMut::new(target, rows.len(), lanes, lanes),
                    u,
                    w,
                };
                let raw = raw_values.rows(rows.clone());
                ddsf::vjp(isa, &layer, h, log_tangent, raw, h_out_bar, log_tangent_out_bar, gradients, work);
                if !first {
                    map::add_assign(isa, &other[..rows.len() * lanes], own);
                }
                std::mem::swap(&mut out_bars, &mut in_bars);
            }
        }
    }
}

/// One layer of a lane's chain.
#[derive(Clone, Debug)]
struct ScalarLayer {
    /// First raw parameter.
    first: usize,
    inputs: usize,
    outputs: usize,
    /// Shared logits `[U, inputs]` and `[outputs, U]`.
    shared: [Vec<f64>; 2],
    /// `ln U_ji` and `ln W_kj` of the lane, of the same shapes.
    logs: [Vec<f64>; 2],
    /// `(a_j, ln a_j, b_j)`.
    units: Vec<[f64; 3]>,
}

/// A value along the chain: `h`, `λ = ln dh/dx`, `dλ/dx`.
type Jet = [f64; 3];

/// What a unit contributes: `u`, `ln σ(u)`, `ln σ(−u)`, `ln du/dx`, `d(ln dz/dx)/dx`.
type Unit = [f64; 5];

/// The map of one lane.
#[derive(Clone, Debug)]
struct Lane {
    slope: Slope,
    layers: Vec<ScalarLayer>,
    inputs: Vec<Jet>,
    outputs: Vec<Jet>,
    units: Vec<Unit>,
}

impl Lane {
    fn new<T: Real>(transform: &Ddsf, parameters: &Parameters<T>, shared: &[ParameterId]) -> Self {
        let layer = |l: usize| {
            let logits = [shared[2 * l], shared[2 * l + 1]]
                .map(|id| parameters.vector(id).iter().map(|v| v.to_f64()).collect::<Vec<_>>());
            ScalarLayer {
                first: transform.layer_rows(l).start,
                inputs: transform.inputs(l),
                outputs: transform.outputs(l),
                logs: logits.clone(),
                shared: logits,
                units: vec![[0.0; 3]; transform.units],
            }
        };
        let layers = (0..transform.layers).map(layer).collect();
        Lane { slope: transform.slope, layers, inputs: Vec::new(), outputs: Vec::new(), units: Vec::new() }
    }
}

/// `to = ln softmax(logits + shifts)`, row by row.
fn log_softmax_rows(logits: &[f64], shifts: impl Fn(usize) -> f64, cols: usize, to: &mut [f64]) {
    for (row, to) in logits.chunks_exact(cols).zip(to.chunks_exact_mut(cols)) {
        to.iter_mut().zip(row).enumerate().for_each(|(i, (to, v))| *to = v + shifts(i));
        let norm = log_sum_exp(to.iter().copied());
        to.iter_mut().for_each(|v| *v -= norm);
    }
}

impl ScalarLayer {
    /// The layer's units from its inputs.
    fn units(&self, inputs: &[Jet], units: &mut Vec<Unit>) {
        units.clear();
        for (&[a, log_a, b], logs) in self.units.iter().zip(self.logs[0].chunks_exact(self.inputs)) {
            // A weight of zero makes a term of zero, also where the value has overflowed.
            let terms = || logs.iter().zip(inputs).filter(|(log_u, _)| log_u.exp() > 0.0);
            let z: f64 = terms().map(|(log_u, h)| log_u.exp() * h[0]).sum();
            let log_dz = log_sum_exp(logs.iter().zip(inputs).map(|(log_u, h)| log_u + h[1]));
            let turn = logs.iter().zip(inputs).map(|(log_u, h)| (log_u + h[1] - log_dz).exp() * h[2]).sum();
            let u = a * z + b;
            let (log_sigmoid, log_complement) = log_sigmoids(u);
            units.push([u, log_sigmoid, log_complement, log_a + log_dz, turn]);
        }
    }

    /// Output `k` from the layer's units.
    fn output(&self, k: usize, units: &[Unit]) -> Jet {
        let logs = &self.logs[1][k * units.len()..(k + 1) * units.len()];
        let pairs = || logs.iter().zip(units);
        let log_s = log_sum_exp(pairs().map(|(w, t)| w + t[1]));
        let log_c = log_sum_exp(pairs().map(|(w, t)| w + t[2]));
        let log_d = log_sum_exp(pairs().map(|(w, t)| w + t[1] + t[2] + t[3]));
        let mut curvature = 0.0;
        for (log_w, &[u, ls, lc, log_du, turn]) in pairs() {
            let p = (log_w + ls - log_s).exp();
            let q = (log_w + lc - log_c).exp();
            let r = (log_w + ls + lc + log_du - log_d).exp();
            curvature += r * turn + log_du.exp() * (-r * (0.5 * u).tanh() - p * lc.exp() + q * ls.exp());
        }
        [log_s - log_c, log_d - log_s - log_c, curvature]
    }
}

impl<T: Real> ScalarMap<T> for Lane {
    fn load(&mut self, raw: Matrix<T>, lane: usize) {
        let at = |row: usize| raw.data[row * raw.ld + lane].to_f64();
        for layer in &mut self.layers {
            let (first, units) = (layer.first, layer.units.len());
            for (j, unit) in layer.units.iter_mut().enumerate() {
                let log_a = log_slope(self.slope, at(first + j));
                *unit = [log_a.exp(), log_a, at(first + units + j)];
            }
            let [inner, outer] = &mut layer.logs;
            log_softmax_rows(&layer.shared[0], |i| at(first + 3 * units + i), layer.inputs, inner);
            log_softmax_rows(&layer.shared[1], |j| at(first + 2 * units + j), units, outer);
        }
    }

    fn evaluate(&mut self, x: f64) -> Evaluation {
        let Lane { layers, inputs, outputs, units, .. } = self;
        inputs.clear();
        inputs.push([x, 0.0, 0.0]);
        for layer in layers.iter() {
            layer.units(inputs, units);
            outputs.clear();
            outputs.extend((0..layer.outputs).map(|k| layer.output(k, units)));
            std::mem::swap(inputs, outputs);
        }
        let [y, log_slope, curvature] = inputs[0];
        Evaluation { y, log_slope, curvature }
    }

    fn bracket(&self, target: f64) -> Bracket {
        let (mut low, mut high, mut guess) = (target, target, target);
        for layer in self.layers.iter().rev() {
            let ends = |end: f64| layer.units.iter().map(move |&[a, _, b]| (end - b) / a);
            let widened = |end: f64| 4.0 * f64::EPSILON * (1.0 + end.abs());
            (low, high) = (low - widened(low), high + widened(high));
            (low, high) = (ends(low).fold(f64::INFINITY, f64::min), ends(high).fold(f64::NEG_INFINITY, f64::max));
            // As if all sigmoids were in their linear range: means of the slopes and biases.
            let (mut slope, mut bias) = (0.0, 0.0);
            for weights in layer.logs[1].chunks_exact(layer.units.len()) {
                for (log_w, &[a, _, b]) in weights.iter().zip(&layer.units) {
                    let share = log_w.exp() / layer.outputs as f64;
                    slope += share * a;
                    bias += share * b;
                }
            }
            guess = (guess - bias) / slope;
        }
        Bracket { low, high, guess }
    }
}

#[cfg(test)]
mod tests;
