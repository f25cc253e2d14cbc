//! The macro-kernel: from a block of a product to calls of the micro-kernel.
//!
//! The lanes are divided into panels of up to four vectors (NR of the BLIS papers), long inner ranges into blocks of
//! [`KC`], and the rows into register tiles (MR) of nearly equal heights.

use super::micro_kernel::{MicroKernel, TileInit, widest};
use crate::isa::Simd;
use crate::{Matrix, MatrixMut, Real};
use core::ops::Range;

/// Inner ranges up to this long are not divided.
const KC_UNDIVIDED: usize = 1024;
/// Length of the blocks of longer ones.
const KC: usize = 512;
/// Bytes of one way of the first-level cache. Rows of weights this far apart compete for one line of each of its eight or
/// twelve ways, and a tile of twelve such rows would evict its own weights.
const L1_WAY: usize = 4096;

/// Operands of a product: `Y[rows, lanes] = init + W[rows, inner]·X[inner, lanes]`.
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
    /// Initial value of the outputs; a bias covers all rows of the weights.
    pub init: TileInit<'a, T>,
    /// Slope of a leaky ReLU below zero, the epilogue.
    pub negative_slope: Option<T>,
}

impl<'a, T: Copy> Block<'a, T> {
    /// Initial value and epilogue of the outputs where only `inner` of the inner range is summed: the first part of a sum
    /// has the block's initial value, the last its epilogue, and between them the outputs are reloaded.
    pub(super) fn ends(&self, inner: &Range<usize>) -> (TileInit<'a, T>, Option<T>) {
        let init = if inner.start == self.inner.start { self.init } else { TileInit::Output };
        (init, if inner.end == self.inner.end { self.negative_slope } else { None })
    }
}

/// Computes one block, panel by panel of lanes: all rows read a panel of the inputs before the next, so that it stays in
/// the caches. Outputs are reloaded between the KC blocks, which keeps the order of each output's sum.
pub(crate) fn macro_kernel<T: Real, S: Simd<T>>(s: S, o: &mut Operands<T>, b: &Block<T>) {
    let length = if b.inner.len() > KC_UNDIVIDED { KC } else { KC_UNDIVIDED };
    for panel in panels::<T, S>(&b.lanes) {
        for inner in inner_blocks(&b.inner, length) {
            panel_product(s, o, b, panel.clone(), b.rows.clone(), inner);
        }
    }
}

/// `whole` in blocks of `length`; one empty block if it is empty.
pub(super) fn inner_blocks(whole: &Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let Range { start, end } = *whole;
    (0..(end - start).div_ceil(length).max(1)).map(move |i| start + i * length..(start + (i + 1) * length).min(end))
}

/// A panel: as many lanes as a register tile is wide.
#[derive(Clone)]
pub(super) struct Panel {
    /// Vectors of lanes, NR in units of the vector length.
    vectors: usize,
    /// The lanes.
    pub lanes: Range<usize>,
}

/// All lanes in as few panels as the registers allow, of nearly equal widths: nine vectors are three times three and not
/// four, four and one, because a tile one vector wide loads as many weights for a fourth of the arithmetic.
pub(super) fn panels<T: Real, S: Simd<T>>(lanes: &Range<usize>) -> impl Iterator<Item = Panel> + use<T, S> {
    let Range { start: mut at, end } = *lanes;
    let widest = widest::<T, S>();
    core::iter::from_fn(move || {
        let left = end - at;
        let vectors = left.div_ceil(S::LANES);
        let even = vectors.div_ceil(vectors.div_ceil(widest).max(1));
        // The widest tiles have no partial vectors.
        let vectors = if even == widest && left < widest * S::LANES { even.div_ceil(2) } else { even };
        let lanes = at..at + left.min(vectors * S::LANES);
        at = lanes.end;
        (left > 0).then_some(Panel { vectors, lanes })
    })
}

/// A panel's products over one KC block, in tiles of nearly equal heights: thirteen rows are seven and six, not twelve and
/// one.
fn panel_product<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    b: &Block<T>,
    Panel { vectors, lanes }: Panel,
    rows: Range<usize>,
    inner: Range<usize>,
) {
    if rows.is_empty() {
        return;
    }
    let (init, negative_slope) = b.ends(&inner);
    let aliases = !o.by_columns && (o.w.ld * size_of::<T>()).is_multiple_of(L1_WAY);
    let tallest = (S::ACCUMULATORS / vectors).min(if aliases { 8 } else { 12 });
    let tiles = rows.len().div_ceil(tallest);
    let (low, higher) = (rows.len() / tiles, rows.len() % tiles);
    let between = rows.start + higher * (low + 1);
    let product = PanelProduct { inner, lanes, init, negative_slope };
    equal_tiles(s, o, &product, vectors, low + 1, rows.start..between);
    equal_tiles(s, o, &product, vectors, low, between..rows.end);
}

/// What the tiles of a panel share.
struct PanelProduct<'a, T> {
    inner: Range<usize>,
    lanes: Range<usize>,
    init: TileInit<'a, T>,
    negative_slope: Option<T>,
}

/// `rows`, in tiles of one height.
fn equal_tiles<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    p: &PanelProduct<T>,
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
                $($(($width, $height) if $width * $height <= S::ACCUMULATORS => {
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

/// Calls the micro-kernel for `rows`, a multiple of `ROWS`.
#[inline(always)]
fn tiles<T: Real, S: Simd<T>, const ROWS: usize, const WIDTH: usize, const BY_COLUMNS: bool>(
    s: S,
    o: &mut Operands<T>,
    p: &PanelProduct<T>,
    rows: Range<usize>,
) {
    let PanelProduct { inner, lanes, init, negative_slope } = p;
    let (w, x) = (&o.w, &o.x);
    let w_from = if BY_COLUMNS { inner.start * w.ld + rows.start } else { rows.start * w.ld + inner.start };
    let init = init.of(rows.clone(), lanes.clone());
    // An empty inner range may begin behind the storage.
    let (w, x) = if inner.is_empty() {
        (&[][..], &[][..])
    } else {
        (&w.data[w_from..], &x.data[inner.start * x.ld + lanes.start..])
    };
    s.call(MicroKernel::<T, ROWS, WIDTH, BY_COLUMNS> {
        count: rows.len() / ROWS,
        w,
        w_ld: o.w.ld,
        x,
        x_ld: o.x.ld,
        inner: inner.len(),
        y: &mut o.y.data[rows.start * o.y.ld + lanes.start..],
        y_ld: o.y.ld,
        init,
        negative_slope: *negative_slope,
        lanes: lanes.len(),
    })
}
