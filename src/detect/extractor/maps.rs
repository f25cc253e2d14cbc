//! The dense views `T_k(x) = A_k x + b_k` (Eq. 1) an extractor works on, as matrices `[A_k | b_k]: [d, d+1]`.
//!
//! Gaussian, the paper's: entries of `A_k` are `N(0, 1)/√d`, of `b_k` `N(0, 1)`, so that a standardised row keeps its scale.
//! Axes: `A_k` keeps some random axes in place and drops the others, `b_k = 0`. Rotation: `A_k` whitens the rows and turns
//! them by a random orthonormal matrix, `b_k = 0`.

use nafal_kernels::Real;
use nalgebra::DMatrix;

use crate::autodiff::AffineMaps;
use crate::detect::configuration::MapKind;
use crate::detect::view::whitening;
use crate::random::{Purpose, normal, permutation, stream};

/// `count` random views of rows with `d` columns, from the streams `(seed, key, k)`. `axes` columns are kept where `kind`
/// selects axes; whitening is by `rows: [n, d]`.
pub fn dense_views<T: Real>(
    kind: MapKind,
    count: usize,
    d: usize,
    axes: usize,
    rows: &[f32],
    seed: u64,
    key: u64,
) -> AffineMaps<T> {
    let whitening = (kind == MapKind::Rotation).then(|| whitening(rows, d, &(0..rows.len() / d).collect::<Vec<_>>()));
    AffineMaps::new(count, d, |k| {
        let mut rng = stream(seed, Purpose::Views, key, k as u64);
        let mut entries = vec![T::ZERO; d * (d + 1)];
        match (&whitening, kind) {
            (Some(whitening), _) => {
                let turn = DMatrix::<f64>::from_fn(d, d, |_, _| normal(&mut rng)).qr().q();
                let map = turn.transpose() * whitening;
                for (i, row) in entries.chunks_exact_mut(d + 1).enumerate() {
                    row[..d].iter_mut().enumerate().for_each(|(j, v)| *v = T::from_f64(map[(i, j)]));
                }
            }
            (None, MapKind::Axes) => {
                for axis in permutation(&mut rng, d).into_iter().take(axes) {
                    entries[axis * (d + 1) + axis] = T::ONE;
                }
            }
            (None, _) => {
                let scale = 1.0 / (d as f64).sqrt();
                for (at, v) in entries.iter_mut().enumerate() {
                    let factor = if at % (d + 1) == d { 1.0 } else { scale };
                    *v = T::from_f64(factor * normal::<f64>(&mut rng));
                }
            }
        }
        entries
    })
}
