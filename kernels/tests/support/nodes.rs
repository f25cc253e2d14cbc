//! Random flow nodes, and one runner for value and VJP.

use super::Numbers;
use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, reference};

/// Inputs of one node.
pub struct Node<T> {
    /// Parametrisation of the slopes.
    pub slope: Slope,
    /// Units.
    pub units: usize,
    /// Inputs.
    pub x: Vec<T>,
    /// Rows `(a_raw | b | w_raw)`, without slack.
    pub raw: Vec<T>,
    /// Cotangents.
    pub y_bar: Vec<T>,
    /// Cotangents.
    pub log_slope_bar: Vec<T>,
}

/// What a node gives: `y`, `log_slope`, `x_bar` (starting from one) and `raw_bar`.
pub struct Results<T> {
    /// Values.
    pub y: Vec<T>,
    /// Log-slopes.
    pub log_slope: Vec<T>,
    /// Gradient of the input.
    pub x_bar: Vec<T>,
    /// Gradient of the raw parameters.
    pub raw_bar: Vec<T>,
}

impl<T: Real> Node<T> {
    /// A random node: inputs up to `reach`, and raw slopes, offsets and weights up to `spread` of each.
    pub fn new(slope: Slope, units: usize, lanes: usize, reach: f64, spread: [f64; 3], seed: u64) -> Self {
        let mut r = Numbers(seed);
        let x = (0..lanes).map(|_| T::from_f64(r.signed() * reach)).collect();
        let raw = (0..3 * units * lanes).map(|i| T::from_f64(r.signed() * spread[i / (units * lanes)])).collect();
        Node { slope, units, x, raw, y_bar: r.vec(lanes), log_slope_bar: r.vec(lanes) }
    }
    /// A node of one lane with the given raw parameters.
    pub fn single(x: f64, a_raw: &[f64], b: &[f64], w_raw: &[f64]) -> Self {
        let raw = [a_raw, b, w_raw].concat().into_iter().map(T::from_f64).collect();
        let (y_bar, log_slope_bar) = (vec![T::ONE], vec![T::ONE]);
        Node { slope: Slope::Softplus, units: b.len(), x: vec![T::from_f64(x)], raw, y_bar, log_slope_bar }
    }
    /// Lane `l` as a node of its own.
    pub fn lane(&self, l: usize) -> Self {
        Node {
            slope: self.slope,
            units: self.units,
            x: vec![self.x[l]],
            raw: self.raw.iter().skip(l).step_by(self.x.len()).copied().collect(),
            y_bar: vec![self.y_bar[l]],
            log_slope_bar: vec![self.log_slope_bar[l]],
        }
    }
    /// Value and VJP, by `isa` or by the definition.
    pub fn run(&self, isa: Option<Isa>) -> Results<T> {
        let (n, rows) = (self.x.len(), 3 * self.units);
        let raw = Matrix::new(&self.raw, rows, n, n);
        let (mut y, mut log_slope, mut x_bar) = (vec![T::ZERO; n], vec![T::ZERO; n], vec![T::ONE; n]);
        let mut raw_bar = vec![T::ONE; rows * n];
        let out = MatrixMut::new(&mut raw_bar, rows, n, n);
        let (u, s, x, yb, lb) = (self.units, self.slope, &self.x, &self.y_bar, &self.log_slope_bar);
        match isa {
            Some(isa) => {
                let scratch = &mut vec![T::ONE; dsf::scratch(u)];
                dsf::forward(isa, s, u, x, raw, &mut y, &mut log_slope, scratch);
                dsf::vjp(isa, s, u, x, raw, yb, lb, &mut x_bar, out, scratch);
            }
            None => {
                reference::dsf_forward(s, u, x, raw, &mut y, &mut log_slope);
                reference::dsf_vjp(s, u, x, raw, yb, lb, &mut x_bar, out);
            }
        }
        Results { y, log_slope, x_bar, raw_bar }
    }
}

impl<T: Real> Results<T> {
    /// All numbers.
    pub fn all(&self) -> impl Iterator<Item = T> + '_ {
        [&self.y, &self.log_slope, &self.x_bar, &self.raw_bar].into_iter().flatten().copied()
    }
}
