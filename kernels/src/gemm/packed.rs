//! Products with packed inputs: each panel of the inputs is copied before the tiles read it.
//!
//! The tiles of a panel read `[inner, lanes]` of the inputs once for every tile of rows. Where the rows of the inputs are a
//! large power of two of bytes apart, they map to a few sets of each cache and each to a page of its own; a packed panel
//! is contiguous. Each thread saves its pack buffer, one panel large, from one product to the next.

use super::macro_kernel::{Block, Operands, Panel, macro_kernel, panels};
use super::micro_kernel::TileInit;
use super::outer::LINE;
use crate::isa::Simd;
use crate::real::PerPrecision;
use crate::{Matrix, MatrixMut, Real, Staircase};
use core::cell::Cell;
use core::ops::Range;

/// Bytes of weights, or of inputs, that stay in the second-level cache from one panel to the next.
const IN_CACHE: usize = 1 << 20;
/// Rows of weights, on average, that must read an input for a copy of it to pay.
const READS: usize = 32;

/// Exchanges a pack buffer with the one that the thread has saved for this precision.
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

/// Whether packing pays: there is more than the second-level cache holds, in long rows, and each input is read often enough
/// to be worth a copy.
#[inline(always)]
pub(super) fn packing_pays<T: Real, S: Simd<T>>(_: S, shape: &Staircase, lanes: usize) -> bool {
    lanes > 8 * S::LANES && {
        let (weights, used) = (shape.nonzeros(), shape.used());
        weights.max(lanes * used) * size_of::<T>() > IN_CACHE && weights >= READS * used
    }
}

/// Computes all runs of a product, one packed panel of lanes after another. Each output's sum has the order that
/// [`macro_kernel`] gives it.
#[inline(never)]
pub(super) fn packed<T: Real, S: Simd<T>>(
    s: S,
    o: &mut Operands<T>,
    shape: &Staircase,
    init: TileInit<T>,
    negative_slope: Option<T>,
) {
    let mut buffer = Vec::new();
    T::call::<ExchangeSaved>(&mut buffer);
    for Panel { lanes, .. } in panels::<T, S>(&(0..o.y.cols)) {
        let mut panel = Operands {
            w: o.w,
            by_columns: o.by_columns,
            x: pack(&o.x, shape.used(), lanes.clone(), &mut buffer),
            y: MatrixMut::new(&mut o.y.data[lanes.start..], o.y.rows, lanes.len(), o.y.ld),
        };
        for run in &shape.runs {
            let (rows, inner) = (run.rows.clone(), run.inner.clone());
            macro_kernel(s, &mut panel, &Block { rows, inner, lanes: 0..lanes.len(), init, negative_slope });
        }
    }
    T::call::<ExchangeSaved>(&mut buffer);
}

/// The first `rows` rows of `x`, `lanes` of each, contiguous and each row on cache lines of its own.
fn pack<'a, T: Real>(x: &Matrix<T>, rows: usize, lanes: Range<usize>, buffer: &'a mut Vec<T>) -> Matrix<'a, T> {
    let ld = lanes.len().next_multiple_of(LINE);
    buffer.resize(buffer.len().max(rows * ld + LINE), T::ZERO);
    let at = buffer.as_ptr().align_offset(LINE * size_of::<T>()).min(LINE);
    let packed = &mut buffer[at..at + rows * ld];
    for (row, to) in packed.chunks_exact_mut(ld).enumerate() {
        to[..lanes.len()].copy_from_slice(&x.row(row)[lanes.clone()]);
    }
    Matrix::new(packed, rows, lanes.len(), ld)
}
