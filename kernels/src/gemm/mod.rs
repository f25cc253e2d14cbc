//! The three matrix products of training, with staircase masks, initial values and fused epilogues.
//!
//! | product | formula | call |
//! |---|---|---|
//! | forward | `Y = epilogue(bias + W·X)` | [`product`] |
//! | input gradient | `dX = Wᵀ·dY` | [`product`] with the transposed weights and `shape.transposed()` |
//! | weight gradient | `dW = dY·Xᵀ` | [`outer()`] |
//!
//! The batch lies in the vector lanes and the weights are read in place, so that one micro-kernel serves all three.
//! Nothing is packed but, for the last, the transposed input (`outer`), and many inputs in long rows (`packed`).
//! Column-major readers see `X` as nalgebra's `lanes × features` matrix.

mod macro_kernel;
mod micro_kernel;
mod outer;
mod packed;
mod prefetched;
mod reduce;

use crate::entry::run;
use crate::isa::{Kernel, Simd};
use crate::map::MapInPlace;
use crate::math::Tanh;
use crate::{Isa, Matrix, MatrixMut, Real, Staircase};
pub(crate) use macro_kernel::{Block, Operands, macro_kernel};
pub(crate) use micro_kernel::TileInit;
pub use outer::{outer, outer_scratch};
use packed::{packed, packing_pays};
use prefetched::{prefetched, prefetching_pays};
use reduce::{RowSums, Transpose};

/// Initial value of an output element, to which the product is added: the β of a BLAS product, 0 or 1, or a bias.
#[derive(Clone, Copy, Debug)]
pub enum Init<'a, T> {
    /// Zero (β = 0): what the output holds is not read.
    Zero,
    /// The row's bias, `bias[i]`.
    Bias(&'a [T]),
    /// What the output already holds (β = 1).
    Output,
}

/// The function of each finished output element, applied before it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Epilogue<T> {
    /// None.
    Store,
    /// `max(v, slope·v)` for `0 <= slope < 1`.
    LeakyRelu(T),
    /// `tanh v`.
    Tanh,
}

/// `Y[i, b] = epilogue(init + Σ_{p in inner(i)} W[i, p]·X[p, b])`, one fused multiply-add chain over ascending `p`.
///
/// `w: [n, k]`, `x: [k, lanes]`, `y: [n, lanes]`; only `shape`'s columns of each row are read. Panics if the shapes
/// disagree. Costs `shape.nonzeros()·lanes` multiply-adds. Rows of `x` that begin on cache lines are fastest, 64 lanes
/// wide in single precision and 32 in double. Where there are more inputs or weights than a second-level cache holds, and
/// more than eight vectors of lanes, the thread saves a pack buffer of up to four vectors of each input.
/// The input gradient `dX = Wᵀ·dY` is the same product with the transposed weights and `shape.transposed()`.
pub fn product<T: Real>(
    isa: Isa,
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    init: Init<T>,
    epilogue: Epilogue<T>,
    y: MatrixMut<T>,
) {
    Product { shape, init, epilogue, operands: Operands { w, by_columns: false, x, y } }.dispatch(isa)
}

/// `Y[i, b] = epilogue(init + Σ_{p in inner(i)} W[p, i]·X[p, b])`: [`product`] with the transpose of `w`, read in place.
///
/// `w: [k, n]`, `shape` that of its transpose. Panics if the shapes disagree.
pub fn product_by_columns<T: Real>(
    isa: Isa,
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    init: Init<T>,
    epilogue: Epilogue<T>,
    y: MatrixMut<T>,
) {
    Product { shape, init, epilogue, operands: Operands { w, by_columns: true, x, y } }.dispatch(isa)
}

pub(crate) struct Product<'a, T> {
    shape: &'a Staircase,
    init: Init<'a, T>,
    epilogue: Epilogue<T>,
    operands: Operands<'a, T>,
}

impl<T: Real> Product<'_, T> {
    /// Checks the shapes, and computes what there is to compute.
    fn dispatch(self, isa: Isa) {
        let Product { shape, init, operands: Operands { w, by_columns, x, y }, .. } = &self;
        let (rows, cols) = if *by_columns { (w.cols, w.rows) } else { (w.rows, w.cols) };
        assert_eq!((rows, cols), (shape.rows, shape.cols), "product: weights and staircase");
        assert_eq!((x.rows, y.rows, y.cols), (cols, rows, x.cols), "product: inputs and outputs");
        if let Init::Bias(bias) = init {
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
        let init = match self.init {
            Init::Zero => TileInit::Zero,
            Init::Bias(bias) => TileInit::Bias(bias),
            Init::Output => TileInit::Output,
        };
        let negative_slope = match self.epilogue {
            Epilogue::LeakyRelu(slope) => Some(slope),
            Epilogue::Store | Epilogue::Tanh => None,
        };
        let lanes = self.operands.y.cols;
        if packing_pays(s, self.shape, lanes) {
            packed(s, &mut self.operands, self.shape, init, negative_slope);
        } else {
            for run in &self.shape.runs {
                let (rows, inner) = (run.rows.clone(), run.inner.clone());
                let b = Block { rows, inner, lanes: 0..lanes, init, negative_slope };
                if prefetching_pays(s, &b) {
                    prefetched(s, &mut self.operands, &b);
                } else {
                    macro_kernel(s, &mut self.operands, &b);
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

/// `out[i] (+)= Σ_b m[i, b]` over sixteen accumulators and a tree: same bits under every instruction set.
pub fn row_sums<T: Real>(isa: Isa, m: Matrix<T>, add: bool, out: &mut [T]) {
    assert_eq!(m.rows, out.len(), "row_sums: rows and sums");
    run!(isa, RowSums<'a, T> = RowSums { m, add, out })
}

/// `dst[j, i] = src[i, j]`.
pub fn transpose<T: Real>(isa: Isa, src: Matrix<T>, dst: MatrixMut<T>) {
    assert_eq!((src.rows, src.cols), (dst.cols, dst.rows), "transpose: shapes");
    run!(isa, Transpose<'a, T> = Transpose { src, dst })
}
