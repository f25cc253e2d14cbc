//! From a block of a product to register tiles: lanes in strips of up to four vectors, rows in even tiles, long
//! sums in pieces.

use super::tile::{TileInit, Tiles, widest};
use crate::isa::Simd;
use crate::{Matrix, MatrixMut, Real};
use core::ops::Range;

/// Inner lengths up to this stay in one piece.
const WHOLE: usize = 1024;
/// Length of the pieces beyond it.
const PIECE: usize = 512;
/// Bytes of a way of the first-level cache. Rows of weights so far apart share one line of each of its eight or twelve ways,
/// and a tile of twelve rows would drive its own weights out.
const WAY: usize = 4096;

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
    pub start: TileInit<'a, T>,
    /// Slope of a leaky ReLU at the end.
    pub leak: Option<T>,
}

impl<'a, T: Copy> Block<'a, T> {
    /// What the outputs start from, and end with, where only `inner` of the inner range is summed.
    pub(super) fn ends(&self, inner: &Range<usize>) -> (TileInit<'a, T>, Option<T>) {
        let start = if inner.start == self.inner.start { self.start } else { TileInit::Output };
        (start, if inner.end == self.inner.end { self.leak } else { None })
    }
}

/// Computes one block: a strip of lanes through all rows before the next, so that its inputs stay near. Long inner ranges go
/// in pieces with the outputs reloaded, which keeps each chain's order.
pub(crate) fn block<T: Real, S: Simd<T>>(s: S, o: &mut Operands<T>, b: &Block<T>) {
    let length = if b.inner.len() > WHOLE { PIECE } else { WHOLE };
    for strip in strips::<T, S>(&b.lanes) {
        for inner in pieces(&b.inner, length) {
            self::strip(s, o, b, strip.clone(), b.rows.clone(), inner);
        }
    }
}

/// `whole` in pieces of `length`; one empty piece if it is empty.
pub(super) fn pieces(whole: &Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let Range { start, end } = *whole;
    (0..(end - start).div_ceil(length).max(1)).map(move |i| start + i * length..(start + (i + 1) * length).min(end))
}

/// Some vectors of lanes.
#[derive(Clone)]
pub(super) struct Strip {
    vectors: usize,
    /// The lanes.
    pub lanes: Range<usize>,
}

/// All lanes in as few strips as the registers allow, of nearly equal widths: nine vectors are three times three, never
/// four, four and a lone one.
pub(super) fn strips<T: Real, S: Simd<T>>(lanes: &Range<usize>) -> impl Iterator<Item = Strip> + use<T, S> {
    let Range { start: mut at, end } = *lanes;
    let widest = widest::<T, S>();
    core::iter::from_fn(move || {
        let left = end - at;
        let vectors = left.div_ceil(S::LANES);
        let even = vectors.div_ceil(vectors.div_ceil(widest).max(1));
        // The widest tiles know no partial vectors.
        let vectors = if even == widest && left < widest * S::LANES { even.div_ceil(2) } else { even };
        let lanes = at..at + left.min(vectors * S::LANES);
        at = lanes.end;
        (left > 0).then_some(Strip { vectors, lanes })
    })
}

/// A piece of a strip's products, in even tiles: thirteen rows are seven and six, never twelve and a lone one.
fn strip<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    b: &Block<T>,
    Strip { vectors, lanes }: Strip,
    rows: Range<usize>,
    inner: Range<usize>,
) {
    if rows.is_empty() {
        return;
    }
    let (start, leak) = b.ends(&inner);
    let aliases = !o.by_columns && (o.w.ld * size_of::<T>()).is_multiple_of(WAY);
    let tallest = (S::SUMS / vectors).min(if aliases { 8 } else { 12 });
    let tiles = rows.len().div_ceil(tallest);
    let (low, higher) = (rows.len() / tiles, rows.len() % tiles);
    let between = rows.start + higher * (low + 1);
    let piece = Piece { inner, lanes, start, leak };
    equal_tiles(s, o, &piece, vectors, low + 1, rows.start..between);
    equal_tiles(s, o, &piece, vectors, low, between..rows.end);
}

/// What the tiles of a strip share.
struct Piece<'a, T> {
    inner: Range<usize>,
    lanes: Range<usize>,
    start: TileInit<'a, T>,
    leak: Option<T>,
}

/// `rows`, in tiles of one height.
fn equal_tiles<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    p: &Piece<T>,
    vectors: usize,
    height: usize,
    rows: Range<usize>,
) {
    if rows.is_empty() {
        return;
    }
    macro_rules! tiles {
        ($($width:literal: $($height:literal)*;)*) => {
            match (vectors, height) {
                $($(($width, $height) if $width * $height <= S::SUMS => {
                    if o.by_columns {
                        tiles::<T, S, $height, $width, true>(s, o, p, rows)
                    } else {
                        tiles::<T, S, $height, $width, false>(s, o, p, rows)
                    }
                })*)*
                other => unreachable!("a tile of (vectors, rows) {other:?}"),
            }
        };
    }
    tiles! {
        4: 1 2 3 4 5 6;
        3: 1 2 3 4 5 6 7 8;
        2: 1 2 3 4 5 6 7 8 9 10 11 12;
        1: 1 2 3 4 5 6 7 8 9 10 11 12;
    }
}

/// Register tiles, one below the other.
#[inline(always)]
fn tiles<T: Real, S: Simd<T>, const ROWS: usize, const WIDTH: usize, const BY_COLUMNS: bool>(
    s: S,
    o: &mut Operands<T>,
    p: &Piece<T>,
    rows: Range<usize>,
) {
    let Piece { inner, lanes, start, leak } = p;
    let (w, x) = (&o.w, &o.x);
    let w_from = if BY_COLUMNS { inner.start * w.ld + rows.start } else { rows.start * w.ld + inner.start };
    let start = start.of(rows.clone(), lanes.clone());
    // An empty inner range may begin behind the storage.
    let (w, x) = if inner.is_empty() {
        (&[][..], &[][..])
    } else {
        (&w.data[w_from..], &x.data[inner.start * x.ld + lanes.start..])
    };
    s.call(Tiles::<T, ROWS, WIDTH, BY_COLUMNS> {
        count: rows.len() / ROWS,
        w,
        w_ld: o.w.ld,
        x,
        x_ld: o.x.ld,
        inner: inner.len(),
        y: &mut o.y.data[rows.start * o.y.ld + lanes.start..],
        y_ld: o.y.ld,
        start,
        leak: *leak,
        lanes: lanes.len(),
    })
}
