//! A product whose inputs lie in long rows, gathered strip by strip.
//!
//! The tiles of a strip read `[inner, lanes]` of the inputs again and again. Where their rows are a large power of two of
//! bytes apart they fall on a few sets of each cache and on a page each; copied, they follow one another. Each thread keeps
//! the room for one strip.

use super::blocks::{Block, Operands, Strip, block, strips};
use super::tile::TileStart;
use crate::isa::Simd;
use crate::{Matrix, MatrixMut, Real, Staircase};
use core::cell::Cell;
use core::ops::Range;

/// Rows of inputs at a time: a strip of them fills a part of the second-level cache.
const ROWS: usize = 1024;
/// Bytes of weights, or of inputs, that stay in the second-level cache while the lanes go by strip after strip.
const LIGHT: usize = 1 << 20;
/// Rows of weights, on average, that read an input.
const OFTEN: usize = 32;
/// Bytes of a cache line.
const LINE: usize = 64;

/// Scalar types of which each thread keeps room from one product to the next.
pub trait Room: Sized + 'static {
    /// What the thread has kept, or nothing.
    fn take() -> Vec<Self>;
    /// Keeps it.
    fn keep(room: Vec<Self>);
}

macro_rules! rooms {
    ($($t:ty)*) => {$(
        const _: () = {
            thread_local! {
                static KEPT: Cell<Vec<$t>> = const { Cell::new(Vec::new()) };
            }
            impl Room for $t {
                fn take() -> Vec<$t> {
                    KEPT.take()
                }
                fn keep(room: Vec<$t>) {
                    KEPT.set(room);
                }
            }
        };
    )*};
}
rooms!(f32 f64);

/// Whether the inputs of a product are best [`gathered`]: there is more than the second-level cache holds, in long rows, and
/// each input is read often enough to be worth a copy.
#[inline(always)]
pub(super) fn reads_often<T: Real, S: Simd<T>>(_: S, shape: &Staircase, lanes: usize) -> bool {
    lanes > 8 * S::LANES && {
        let (weights, used) = (shape.nonzeros(), used(shape));
        weights.max(lanes * used) * size_of::<T>() > LIGHT && weights >= OFTEN * used
    }
}

/// Inputs that any row reads.
fn used(shape: &Staircase) -> usize {
    shape.runs.iter().map(|run| run.inner.end).max().unwrap_or(0)
}

/// Computes all runs of a product, a strip of lanes after another. Each output's chain has the order that [`block`] gives it.
#[inline(never)]
pub(super) fn gathered<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    shape: &Staircase,
    start: TileStart<T>,
    leak: Option<T>,
) {
    let (mut room, used, all) = (T::take(), used(shape), o.y.cols);
    for Strip { lanes, .. } in strips::<T, S>(&(0..all)) {
        let ld = lanes.len().next_multiple_of(LINE / size_of::<T>());
        for from in (0..used).step_by(ROWS) {
            let inner = from..(from + ROWS).min(used);
            let x = gather(&o.x, inner.clone(), lanes.clone(), ld, &mut room);
            // Row and column `from` of the product are the first of the piece.
            let skipped = if o.by_columns { from * o.w.ld } else { from };
            let (w_rows, w_cols) = if o.by_columns { (x.rows, o.w.cols) } else { (o.w.rows, x.rows) };
            let mut piece = Operands {
                w: Matrix::new(&o.w.data[skipped..], w_rows, w_cols, o.w.ld),
                by_columns: o.by_columns,
                x,
                y: MatrixMut::new(&mut o.y.data[lanes.start..], o.y.rows, lanes.len(), o.y.ld),
            };
            for run in &shape.runs {
                let of_piece = run.inner.start.max(from)..run.inner.end.min(inner.end);
                // A run without inputs is nothing but its start, and done with the first piece.
                let empty = run.inner.is_empty();
                let done = if empty { from > 0 } else { of_piece.is_empty() };
                if done {
                    continue;
                }
                let (begins, ends) =
                    (empty || of_piece.start == run.inner.start, empty || of_piece.end == run.inner.end);
                let b = Block {
                    rows: run.rows.clone(),
                    inner: if empty { 0..0 } else { of_piece.start - from..of_piece.end - from },
                    lanes: 0..lanes.len(),
                    start: if begins { start } else { TileStart::Output },
                    leak: if ends { leak } else { None },
                };
                block(s, &mut piece, &b);
            }
        }
    }
    T::keep(room);
}

/// Rows `inner` of `x`, `lanes` of each, `ld` apart and on cache lines.
fn gather<'a, T: Real>(
    x: &Matrix<T>,
    inner: Range<usize>,
    lanes: Range<usize>,
    ld: usize,
    room: &'a mut Vec<T>,
) -> Matrix<'a, T> {
    let (rows, line) = (inner.len(), LINE / size_of::<T>());
    room.resize(room.len().max(rows * ld + line), T::ZERO);
    let at = room.as_ptr().align_offset(LINE).min(line);
    let gathered = &mut room[at..at + rows * ld];
    for (row, to) in inner.zip(gathered.chunks_exact_mut(ld)) {
        to[..lanes.len()].copy_from_slice(&x.row(row)[lanes.clone()]);
    }
    Matrix::new(gathered, rows, lanes.len(), ld)
}
