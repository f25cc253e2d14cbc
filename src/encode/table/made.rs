//! Made rows: a point between two rows, and a row with noise on every column.
//!
//! `between`: `x + w·(y − x)` with `w` uniform in 0.3…0.7, where `y` is another row. It lies in the gaps between modes and
//! off curved or thin supports. `noise`: `x + ½·sd ∘ ε`, standard normal `ε` and the columns' standard deviations. Both were
//! chosen on the development tables (docs/decisions/0004).

use crate::data::{ColumnKind, Table};
use crate::encode::Making;
use crate::random::{Key, normal, stream, uniform};
use crate::stats::mean_and_scale;

/// Kinds of made rows.
pub(super) const KINDS: [&str; 2] = ["between", "noise"];

/// Noise in standard deviations of a column.
const NOISE: f64 = 0.5;

/// The made rows, row-major, of rows of `table`, of which `kept` are training rows. A category or a time is that of one of the two
/// rows, whichever a coin says; what is missing in the first row stays missing.
pub(super) fn make(table: &Table, kept: &[usize], makings: &[Making], seed: u64) -> Vec<f64> {
    let numeric: Vec<bool> =
        table.kinds().iter().map(|kind| matches!(kind, ColumnKind::Number | ColumnKind::Truth)).collect();
    let known = |j: usize| kept.iter().map(move |&i| table.row(i)[j]).filter(|v| !v.is_nan()).collect::<Vec<f64>>();
    let sd = |j: usize| if numeric[j] { mean_and_scale(&known(j)).1 } else { 0.0 };
    let noise: Vec<f64> = (0..table.columns()).map(|j| NOISE * sd(j)).collect();
    let mut made = Vec::with_capacity(makings.len() * noise.len());
    for making in makings {
        let mut rng = stream(seed, Key::Made { kind: making.kind as u64, number: making.number });
        let (x, y) = (table.row(making.case), table.row(making.other));
        if making.kind == 0 {
            let weight = 0.3 + 0.4 * uniform(&mut rng);
            for ((&x, &y), &numeric) in x.iter().zip(y).zip(&numeric) {
                made.push(match numeric {
                    true if y.is_nan() => x,
                    true => (1.0 - weight) * x + weight * y,
                    false if uniform(&mut rng) < 0.5 => x,
                    false => y,
                });
            }
        } else {
            for ((&x, s), &numeric) in x.iter().zip(&noise).zip(&numeric) {
                made.push(if numeric { (x + s * normal::<f64>(&mut rng)).clamp(f64::MIN, f64::MAX) } else { x });
            }
        }
    }
    made
}
