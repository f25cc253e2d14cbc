//! Which columns of a wide table are looked at, row by row: what a row costs must not grow with its columns squared.
//!
//! Up to [`MOST`] columns all are. Of more, [`ODD`] whose value lies farthest from the median of the [`NEAR`] nearest reference
//! rows, in scales of the column; and up to [`MOST`]` − `[`ODD`] that are found by halving, as it were: the columns are cut into
//! [`GROUPS`] groups, each group is replaced as a whole by the values of the rows that are nearest in the others, and those
//! groups whose replacement lowers the score most are cut further, down to single columns. That costs
//! `2·GROUPS·(1 + log₈(d/GROUPS))` scores a row.

use std::ops::Range;

use rayon::prelude::*;

use super::columns::Columns;
use super::nearest::Distances;
use super::{Judged, trials};
use crate::data::Table;
use crate::detect::Fitted;
use crate::error::Result;

/// Most columns that are looked at.
pub(super) const MOST: usize = 64;
/// Columns chosen by how odd their values are.
const ODD: usize = 24;
/// Nearest rows that say what is odd.
const NEAR: usize = 16;
/// Groups that are replaced as a whole, each by so many rows.
const GROUPS: usize = 64;
const ROWS: usize = 2;
/// Groups that are cut further, and into how many.
const KEPT: usize = 8;
const CUT: usize = 8;

/// Columns of each of the rows that are looked at, ascending.
///
/// # Errors
/// As [`Fitted::score`].
pub(super) fn choose(
    fitted: &dyn Fitted,
    columns: &Columns,
    template: &Table,
    rows: &[Vec<f64>],
    own: &[Judged],
) -> Result<Vec<Vec<usize>>> {
    if columns.len() <= MOST {
        return Ok(vec![(0..columns.len()).collect(); rows.len()]);
    }
    // One row after the other: distances of wide rows take memory.
    rows.iter().zip(own).map(|(row, own)| of_wide(fitted, columns, template, row, own.0)).collect()
}

fn of_wide(fitted: &dyn Fitted, columns: &Columns, template: &Table, row: &[f64], own: f64) -> Result<Vec<usize>> {
    let distances = Distances::new(columns, row);
    let near = distances.nearest(NEAR, 0..0);
    let mut chosen = largest(&odd(columns, row, &near), ODD);
    let mut groups = cut(0..columns.len(), GROUPS);
    loop {
        let falls = falls(fitted, columns, template, row, own, &distances, &groups)?;
        let single = groups.iter().all(|group| group.len() == 1);
        if single {
            chosen.extend(largest(&falls, MOST - ODD).into_iter().map(|g| groups[g].start));
            break;
        }
        groups = largest(&falls, KEPT).into_iter().flat_map(|g| cut(groups[g].clone(), CUT)).collect();
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// How far each value lies from what near rows have, in scales; without rows, from the column's median.
fn odd(columns: &Columns, row: &[f64], near: &[usize]) -> Vec<f64> {
    let of = |(j, &value): (usize, &f64)| {
        let mut values: Vec<f64> = near.iter().map(|&i| columns.row(i)[j]).filter(|v| !v.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied().unwrap_or_else(|| columns.quantile(j, 0, 1));
        let odd = 2.0 * ((value / 2.0 - median / 2.0) / columns.scales[j]).abs();
        if odd.is_nan() { 0.0 } else { odd }
    };
    row.iter().enumerate().map(of).collect()
}

/// How far the score falls if a group of columns takes the values of near rows; without rows, the columns' medians.
fn falls(
    fitted: &dyn Fitted,
    columns: &Columns,
    template: &Table,
    row: &[f64],
    own: f64,
    distances: &Distances,
    groups: &[Range<usize>],
) -> Result<Vec<f64>> {
    let near: Vec<Vec<usize>> = groups.par_iter().map(|group| distances.nearest(ROWS, group.clone())).collect();
    let judged = trials::of_rows(fitted, template, ROWS * groups.len(), |trial, made| {
        made.copy_from_slice(row);
        let group = groups[trial / ROWS].clone();
        match near[trial / ROWS].get(trial % ROWS) {
            Some(&i) => made[group.clone()].copy_from_slice(&columns.row(i)[group]),
            None => group.for_each(|j| made[j] = columns.quantile(j, 0, 1)),
        }
    })?;
    let fall = |judged: &[Judged]| judged.iter().map(|made| own - made.0).fold(f64::NEG_INFINITY, f64::max);
    Ok(judged.chunks(ROWS).map(fall).collect())
}

/// The places of the `count` largest, ties in their order.
fn largest(values: &[f64], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.truncate(count);
    order
}

/// A range in `parts` parts that differ by at most one; fewer, if it is shorter.
fn cut(range: Range<usize>, parts: usize) -> Vec<Range<usize>> {
    let (start, n) = (range.start, range.len());
    let parts = parts.min(n);
    (0..parts).map(|p| start + p * n / parts..start + (p + 1) * n / parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_range_are_all_of_it() {
        for (n, parts) in [(5000, 64), (65, 64), (7, 8), (1, 8)] {
            let cut = cut(3..3 + n, parts);
            assert_eq!((cut[0].start, cut.last().unwrap().end), (3, 3 + n));
            assert!(cut.windows(2).all(|w| w[0].end == w[1].start) && cut.iter().all(|range| !range.is_empty()));
        }
        assert_eq!(largest(&[1.0, 3.0, 3.0, -1.0], 3), [1, 2, 0]);
    }
}
