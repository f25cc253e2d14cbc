//! A product whose inputs lie in long rows, gathered strip by strip.
//!
//! The tiles of a strip read `[inner, lanes]` of the inputs again and again. Where their rows are a large power of two of
//! bytes apart they fall on a few sets of each cache and on a page each; copied, they follow one another. Each thread keeps
//! the room for one strip.

use super::blocks::{Block, Operands, Strip, block, strips};
use super::outer::LINE;
use super::tile::TileInit;
use crate::isa::Simd;
use crate::real::PerPrecision;
use crate::{Matrix, MatrixMut, Real, Staircase};
use core::cell::Cell;
use core::ops::Range;

/// Bytes of weights, or of inputs, that stay in the second-level cache while the lanes go by strip after strip.
const LIGHT: usize = 1 << 20;
/// Rows of weights, on average, that read an input.
const OFTEN: usize = 32;

/// Exchanges a buffer with the one that the thread has saved for this precision.
enum ExchangeSaved {}

macro_rules! saved {
    ($($function:ident: $t:ty;)*) => {
        impl PerPrecision for ExchangeSaved {
            type Arguments<'a, T: 'a> = &'a mut Vec<T>;
            $(#[inline(never)]
            fn $function(buffer: &mut Vec<$t>) {
                thread_local! {
                    static SAVED: Cell<Vec<$t>> = const { Cell::new(Vec::new()) };
                }
                *buffer = SAVED.replace(std::mem::take(buffer));
            })*
        }
    };
}
saved! {
    single: f32;
    double: f64;
}

/// Whether the inputs of a product are best [`gathered`]: there is more than the second-level cache holds, in long rows, and
/// each input is read often enough to be worth a copy.
#[inline(always)]
pub(super) fn reads_often<T: Real, S: Simd<T>>(_: S, shape: &Staircase, lanes: usize) -> bool {
    lanes > 8 * S::LANES && {
        let (weights, used) = (shape.nonzeros(), shape.used());
        weights.max(lanes * used) * size_of::<T>() > LIGHT && weights >= OFTEN * used
    }
}

/// Computes all runs of a product, a strip of lanes after another. Each output's chain has the order that [`block`] gives it.
#[inline(never)]
pub(super) fn gathered<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    shape: &Staircase,
    start: TileInit<T>,
    leak: Option<T>,
) {
    let mut room = Vec::new();
    T::call::<ExchangeSaved>(&mut room);
    for Strip { lanes, .. } in strips::<T, S>(&(0..o.y.cols)) {
        let mut strip = Operands {
            w: o.w,
            by_columns: o.by_columns,
            x: gather(&o.x, shape.used(), lanes.clone(), &mut room),
            y: MatrixMut::new(&mut o.y.data[lanes.start..], o.y.rows, lanes.len(), o.y.ld),
        };
        for run in &shape.runs {
            let (rows, inner) = (run.rows.clone(), run.inner.clone());
            block(s, &mut strip, &Block { rows, inner, lanes: 0..lanes.len(), start, leak });
        }
    }
    T::call::<ExchangeSaved>(&mut room);
}

/// The first `rows` rows of `x`, `lanes` of each, one after another and on cache lines.
fn gather<'a, T: Real>(x: &Matrix<T>, rows: usize, lanes: Range<usize>, room: &'a mut Vec<T>) -> Matrix<'a, T> {
    let ld = lanes.len().next_multiple_of(LINE);
    room.resize(room.len().max(rows * ld + LINE), T::ZERO);
    let at = room.as_ptr().align_offset(LINE * size_of::<T>()).min(LINE);
    let gathered = &mut room[at..at + rows * ld];
    for (row, to) in gathered.chunks_exact_mut(ld).enumerate() {
        to[..lanes.len()].copy_from_slice(&x.row(row)[lanes.clone()]);
    }
    Matrix::new(gathered, rows, lanes.len(), ld)
}
