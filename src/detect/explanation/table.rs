//! Rows of tables: each column in turn takes values that would be normal given the others, and others of its range.
//!
//! Values of a column that are tried, all of them values of reference rows: those of the [`NEAR`]`.0` rows nearest in the other
//! columns, and [`QUANTILES`]`.0` quantiles of the column, for where near rows are near in what does not matter. Then, in columns
//! that bring the score down by a quarter of the most: those of the next nearest rows, up to [`NEAR`]`.1`, and [`QUANTILES`]`.1`
//! quantiles; and last [`FINER`] on each side of the best one.

use rayon::prelude::*;

use super::columns::Columns;
use super::nearest::Distances;
use super::{Cause, Explanation, Judged, explained, shortlist, trials};
use crate::data::Table;
use crate::detect::Fitted;
use crate::error::Result;

/// Nearest rows whose values are tried, in every column and in those that contend.
const NEAR: (usize, usize) = (4, 8);
/// Quantiles of the column that are tried, the same way.
const QUANTILES: (usize, usize) = (4, 12);
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
    let cases = cases.arranged(&columns.schema, &columns.positions(cases)?);
    let template = cases.with_values(Vec::new());
    let numbers: Vec<usize> = (0..cases.rows()).collect();
    let row = |&i: &usize| cases.row(i).to_vec();
    let some = |some: &[usize]| explain_rows(fitted, columns, &template, &some.iter().map(row).collect::<Vec<_>>());
    numbers.chunks(ROWS).map(some).collect::<Result<Vec<_>>>().map(|explained| explained.concat())
}

fn explain_rows(
    fitted: &dyn Fitted,
    columns: &Columns,
    template: &Table,
    rows: &[Vec<f64>],
) -> Result<Vec<Explanation>> {
    let own = trials::of_rows(fitted, template, rows.len(), |i, made| made.copy_from_slice(&rows[i]))?;
    let looked_at = shortlist::choose(fitted, columns, template, rows, &own)?;
    let unchanged = |(case, of): (usize, &Vec<usize>)| {
        of.iter().map(|&column| Best { value: rows[case][column], judged: own[case] }).collect()
    };
    let mut best: Vec<Vec<Best>> = looked_at.iter().enumerate().map(unchanged).collect();
    let tried: Vec<Vec<Values>> = (0..rows.len())
        .into_par_iter()
        .map(|case| {
            let distances = Distances::new(columns, &rows[case]);
            looked_at[case].iter().map(|&column| values(columns, &distances, column, rows[case][column])).collect()
        })
        .collect();
    let of_all = |values: &dyn Fn(usize, usize, usize) -> Vec<f64>| -> Vec<Trial> {
        let places =
            looked_at.iter().enumerate().flat_map(|(case, of)| of.iter().enumerate().map(move |at| (case, at)));
        let trial = |(case, (place, &column)): (usize, (usize, &usize))| {
            let made = values(case, place, column).into_iter();
            made.map(move |value| Trial { case, place, column, value })
        };
        places.flat_map(trial).collect()
    };
    let first = of_all(&|case, place, _| tried[case][place].first.clone());
    judge(fitted, template, rows, &first, &mut best)?;
    let contends = contenders(&own, &best);
    let second = of_all(&|case, place, _| match contends[case][place] {
        true => tried[case][place].second.clone(),
        false => Vec::new(),
    });
    judge(fitted, template, rows, &second, &mut best)?;
    let finer = of_all(&|case, place, column| match contends[case][place] {
        true => columns.between(column, best[case][place].value, &tried[case][place].all(), FINER),
        false => Vec::new(),
    });
    judge(fitted, template, rows, &finer, &mut best)?;
    let explanation = |(case, best): (usize, &Vec<Best>)| {
        let cause = |(&input, best): (&usize, &Best)| Cause {
            input,
            stretch: None,
            value: Some(rows[case][input]),
            share: 0.0,
            normal_value: Some(best.value),
            categories: template.kinds()[input].categories().map(|names| {
                let name =
                    |place: f64| names.get(place as usize).filter(|_| !place.is_nan()).cloned().unwrap_or_default();
                [name(rows[case][input]), name(best.value)]
            }),
            score_with: best.judged.0,
            p_value_with: best.judged.1,
        };
        explained(own[case], looked_at[case].iter().zip(best).map(cause).collect())
    };
    Ok(best.iter().enumerate().map(explanation).collect())
}

/// Values of a column that are tried, each once and not the row's own: in any case, and if the column contends.
struct Values {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Values {
    fn all(&self) -> Vec<f64> {
        [&self.first[..], &self.second].concat()
    }
}

/// The values of a column that are tried in a row whose own is `own`.
fn values(columns: &Columns, distances: &Distances, column: usize, own: f64) -> Values {
    let near = distances.nearest(NEAR.1, column..column + 1);
    let near: Vec<f64> = near.into_iter().map(|i| columns.row(i)[column]).collect();
    let (nearest, next) = near.split_at(NEAR.0.min(near.len()));
    let quantiles = |of: usize| (0..of).map(move |q| columns.quantile(column, q, of));
    let mut seen = vec![own];
    // Where near rows have no category, none is normal. A missing number would be filled in, and so hide what is normal.
    let may_be_missing = columns.schema[column].kind.categories().is_some();
    let mut new = |value: &f64| {
        let known = |seen: &f64| seen == value || seen.is_nan() && value.is_nan();
        let new = (may_be_missing || !value.is_nan()) && !seen.iter().any(known);
        if new {
            seen.push(*value);
        }
        new
    };
    let first = nearest.iter().copied().chain(quantiles(QUANTILES.0)).filter(&mut new).collect();
    let second = next.iter().copied().chain(quantiles(QUANTILES.1)).filter(&mut new).collect();
    Values { first, second }
}

/// Scores the trials, of which the lowest in each column remains; of equal ones the first.
fn judge(
    fitted: &dyn Fitted,
    template: &Table,
    rows: &[Vec<f64>],
    tried: &[Trial],
    best: &mut [Vec<Best>],
) -> Result<()> {
    let judged = trials::of_rows(fitted, template, tried.len(), |i, made| {
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

/// Of each row, which of its columns may be the cause.
fn contenders(own: &[Judged], best: &[Vec<Best>]) -> Vec<Vec<bool>> {
    let of_row = |(own, best): (&Judged, &Vec<Best>)| {
        let falls: Vec<f64> = best.iter().map(|best| own.0 - best.judged.0).collect();
        let most = falls.iter().copied().fold(0.0, f64::max);
        // Where nothing has helped so far, every column may.
        falls.iter().map(|&fall| fall >= CONTENDER * most).collect()
    };
    own.iter().zip(best).map(of_row).collect()
}
