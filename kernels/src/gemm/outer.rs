//! The weight gradient `dW = dY·Xᵀ`, the input transposed panel by panel.
//!
//! A panel is [`PANEL`] columns of the weights, rows of the input: `[lanes, panel]` once transposed. It stays in the caches
//! while all rows of the gradient read it, and it is contiguous, where rows of the whole `Xᵀ` would lie a page apart.

use super::macro_kernel::{Block, Operands, macro_kernel};
use super::micro_kernel::TileInit;
use super::reduce::Transpose;
use crate::entry::run;
use crate::isa::{Kernel, Simd};
use crate::{Isa, Matrix, MatrixMut, Real, Staircase};

/// Columns of a panel.
const PANEL: usize = 128;
/// Rows of packed matrices begin at multiples of it: a cache line, in double precision two.
pub(super) const LINE: usize = 16;

/// Weight gradient `dW[i, p] (+)= Σ_b dY[i, b]·X[p, b]` for `p` in `inner(i)`, chained over ascending `b`.
///
/// `dy: [n, lanes]`, `x: [k, lanes]`, `dw: [n, k]`. With `add` the chain starts from `dw`. Elements outside the staircase are
/// not touched. Panics if the shapes disagree or `scratch` is shorter than [`outer_scratch`] says. Costs
/// `shape.nonzeros()·lanes` multiply-adds.
pub fn outer<T: Real>(
    isa: Isa,
    shape: &Staircase,
    dy: Matrix<T>,
    x: Matrix<T>,
    add: bool,
    dw: MatrixMut<T>,
    scratch: &mut [T],
) {
    assert_eq!((dw.rows, dw.cols), (shape.rows, shape.cols), "outer: weights and staircase");
    assert_eq!((dy.rows, x.rows, dy.cols), (dw.rows, dw.cols, x.cols), "outer: gradient and input");
    let scratch = &mut scratch[..outer_scratch(x.rows, x.cols)];
    run!(isa, Outer<'a, T> = Outer { shape, add, dy, x, dw, scratch })
}

/// Numbers of the scratch that [`outer`] needs for an input `[k, lanes]`; what it holds does not matter. One that begins on
/// a cache line is fastest.
pub const fn outer_scratch(k: usize, lanes: usize) -> usize {
    lanes * panel_ld(k)
}

/// Distance between the rows of a panel.
const fn panel_ld(k: usize) -> usize {
    if k < PANEL { k.next_multiple_of(LINE) } else { PANEL }
}

pub(crate) struct Outer<'a, T> {
    shape: &'a Staircase,
    add: bool,
    dy: Matrix<'a, T>,
    x: Matrix<'a, T>,
    dw: MatrixMut<'a, T>,
    scratch: &'a mut [T],
}

impl<T: Real> Kernel<T> for Outer<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Outer { shape, add, dy, x, dw, scratch } = self;
        let init = if add { TileInit::Output } else { TileInit::Zero };
        let (lanes, ld) = (dy.cols, panel_ld(x.rows));
        let used = shape.used();
        for first in (0..used).step_by(PANEL) {
            let columns = first..(first + PANEL).min(used);
            let transposed = MatrixMut::new(scratch, lanes, columns.len(), ld);
            Transpose { src: x.rows(columns.clone()), dst: transposed }.run(s);
            let mut operands = Operands {
                w: dy,
                by_columns: false,
                x: Matrix::new(scratch, lanes, columns.len(), ld),
                y: MatrixMut::new(&mut dw.data[first..], dw.rows, columns.len(), dw.ld),
            };
            for run in &shape.runs {
                // Relative to the panel; empty if the run ends before it.
                let of_panel = |column: usize| column.clamp(columns.start, columns.end) - first;
                let lanes_of_run = of_panel(run.inner.start)..of_panel(run.inner.end);
                if !lanes_of_run.is_empty() {
                    let rows = run.rows.clone();
                    let b = Block { rows, inner: 0..lanes, lanes: lanes_of_run, init, negative_slope: None };
                    macro_kernel(s, &mut operands, &b);
                }
            }
        }
    }
}
