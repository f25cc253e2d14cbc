//! Rows of tables: each column in turn takes values that would be normal given the others, and others of its range.
//!
//! Values of a column that are tried, all of them values of reference rows: those of the [`NEAR`] rows nearest in the other
//! columns; [`QUANTILES`] quantiles of the column, for where near rows are near in what does not matter; then, in columns that
//! bring the score down by a quarter of the most, [`FINER`] on each side of the best one.

use rayon::prelude::*;

use super::columns::Columns;
use super::nearest::Distances;
use super::{Cause, Explanation, Judged, explained, shortlist, trials};
use crate::data::Table;
use crate::detect::Fitted;
use crate::error::Result;

/// Nearest rows whose values are tried.
const NEAR: usize = 8;
/// Quantiles of the column that are tried.
const QUANTILES: usize = 16;
/// Values on each side of the best that are tried.
const FINER: usize = 4;
/// Share of the largest fall from which a column is looked at more finely.
const CONTENDER: f64 = 0.25;
/// Rows that are explained together.
const ROWS: usize = 64;

/// Row `case` with `value` in `column`.
struct Trial {
    case: usize,
    /// The column's place among those that are looked at.
    place: usize,
    column: usize,
    value: f64,
}

/// The best value of a column so far.
#[derive(Clone, Copy)]
struct Best {
    value: f64,
    judged: Judged,
}

/// Explains the rows of `cases`.
///
/// # Errors
/// As [`Fitted::score`]; [`crate::Error::Data`] naming a column that is missing.
pub(super) fn explain(fitted: &dyn Fitted, columns: &Columns, cases: &Table) -> Result<Vec<Explanation>> {
    let positions = columns.positions(cases)?;
    let row = |i: usize| positions.iter().map(|&j| cases.row(i)[j]).collect::<Vec<f64>>();
    let numbers: Vec<usize> = (0..cases.rows()).collect();
    let some = |some: &[usize]| explain_rows(fitted, columns, &some.iter().map(|&i| row(i)).collect::<Vec<_>>());
    numbers.chunks(ROWS).map(some).collect::<Result<Vec<_>>>().map(|explained| explained.concat())
}

fn explain_rows(fitted: &dyn Fitted, columns: &Columns, rows: &[Vec<f64>]) -> Result<Vec<Explanation>> {
    let own = trials::of_rows(fitted, &columns.names, rows.len(), |i, made| made.copy_from_slice(&rows[i]))?;
    let looked_at = shortlist::choose(fitted, columns, rows, &own)?;
    let unchanged = |(case, of): (usize, &Vec<usize>)| {
        of.iter().map(|&column| Best { value: rows[case][column], judged: own[case] }).collect()
    };
    let mut best: Vec<Vec<Best>> = looked_at.iter().enumerate().map(unchanged).collect();
    let coarse: Vec<Trial> = (0..rows.len())
        .into_par_iter()
        .flat_map_iter(|case| {
            let distances = Distances::new(columns, &rows[case]);
            let tried = |(place, &column): (usize, &usize)| {
                let values = values(columns, &distances, column, rows[case][column]);
                values.into_iter().map(move |value| Trial { case, place, column, value }).collect::<Vec<_>>()
            };
            looked_at[case].iter().enumerate().flat_map(tried).collect::<Vec<_>>()
        })
        .collect();
    judge(fitted, columns, rows, &coarse, &mut best)?;
    let finer = finer(columns, &coarse, &own, &best);
    judge(fitted, columns, rows, &finer, &mut best)?;
    let explanation = |(case, best): (usize, &Vec<Best>)| {
        let cause = |(&input, best): (&usize, &Best)| Cause {
            input,
            stretch: None,
            value: Some(rows[case][input]),
            share: 0.0,
            normal_value: Some(best.value),
            score_with: best.judged.0,
            p_value_with: best.judged.1,
        };
        explained(own[case], looked_at[case].iter().zip(best).map(cause).collect())
    };
    Ok(best.iter().enumerate().map(explanation).collect())
}

/// The values of a column that are tried first, each once and not the row's own.
fn values(columns: &Columns, distances: &Distances, column: usize, own: f64) -> Vec<f64> {
    let near = distances.nearest(NEAR, column..column + 1).into_iter().map(|i| columns.row(i)[column]);
    let mut values: Vec<f64> = Vec::with_capacity(NEAR + QUANTILES);
    for value in near.chain((0..QUANTILES).map(|q| columns.quantile(column, q, QUANTILES))) {
        if value != own && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// Scores the trials, of which the lowest in each column remains; of equal ones the first.
fn judge(
    fitted: &dyn Fitted,
    columns: &Columns,
    rows: &[Vec<f64>],
    tried: &[Trial],
    best: &mut [Vec<Best>],
) -> Result<()> {
    let judged = trials::of_rows(fitted, &columns.names, tried.len(), |i, made| {
        made.copy_from_slice(&rows[tried[i].case]);
        made[tried[i].column] = tried[i].value;
    })?;
    for (trial, judged) in tried.iter().zip(judged) {
        let best = &mut best[trial.case][trial.place];
        if judged.0 < best.judged.0 {
            *best = Best { value: trial.value, judged };
        }
    }
    Ok(())
}

/// Trials around the best values of columns that may be the cause.
fn finer(columns: &Columns, coarse: &[Trial], own: &[Judged], best: &[Vec<Best>]) -> Vec<Trial> {
    let fall = |case: usize, best: &Best| own[case].0 - best.judged.0;
    let most: Vec<f64> =
        best.iter().enumerate().map(|(case, of)| of.iter().map(|b| fall(case, b)).fold(0.0, f64::max)).collect();
    // The trials of a column stand together.
    let of_column = coarse.chunk_by(|a, b| (a.case, a.place) == (b.case, b.place));
    let around = |trials: &[Trial]| {
        let Trial { case, place, column, .. } = trials[0];
        let best = &best[case][place];
        let contends = fall(case, best) > 0.0 && fall(case, best) >= CONTENDER * most[case];
        let tried: Vec<f64> = trials.iter().map(|trial| trial.value).collect();
        let values = if contends { columns.between(column, best.value, &tried, FINER) } else { Vec::new() };
        values.into_iter().map(move |value| Trial { case, place, column, value })
    };
    of_column.flat_map(around).collect()
}
