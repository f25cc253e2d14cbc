//! Products with prefetched inputs, for inputs that no cache holds and that are read once.
//!
//! A few rows of the inputs are used for all lanes while prefetch instructions request the rows that follow. The hardware's
//! own prefetcher follows a row to its end, but a panel of lanes is three cache lines of each row.

use super::macro_kernel::{Block, Operands, inner_blocks, macro_kernel};
use crate::Real;
use crate::isa::Simd;

/// Bytes of inputs above which they are unlikely to be in a cache, so that prefetch instructions pay.
const IN_CACHE: usize = 1 << 17;
/// Rows of inputs at a time.
const ROWS: usize = 32;
/// Vectors of lanes at a time.
const VECTORS: usize = 3;

/// Whether `rows` by `cols` inputs are so many that prefetching them pays.
#[inline(always)]
pub(super) const fn exceeds_cache<T>(rows: usize, cols: usize) -> bool {
    rows * cols * size_of::<T>() > IN_CACHE
}

/// Whether a block is best [`prefetched`]: its inputs are in no cache, and one tile has all its rows, so that each input is
/// read once.
#[inline(always)]
pub(super) fn prefetching_pays<T: Real, S: Simd<T>>(_: S, b: &Block<T>) -> bool {
    b.rows.len() <= S::ACCUMULATORS / VECTORS && exceeds_cache::<T>(b.inner.len(), b.lanes.len())
}

/// Computes one block. Each output's sum has the order that [`macro_kernel`] gives it.
#[inline(never)]
pub(super) fn prefetched<T: Real, S: Simd<T>>(s: S, o: &mut Operands<T>, b: &Block<T>) {
    for inner in inner_blocks(&b.inner, ROWS) {
        let (init, negative_slope) = b.ends(&inner);
        for lane in b.lanes.clone().step_by(VECTORS * S::LANES) {
            let lanes = lane..(lane + VECTORS * S::LANES).min(b.lanes.end);
            for row in inner.clone() {
                for vector in lanes.clone().step_by(S::LANES) {
                    s.prefetch(&o.x.data[((row + ROWS) * o.x.ld + vector).min(o.x.data.len())..]);
                }
            }
            macro_kernel(s, o, &Block { rows: b.rows.clone(), inner: inner.clone(), lanes, init, negative_slope });
        }
    }
}
