//! Scores of made cases, some megabytes of them at a time.

use rayon::prelude::*;

use super::Judged;
use crate::data::{Dataset, Series, SeriesSet, Table};
use crate::detect::Fitted;
use crate::error::Result;

/// Bytes of made cases that are scored at once.
const BYTES: usize = 16 << 20;

/// Scores of `count` rows with the columns of `template`; `fill(i, row)` writes row `i`.
///
/// # Errors
/// As [`Fitted::score`].
pub(super) fn of_rows(
    fitted: &dyn Fitted,
    template: &Table,
    count: usize,
    fill: impl Fn(usize, &mut [f64]) + Sync,
) -> Result<Vec<Judged>> {
    let at_once = (BYTES / (8 * template.columns())).max(1);
    let mut judged = Vec::with_capacity(count);
    for first in (0..count).step_by(at_once) {
        let mut values = vec![0.0; at_once.min(count - first) * template.columns()];
        values.par_chunks_mut(template.columns()).enumerate().for_each(|(i, row)| fill(first + i, row));
        judge(fitted, &template.with_values(values), &mut judged)?;
    }
    Ok(judged)
}

/// Scores of `count` series of at most `longest` values in all; `make(i)` is series `i`.
///
/// # Errors
/// As [`Fitted::score`].
pub(super) fn of_series(
    fitted: &dyn Fitted,
    longest: usize,
    count: usize,
    make: impl Fn(usize) -> Series + Sync,
) -> Result<Vec<Judged>> {
    let at_once = (BYTES / (8 * longest.max(1))).max(1);
    let mut judged = Vec::with_capacity(count);
    for first in (0..count).step_by(at_once) {
        let cases = (first..count.min(first + at_once)).into_par_iter().map(&make).collect();
        judge(fitted, &SeriesSet::new(cases)?, &mut judged)?;
    }
    Ok(judged)
}

fn judge(fitted: &dyn Fitted, cases: &dyn Dataset, judged: &mut Vec<Judged>) -> Result<()> {
    let (scores, p_values) = fitted.score_with_p_values(cases)?;
    let p_value = |i: usize| p_values.as_ref().map(|p| p[i]);
    judged.extend(scores.iter().enumerate().map(|(i, &score)| (score, p_value(i))));
    Ok(())
}
