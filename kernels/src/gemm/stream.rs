//! Inputs that come from afar and are read once, fetched in advance.
//!
//! A few rows of them go through all lanes after others, while the rows behind are on their way. Left to itself the machine
//! guesses only the lines of a row that is read to its end, and a strip of lanes is three lines of each row.

use super::blocks::{Block, Operands, block, pieces};
use crate::Real;
use crate::isa::Simd;

/// Bytes of inputs from which they hardly lie in the caches, and fetching them in advance is worth its instructions.
const AFAR: usize = 1 << 17;
/// Rows of inputs at a time.
const ROWS: usize = 32;
/// Vectors of lanes at a time.
const VECTORS: usize = 3;

/// Whether `rows` by `cols` inputs are so many that they are fetched in advance.
#[inline(always)]
pub(super) const fn is_afar<T>(rows: usize, cols: usize) -> bool {
    rows * cols * size_of::<T>() > AFAR
}

/// Whether a block is best [`streamed`]: its inputs come from afar, and one tile is as high as the block.
#[inline(always)]
pub(super) fn reads_once<T: Real, S: Simd<T>>(_: S, b: &Block<T>) -> bool {
    b.rows.len() <= S::SUMS / VECTORS && is_afar::<T>(b.inner.len(), b.lanes.len())
}

/// Computes one block. Each output's chain has the order that [`block`] gives it.
#[inline(never)]
pub(super) fn streamed<T: Real, S: Simd<T>>(s: S, o: &mut Operands<T>, b: &Block<T>) {
    for inner in pieces(&b.inner, ROWS) {
        let (start, leak) = b.ends(&inner);
        for lane in b.lanes.clone().step_by(VECTORS * S::LANES) {
            let lanes = lane..(lane + VECTORS * S::LANES).min(b.lanes.end);
            for row in inner.clone() {
                for vector in lanes.clone().step_by(S::LANES) {
                    s.prefetch(&o.x.data[((row + ROWS) * o.x.ld + vector).min(o.x.data.len())..]);
                }
            }
            block(s, o, &Block { rows: b.rows.clone(), inner: inner.clone(), lanes, start, leak });
        }
    }
}
