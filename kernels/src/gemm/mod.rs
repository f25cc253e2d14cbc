//! The three matrix products of training, with staircase masks and fused ends.
//!
//! | product | formula | call |
//! |---|---|---|
//! | forward | `Y = epilogue(bias + W·X)` | [`product`] |
//! | input gradient | `dX = Wᵀ·dY` | [`product`] with the transposed weights and `shape.transposed()` |
//! | weight gradient | `dW = dY·Xᵀ` | [`outer`] |
//!
//! The batch lies in the vector lanes and the weights are read in place, so that one micro-kernel (`tile`) serves all three.
//! Nothing is packed but, for the last, the input turned over (`outer`), and many inputs in long rows (`gathered`).
//! Column-major readers see `X` as nalgebra's `lanes × features` matrix.

mod blocks;
mod gathered;
mod outer;
mod reduce;
mod stream;
mod tile;

use crate::entry::run;
use crate::isa::{Kernel, Simd};
use crate::map::MapInPlace;
use crate::math::Tanh;
use crate::{Isa, Matrix, MatrixMut, Real, Staircase};
pub(crate) use blocks::{Block, Operands, block};
use gathered::{gathered, reads_often};
pub use outer::{outer, outer_scratch};
use reduce::{RowSums, Transpose};
use stream::{reads_once, streamed};
pub(crate) use tile::TileInit;

/// What an output element starts from.
#[derive(Clone, Copy, Debug)]
pub enum Init<'a, T> {
    /// Zero.
    Zero,
    /// The row's bias, `bias[i]`.
    Bias(&'a [T]),
    /// What the output already holds.
    Output,
}

/// What happens to a finished output element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Epilogue<T> {
    /// Nothing.
    Store,
    /// `max(v, slope·v)` for `0 <= slope < 1`.
    LeakyRelu(T),
    /// `tanh v`.
    Tanh,
}

/// `Y[i, b] = epilogue(start + Σ_{p in inner(i)} W[i, p]·X[p, b])`, one fused multiply-add chain over ascending `p`.
///
/// `w: [n, k]`, `x: [k, lanes]`, `y: [n, lanes]`; only `shape`'s columns of each row are read. Panics if the shapes
/// disagree. Costs `shape.nonzeros()·lanes` multiply-adds. Rows of `x` that begin on cache lines are fastest, 64 lanes
/// wide in single precision and 32 in double. Where there are more inputs or weights than a second-level cache holds, and
/// more than eight vectors of lanes, the thread keeps room for a copy of up to four vectors of each input.
/// The input gradient `dX = Wᵀ·dY` is the same product with the transposed weights and `shape.transposed()`.
pub fn product<T: Real>(
    isa: Isa,
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    start: Init<T>,
    epilogue: Epilogue<T>,
    y: MatrixMut<T>,
) {
    Product { shape, start, epilogue, operands: Operands { w, by_columns: false, x, y } }.dispatch(isa)
}

/// `Y[i, b] = epilogue(start + Σ_{p in inner(i)} W[p, i]·X[p, b])`: [`product`] with the transpose of `w`, read in place.
///
/// `w: [k, n]`, `shape` that of its transpose. Panics if the shapes disagree.
pub fn product_by_columns<T: Real>(
    isa: Isa,
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    start: Init<T>,
    epilogue: Epilogue<T>,
    y: MatrixMut<T>,
) {
    Product { shape, start, epilogue, operands: Operands { w, by_columns: true, x, y } }.dispatch(isa)
}

pub(crate) struct Product<'a, T> {
    shape: &'a Staircase,
    start: Init<'a, T>,
    epilogue: Epilogue<T>,
    operands: Operands<'a, T>,
}

impl<T: Real> Product<'_, T> {
    /// Checks the shapes, and computes what there is to compute.
    fn dispatch(self, isa: Isa) {
        let Product { shape, start, operands: Operands { w, by_columns, x, y }, .. } = &self;
        let (rows, cols) = if *by_columns { (w.cols, w.rows) } else { (w.rows, w.cols) };
        assert_eq!((rows, cols), (shape.rows, shape.cols), "product: weights and staircase");
        assert_eq!((x.rows, y.rows, y.cols), (cols, rows, x.cols), "product: inputs and outputs");
        if let Init::Bias(bias) = start {
            assert_eq!(bias.len(), rows, "product: biases");
        }
        if y.cols > 0 {
            run!(isa, Product<'a, T> = self)
        }
    }
}

impl<T: Real> Kernel<T> for Product<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(mut self, s: S) {
        let start = match self.start {
            Init::Zero => TileInit::Zero,
            Init::Bias(bias) => TileInit::Bias(bias),
            Init::Output => TileInit::Output,
        };
        let leak = match self.epilogue {
            Epilogue::LeakyRelu(slope) => Some(slope),
            Epilogue::Store | Epilogue::Tanh => None,
        };
        let lanes = self.operands.y.cols;
        if reads_often(s, self.shape, lanes) {
            gathered(s, &mut self.operands, self.shape, start, leak);
        } else {
            for run in &self.shape.runs {
                let b = Block { rows: run.rows.clone(), inner: run.inner.clone(), lanes: 0..lanes, start, leak };
                if reads_once(s, &b) {
                    streamed(s, &mut self.operands, &b);
                } else {
                    block(s, &mut self.operands, &b);
                }
            }
        }
        if self.epilogue == Epilogue::Tanh {
            for i in 0..self.operands.y.rows {
                MapInPlace(Tanh, self.operands.y.row(i)).run(s);
            }
        }
    }
}

/// `out[i] (+)= Σ_b m[i, b]` over sixteen sums and a tree: same bits under every instruction set.
pub fn row_sums<T: Real>(isa: Isa, m: Matrix<T>, add: bool, out: &mut [T]) {
    assert_eq!(m.rows, out.len(), "row_sums: rows and sums");
    run!(isa, RowSums<'a, T> = RowSums { m, add, out })
}

/// `dst[j, i] = src[i, j]`.
pub fn transpose<T: Real>(isa: Isa, src: Matrix<T>, dst: MatrixMut<T>) {
    assert_eq!((src.rows, src.cols), (dst.cols, dst.rows), "transpose: shapes");
    run!(isa, Transpose<'a, T> = Transpose { src, dst })
}
