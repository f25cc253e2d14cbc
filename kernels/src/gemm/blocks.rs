//! From a block of a product to register tiles: rows in even tiles, lanes by two vectors, long sums in pieces.

use super::tile::{Tile, TileStart, Weights};
use crate::isa::Simd;
use crate::{Matrix, MatrixMut, Real};
use core::ops::Range;

/// Inner lengths up to this stay in one piece.
const WHOLE: usize = 1024;
/// Length of the pieces beyond it.
const PIECE: usize = 512;

/// Operands of a block product: `Y[rows, lanes] = start + W[rows, inner]·X[inner, lanes]`.
pub(crate) struct Operands<'a, T> {
    /// Weights; rows may overlap (`ld` less than `cols`).
    pub w: Matrix<'a, T>,
    /// Whether `w` is stored by columns: element `(i, p)` is then `data[p·ld + i]`.
    pub by_columns: bool,
    /// Inputs.
    pub x: Matrix<'a, T>,
    /// Outputs.
    pub y: MatrixMut<'a, T>,
}

/// One block of a product: rows that share an inner range.
pub(crate) struct Block<'a, T> {
    /// Rows of the weights and outputs.
    pub rows: Range<usize>,
    /// Columns of the weights, rows of the inputs.
    pub inner: Range<usize>,
    /// Columns of the inputs and outputs.
    pub lanes: Range<usize>,
    /// What the outputs start from; a bias covers all rows of the weights.
    pub start: TileStart<'a, T>,
    /// Slope of a leaky ReLU at the end.
    pub leak: Option<T>,
}

/// Computes one block. Long inner ranges go in pieces with the outputs reloaded, which keeps each chain's order.
pub(crate) fn block<T: Real, S: Simd<T>>(s: S, o: &mut Operands<T>, b: &Block<T>) {
    let length = if b.inner.len() > WHOLE { PIECE } else { b.inner.len().max(1) };
    let mut from = b.inner.start;
    loop {
        let piece = from..(from + length).min(b.inner.end);
        let last = piece.end >= b.inner.end;
        let start = if from == b.inner.start { b.start } else { TileStart::Output };
        let leak = if last { b.leak } else { None };
        let rows = b.rows.len();
        // Even tiles: thirteen rows are seven and six, never twelve and a lone one.
        let tiles = rows.div_ceil(S::ROWS);
        for t in 0..tiles {
            let rows = b.rows.start + rows * t / tiles..b.rows.start + rows * (t + 1) / tiles;
            strip(s, o, rows, piece.clone(), b.lanes.clone(), start, leak);
        }
        if last {
            return;
        }
        from = piece.end;
    }
}

/// A strip one register tile high, over all its lanes.
fn strip<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    rows: Range<usize>,
    inner: Range<usize>,
    lanes: Range<usize>,
    start: TileStart<T>,
    leak: Option<T>,
) {
    let mut at = lanes.start;
    while at < lanes.end {
        let wide = lanes.end - at >= 2 * S::LANES;
        let n = if wide { 2 * S::LANES } else { S::LANES.min(lanes.end - at) };
        let columns = at..at + n;
        match (rows.len(), wide) {
            (1, true) => tile::<T, S, 1, 2>(s, o, rows.start, &inner, columns, start, leak),
            (2, true) => tile::<T, S, 2, 2>(s, o, rows.start, &inner, columns, start, leak),
            (3, true) => tile::<T, S, 3, 2>(s, o, rows.start, &inner, columns, start, leak),
            (4, true) => tile::<T, S, 4, 2>(s, o, rows.start, &inner, columns, start, leak),
            (5, true) => tile::<T, S, 5, 2>(s, o, rows.start, &inner, columns, start, leak),
            (6, true) => tile::<T, S, 6, 2>(s, o, rows.start, &inner, columns, start, leak),
            (7, true) => tile::<T, S, 7, 2>(s, o, rows.start, &inner, columns, start, leak),
            (8, true) => tile::<T, S, 8, 2>(s, o, rows.start, &inner, columns, start, leak),
            (9, true) => tile::<T, S, 9, 2>(s, o, rows.start, &inner, columns, start, leak),
            (10, true) => tile::<T, S, 10, 2>(s, o, rows.start, &inner, columns, start, leak),
            (11, true) => tile::<T, S, 11, 2>(s, o, rows.start, &inner, columns, start, leak),
            (12, true) => tile::<T, S, 12, 2>(s, o, rows.start, &inner, columns, start, leak),
            (1, false) => tile::<T, S, 1, 1>(s, o, rows.start, &inner, columns, start, leak),
            (2, false) => tile::<T, S, 2, 1>(s, o, rows.start, &inner, columns, start, leak),
            (3, false) => tile::<T, S, 3, 1>(s, o, rows.start, &inner, columns, start, leak),
            (4, false) => tile::<T, S, 4, 1>(s, o, rows.start, &inner, columns, start, leak),
            (5, false) => tile::<T, S, 5, 1>(s, o, rows.start, &inner, columns, start, leak),
            (6, false) => tile::<T, S, 6, 1>(s, o, rows.start, &inner, columns, start, leak),
            (7, false) => tile::<T, S, 7, 1>(s, o, rows.start, &inner, columns, start, leak),
            (8, false) => tile::<T, S, 8, 1>(s, o, rows.start, &inner, columns, start, leak),
            (9, false) => tile::<T, S, 9, 1>(s, o, rows.start, &inner, columns, start, leak),
            (10, false) => tile::<T, S, 10, 1>(s, o, rows.start, &inner, columns, start, leak),
            (11, false) => tile::<T, S, 11, 1>(s, o, rows.start, &inner, columns, start, leak),
            (12, false) => tile::<T, S, 12, 1>(s, o, rows.start, &inner, columns, start, leak),
            (rows, _) => unreachable!("a tile of {rows} rows"),
        }
        at += n;
    }
}

/// One register tile.
#[inline(always)]
fn tile<T: Real, S: Simd<T>, const ROWS: usize, const WIDTH: usize>(
    s: S,
    o: &mut Operands<T>,
    row: usize,
    inner: &Range<usize>,
    lanes: Range<usize>,
    start: TileStart<T>,
    leak: Option<T>,
) {
    let (w, x) = (&o.w, &o.x);
    let w = if o.by_columns {
        let from = if inner.is_empty() { 0 } else { inner.start * w.ld + row };
        Weights::Columns { data: &w.data[from..], ld: w.ld, inner: inner.len() }
    } else {
        Weights::Rows(core::array::from_fn(|i| {
            // Nothing is read of an empty range, and its row may begin behind the storage.
            let at = if inner.is_empty() { 0 } else { (row + i) * w.ld + inner.start };
            &w.data[at..at + inner.len()]
        }))
    };
    let start = match start {
        TileStart::Bias(bias) => TileStart::Bias(&bias[row..row + ROWS]),
        TileStart::Lanes(bias) => TileStart::Lanes(&bias[lanes.clone()]),
        other => other,
    };
    // An empty inner range may begin behind the last row of the inputs.
    let x_from = if inner.is_empty() { 0 } else { inner.start * x.ld + lanes.start };
    s.call(Tile::<T, ROWS, WIDTH> {
        w,
        x: &x.data[x_from..],
        x_ld: x.ld,
        y: &mut o.y.data[row * o.y.ld + lanes.start..],
        y_ld: o.y.ld,
        start,
        leak,
        lanes: lanes.len(),
    })
}
