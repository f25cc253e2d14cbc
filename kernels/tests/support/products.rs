//! Random products: shapes that are rarely multiples of anything, staircases, and one runner for every backend.

use super::{Numbers, extent, tight};
use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Isa, MatrixMut, Real, Staircase, reference};

/// Operands of one product and of its weight gradient.
pub struct Problem<T> {
    /// Non-zero weights.
    pub shape: Staircase,
    /// Lanes.
    pub lanes: usize,
    /// Weights `[n, k]`, with `w_ld`.
    pub w: Vec<T>,
    /// Leading dimension of the weights.
    pub w_ld: usize,
    /// Inputs `[k, lanes]`, with `x_ld`.
    pub x: Vec<T>,
    /// Leading dimension of the inputs.
    pub x_ld: usize,
    /// Outputs before the product, `[n, lanes]` with `y_ld`; also the output gradient.
    pub y: Vec<T>,
    /// Leading dimension of the outputs.
    pub y_ld: usize,
    /// Biases.
    pub bias: Vec<T>,
}

/// How outputs begin.
#[derive(Clone, Copy, Debug)]
pub enum Begin {
    Zero,
    Bias,
    Output,
}

impl<T: Real> Problem<T> {
    /// A random problem: `prefixes` of a staircase over `k` columns, `slack` unused elements at each row's end.
    /// Every matrix ends where its storage ends.
    pub fn new(prefixes: &[usize], k: usize, lanes: usize, slack: usize, seed: u64) -> Self {
        let shape = Staircase::from_prefixes(prefixes, k);
        let (n, mut r) = (prefixes.len(), Numbers(seed));
        let (w_ld, x_ld, y_ld) = (k + slack, lanes + slack, lanes + 2 * slack);
        let mut w = r.vec(extent(n, k, w_ld));
        for (i, &prefix) in prefixes.iter().enumerate() {
            // Weights outside the staircase must not be read.
            w[i * w_ld + prefix..i * w_ld + k].fill(T::from_f64(f64::NAN));
        }
        let (x, y) = (r.vec(extent(k, lanes, x_ld)), r.vec(extent(n, lanes, y_ld)));
        Problem { bias: r.vec(n), shape, lanes, w, w_ld, x, x_ld, y, y_ld }
    }
    fn start(&self, begin: Begin) -> Init<'_, T> {
        match begin {
            Begin::Zero => Init::Zero,
            Begin::Bias => Init::Bias(&self.bias),
            Begin::Output => Init::Output,
        }
    }
    /// The whole output storage after the product, by `isa` or by the definition.
    pub fn product(&self, isa: Option<Isa>, begin: Begin, epilogue: Epilogue<T>) -> Vec<T> {
        let (n, k) = (self.shape.rows, self.shape.cols);
        let (w, x) = (tight(&self.w, n, k, self.w_ld), tight(&self.x, k, self.lanes, self.x_ld));
        let mut out = self.y.clone();
        let y = MatrixMut::new(&mut out, n, self.lanes, self.y_ld);
        match isa {
            Some(isa) => gemm::product(isa, &self.shape, w, x, self.start(begin), epilogue, y),
            None => reference::product(&self.shape, w, x, self.start(begin), epilogue, y),
        }
        out
    }
    /// The whole storage of the weight gradient, by `isa` or by the definition.
    pub fn outer(&self, isa: Option<Isa>, add: bool) -> Vec<T> {
        let (n, k) = (self.shape.rows, self.shape.cols);
        let mut out: Vec<T> = Numbers(9).vec(self.w.len());
        let (dy, x) = (tight(&self.y, n, self.lanes, self.y_ld), tight(&self.x, k, self.lanes, self.x_ld));
        let dw = MatrixMut::new(&mut out, n, k, self.w_ld);
        match isa {
            Some(isa) => {
                let mut scratch: Vec<T> = Numbers(10).vec(gemm::outer_scratch(k, self.lanes));
                gemm::outer(isa, &self.shape, dy, x, add, dw, &mut scratch)
            }
            None => reference::outer(&self.shape, dy, x, add, dw),
        }
        out
    }
}
