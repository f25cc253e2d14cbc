//! The square views `T_k(x) = A_k x + b_k` (Eq. 1) an extractor works on, as matrices `[A_k | b_k]: [d, d+1]`.

use nafal_kernels::Real;

use crate::autodiff::AffineMaps;
use crate::detect::views::{SquareMaps, ViewFamily};

/// `count` random views of rows with `d` columns, from the streams `(seed, key, k)`. `kept` columns are kept where `family`
/// selects columns; a family that whitens does so by `rows: [n, d]`.
///
/// # Panics
/// For [`ViewFamily::IDENTITY`], which has no square maps.
pub fn dense_views<T: Real>(
    family: ViewFamily,
    count: usize,
    d: usize,
    kept: usize,
    rows: &[f32],
    seed: u64,
    key: u64,
) -> AffineMaps<T> {
    let map = family.squares(&SquareMaps { columns: d, kept, rows, seed, key }).expect("a family with square maps");
    AffineMaps::new(count, d, |k| map(k).into_iter().map(T::from_f64).collect())
}
