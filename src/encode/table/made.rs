//! Made rows: a point between two rows, and a row with noise on every column.
//!
//! `between`: `x + w·(y − x)` with `w` uniform in 0.3…0.7, where `y` is another row. It lies in the gaps between modes and
//! off curved or thin supports. `noise`: `x + ½·sd ∘ ε`, standard normal `ε` and the columns' standard deviations. Both were
//! chosen on the development tables (docs/decisions/0004).

use crate::encode::Making;
use crate::random::{Key, normal, stream, uniform};
use crate::stats::mean_and_scale;

/// Kinds of made rows.
pub(super) const KINDS: [&str; 2] = ["between", "noise"];

/// Noise in standard deviations of a column.
const NOISE: f64 = 0.5;

/// The made rows, row-major; `row` gives the columns of a row of the data, `kept` are its training rows.
pub(super) fn make<'a>(row: impl Fn(usize) -> &'a [f64], kept: &[usize], makings: &[Making], seed: u64) -> Vec<f64> {
    let Some(&first) = kept.first() else { return Vec::new() };
    let sd = |j: usize| mean_and_scale(&kept.iter().map(|&i| row(i)[j]).collect::<Vec<_>>()).1;
    let noise: Vec<f64> = (0..row(first).len()).map(|j| NOISE * sd(j)).collect();
    let mut made = Vec::with_capacity(makings.len() * noise.len());
    for making in makings {
        let mut rng = stream(seed, Key::Made { kind: making.kind as u64, number: making.number });
        let x = row(making.case);
        if making.kind == 0 {
            let weight = 0.3 + 0.4 * uniform(&mut rng);
            made.extend(x.iter().zip(row(making.other)).map(|(x, y)| (1.0 - weight) * x + weight * y));
        } else {
            made.extend(x.iter().zip(&noise).map(|(x, s)| (x + s * normal::<f64>(&mut rng)).clamp(f64::MIN, f64::MAX)));
        }
    }
    made
}
