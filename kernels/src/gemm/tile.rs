//! The micro-kernel: a tile of outputs held in registers over the whole inner range.
//!
//! `Y[i, b] = start + Σ_p W[i, p]·X[p, b]` for `ROWS` rows and `WIDTH` vectors of lanes: each step loads a row piece
//! of `X`, broadcasts one weight per row, and adds into `ROWS·WIDTH` accumulators. Weights are read in place. Every
//! output is one multiply-add chain over ascending `p`, so its bits depend on neither the tile's height nor width.

use crate::Real;
use crate::isa::{Kernel, Simd};

/// What a tile's outputs start from.
#[derive(Clone, Copy)]
pub(crate) enum TileStart<'a, T> {
    /// Zero.
    Zero,
    /// One number a row.
    Bias(&'a [T]),
    /// One number a lane, from the tile's first.
    Lanes(&'a [T]),
    /// The output itself.
    Output,
}

/// The weights of a tile of `ROWS` rows.
pub(super) enum Weights<'a, T, const ROWS: usize> {
    /// Rows, each as long as the inner range.
    Rows([&'a [T]; ROWS]),
    /// Columns: element `(i, p)` is `data[p·ld + i]`, over `inner` columns.
    Columns {
        /// From the tile's first element.
        data: &'a [T],
        /// Distance between columns.
        ld: usize,
        /// Columns.
        inner: usize,
    },
}

/// One register tile of a product.
pub(super) struct Tile<'a, T, const ROWS: usize, const WIDTH: usize> {
    /// Weights.
    pub w: Weights<'a, T, ROWS>,
    /// From the tile's first input element; rows are `x_ld` apart.
    pub x: &'a [T],
    /// Distance between rows of `x`.
    pub x_ld: usize,
    /// From the tile's first output element; rows are `y_ld` apart.
    pub y: &'a mut [T],
    /// Distance between rows of `y`.
    pub y_ld: usize,
    /// What the chains start from.
    pub start: TileStart<'a, T>,
    /// Slope of a leaky ReLU at the end of the chains.
    pub leak: Option<T>,
    /// Lanes in use: all of `WIDTH` vectors if `WIDTH > 1`, at most one vector's if `WIDTH == 1`.
    pub lanes: usize,
}

impl<T: Real, const ROWS: usize, const WIDTH: usize> Kernel<T> for Tile<'_, T, ROWS, WIDTH> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Tile { w, x, x_ld, y, y_ld, start, leak, lanes } = self;
        let mut sums = [[s.splat(T::ZERO); WIDTH]; ROWS];
        match start {
            TileStart::Zero => {}
            TileStart::Bias(bias) => {
                for i in 0..ROWS {
                    sums[i] = [s.splat(bias[i]); WIDTH];
                }
            }
            TileStart::Lanes(bias) => sums = [load::<T, S, WIDTH>(s, lanes, bias); ROWS],
            TileStart::Output => {
                for i in 0..ROWS {
                    sums[i] = load::<T, S, WIDTH>(s, lanes, &y[i * y_ld..]);
                }
            }
        }
        match w {
            Weights::Rows(rows) => {
                let inner = rows[0].len();
                let rows: [&[T]; ROWS] = core::array::from_fn(|i| &rows[i][..inner]);
                let mut at = 0;
                for p in 0..inner {
                    let piece = load::<T, S, WIDTH>(s, lanes, &x[at..]);
                    at += x_ld;
                    for i in 0..ROWS {
                        step(s, s.splat(rows[i][p]), &piece, &mut sums[i]);
                    }
                }
            }
            Weights::Columns { data, ld, inner } => {
                let mut at = 0;
                for p in 0..inner {
                    let piece = load::<T, S, WIDTH>(s, lanes, &x[at..]);
                    at += x_ld;
                    let column = &data[p * ld..p * ld + ROWS];
                    for i in 0..ROWS {
                        step(s, s.splat(column[i]), &piece, &mut sums[i]);
                    }
                }
            }
        }
        if let Some(slope) = leak {
            let slope = s.splat(slope);
            // By index: an iterator over the sums would keep them in memory through the loops above.
            for i in 0..ROWS {
                for v in 0..WIDTH {
                    sums[i][v] = s.max(sums[i][v], s.mul(slope, sums[i][v]));
                }
            }
        }
        for i in 0..ROWS {
            store::<T, S, WIDTH>(s, lanes, sums[i], &mut y[i * y_ld..]);
        }
    }
}

/// `sums += weight·piece`.
#[inline(always)]
fn step<T: Real, S: Simd<T>, const WIDTH: usize>(s: S, weight: S::V, piece: &[S::V; WIDTH], sums: &mut [S::V; WIDTH]) {
    for v in 0..WIDTH {
        sums[v] = s.mul_add(weight, piece[v], sums[v]);
    }
}

/// `WIDTH` vectors, or the first `lanes` numbers of a single one.
#[inline(always)]
fn load<T: Real, S: Simd<T>, const WIDTH: usize>(s: S, lanes: usize, from: &[T]) -> [S::V; WIDTH] {
    let mut piece = [s.splat(T::ZERO); WIDTH];
    if WIDTH == 1 {
        piece[0] = s.load_first(lanes, from);
    } else {
        let from = &from[..WIDTH * S::LANES];
        for v in 0..WIDTH {
            piece[v] = s.load(&from[v * S::LANES..]);
        }
    }
    piece
}

/// The counterpart of [`load`].
#[inline(always)]
fn store<T: Real, S: Simd<T>, const WIDTH: usize>(s: S, lanes: usize, piece: [S::V; WIDTH], to: &mut [T]) {
    if WIDTH == 1 {
        s.store_first(lanes, piece[0], to);
    } else {
        let to = &mut to[..WIDTH * S::LANES];
        for v in 0..WIDTH {
            s.store(piece[v], &mut to[v * S::LANES..]);
        }
    }
}
