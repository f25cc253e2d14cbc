//! The micro-kernel: tiles of outputs held in registers over the whole inner range.
//!
//! `Y[i, b] = init + Σ_p W[i, p]·X[p, b]` for `ROWS` rows and `WIDTH` vectors of lanes: each step loads `WIDTH` vectors of
//! a row of `X`, broadcasts one weight per row, and adds into `ROWS·WIDTH` accumulators. Weights are read in place. Every
//! output is one chain of multiply-adds over ascending `p`, so its bits depend on neither the tile's height nor width.

use crate::Real;
use crate::isa::{Kernel, OperandCursor, Simd};
use core::ops::Range;

/// Initial value of a tile's accumulators (the β of a BLAS product, or a bias).
#[derive(Clone, Copy)]
pub(crate) enum TileInit<'a, T> {
    /// Zero.
    Zero,
    /// One number a row.
    Bias(&'a [T]),
    /// One number a lane, from the tile's first.
    Lanes(&'a [T]),
    /// The output itself.
    Output,
}

/// The kind of a [`TileInit`], without its numbers.
#[derive(Clone, Copy)]
pub(super) enum InitKind {
    Zero,
    Bias,
    Lanes,
    Output,
}

impl<'a, T> TileInit<'a, T> {
    /// The kind, and the numbers of `rows` or `lanes`, or none: apart, so that no part of the micro-kernel's operands is
    /// undefined, as the payload of an enum without one would be.
    pub(super) fn of(&self, rows: Range<usize>, lanes: Range<usize>) -> (InitKind, &'a [T]) {
        match *self {
            TileInit::Zero => (InitKind::Zero, &[]),
            TileInit::Bias(bias) => (InitKind::Bias, &bias[rows]),
            TileInit::Lanes(bias) => (InitKind::Lanes, &bias[lanes]),
            TileInit::Output => (InitKind::Output, &[]),
        }
    }
}

/// Register tiles of a product, one below the other.
pub(super) struct MicroKernel<'a, T, const ROWS: usize, const WIDTH: usize, const BY_COLUMNS: bool> {
    /// Tiles.
    pub count: usize,
    /// From the first tile's first weight.
    pub w: &'a [T],
    /// Distance between rows of weights, or columns if they are stored by columns.
    pub w_ld: usize,
    /// From the tiles' first input element; rows are `x_ld` apart.
    pub x: &'a [T],
    /// Distance between rows of `x`.
    pub x_ld: usize,
    /// Length of the inner range.
    pub inner: usize,
    /// From the first tile's first output element; rows are `y_ld` apart.
    pub y: &'a mut [T],
    /// Distance between rows of `y`.
    pub y_ld: usize,
    /// Initial value of the accumulators, with its numbers from the first tile's first row or lane.
    pub init: (InitKind, &'a [T]),
    /// Slope of a leaky ReLU below zero, the epilogue.
    pub negative_slope: Option<T>,
    /// Lanes in use: all of `WIDTH` vectors if that is [`widest`] and more than one, else the last vector may be partial.
    pub lanes: usize,
}

impl<T: Real, const ROWS: usize, const WIDTH: usize, const BY_COLUMNS: bool> Kernel<T>
    for MicroKernel<'_, T, ROWS, WIDTH, BY_COLUMNS>
{
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let MicroKernel { count, w, w_ld, x, x_ld, inner, y, y_ld, init, negative_slope, lanes } = self;
        let whole = WIDTH * S::LANES;
        assert!(if partial::<T, S, WIDTH>() { lanes <= whole && lanes + S::LANES > whole } else { lanes == whole });
        for t in 0..count {
            let row = t * ROWS;
            let y = &mut y[row * y_ld..];
            let mut accumulators = [[s.splat(T::ZERO); WIDTH]; ROWS];
            let (kind, bias) = init;
            match kind {
                InitKind::Zero => {}
                InitKind::Bias => {
                    let bias = &bias[row..row + ROWS];
                    for i in 0..ROWS {
                        accumulators[i] = [s.splat(bias[i]); WIDTH];
                    }
                }
                InitKind::Lanes => accumulators = [load::<T, S, WIDTH>(s, lanes, bias); ROWS],
                InitKind::Output => {
                    for i in 0..ROWS {
                        accumulators[i] = load::<T, S, WIDTH>(s, lanes, &y[i * y_ld..]);
                    }
                }
            }
            // Nothing is read of an empty range, and its row may begin behind the storage.
            let w = if inner == 0 { &[] } else { &w[if BY_COLUMNS { row } else { row * w_ld }..] };
            let mut cursor = OperandCursor::<T, ROWS, BY_COLUMNS>::new(w, w_ld, x, x_ld, lanes, inner);
            while cursor.remaining() > 0 {
                let (weights, row) = cursor.advance();
                let inputs = load::<T, S, WIDTH>(s, lanes, row);
                for i in 0..ROWS {
                    let weight = s.splat(weights[i]);
                    for v in 0..WIDTH {
                        accumulators[i][v] = s.mul_add(weight, inputs[v], accumulators[i][v]);
                    }
                }
            }
            if let Some(slope) = negative_slope {
                let slope = s.splat(slope);
                // By index: an iterator over the accumulators would keep them in memory through the loops above.
                for i in 0..ROWS {
                    for v in 0..WIDTH {
                        accumulators[i][v] = s.max(accumulators[i][v], s.mul(slope, accumulators[i][v]));
                    }
                }
            }
            for i in 0..ROWS {
                store::<T, S, WIDTH>(s, lanes, accumulators[i], &mut y[i * y_ld..]);
            }
        }
    }
}

/// Most vectors of a tile's width, such that it is at least four rows high.
pub(super) const fn widest<T: Real, S: Simd<T>>() -> usize {
    if S::ACCUMULATORS >= 16 {
        4
    } else if S::ACCUMULATORS >= 8 {
        2
    } else {
        1
    }
}

/// Whether the last of `WIDTH` vectors may be partial: the widest tiles have no masks.
const fn partial<T: Real, S: Simd<T>, const WIDTH: usize>() -> bool {
    WIDTH == 1 || WIDTH < widest::<T, S>()
}

/// `WIDTH` vectors; see [`MicroKernel::lanes`].
#[inline(always)]
fn load<T: Real, S: Simd<T>, const WIDTH: usize>(s: S, lanes: usize, from: &[T]) -> [S::V; WIDTH] {
    let mut vectors = [s.splat(T::ZERO); WIDTH];
    let from = &from[..lanes];
    let whole = if partial::<T, S, WIDTH>() { WIDTH - 1 } else { WIDTH };
    for v in 0..whole {
        vectors[v] = s.load(&from[v * S::LANES..]);
    }
    if whole < WIDTH {
        let rest = &from[whole * S::LANES..];
        vectors[whole] = s.load_first(rest.len(), rest);
    }
    vectors
}

/// The counterpart of [`load`].
#[inline(always)]
fn store<T: Real, S: Simd<T>, const WIDTH: usize>(s: S, lanes: usize, vectors: [S::V; WIDTH], to: &mut [T]) {
    let to = &mut to[..lanes];
    let whole = if partial::<T, S, WIDTH>() { WIDTH - 1 } else { WIDTH };
    for v in 0..whole {
        s.store(vectors[v], &mut to[v * S::LANES..]);
    }
    if whole < WIDTH {
        let rest = &mut to[whole * S::LANES..];
        s.store_first(rest.len(), vectors[whole], rest);
    }
}
