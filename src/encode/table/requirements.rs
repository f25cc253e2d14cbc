//! What a table must have for those who learn from it or score it: the columns, by name, their kinds, no missing cell.

use super::expansion::{Expansion, Translation};
use crate::data::{ColumnKind, Table};
use crate::error::{DataError, Result, quoted};

/// Where a model's columns `names` stand in a table, and which of the model's categories each of the table's is, where the cells are
/// expanded.
///
/// # Errors
/// [`crate::Error::Data`] for a column that is missing or of another kind, and for missing cells that may not be.
pub(super) fn bind(
    names: &[String],
    expansion: Option<&Expansion>,
    table: &Table,
) -> Result<(Vec<usize>, Option<Translation>)> {
    let positions = table.positions(names.iter().map(String::as_str)).map_err(|name| {
        let problem = "the model was fitted with this column, but the table has none of this name; add it";
        DataError::new(table.source(), problem).in_column(name)
    })?;
    let translation = match expansion {
        Some(expansion) => {
            expansion.check(table, &positions)?;
            Some(expansion.translation(table, &positions))
        }
        None => {
            check_numbers(table, &positions)?;
            None
        }
    };
    if !expansion.is_some_and(Expansion::imputes) {
        check_whole(table, &positions, 0..table.rows())?;
    }
    Ok((positions, translation))
}

/// Refuses columns at `positions` that do not hold numbers.
fn check_numbers(table: &Table, positions: &[usize]) -> Result<()> {
    let other = positions.iter().find(|&&j| !matches!(table.kinds()[j], ColumnKind::Number | ColumnKind::Truth));
    other.map_or(Ok(()), |&j| {
        let kind = table.kinds()[j].name();
        let problem = format!("the model was fitted to numbers here, and these are of the kind {kind}; read it so");
        Err(DataError::new(table.source(), problem).in_column(&table.names()[j]).into())
    })
}

/// Refuses missing cells of the columns at `positions` in the rows `rows`, all columns at once.
///
/// # Errors
/// [`crate::Error::Data`] naming the columns, with how many cells of each are missing.
pub(super) fn check_whole(table: &Table, positions: &[usize], rows: impl Iterator<Item = usize> + Clone) -> Result<()> {
    let lacks = |i: usize, j: usize| table.row(i)[j].is_nan();
    // Nearly always nothing is missing: one pass in the order of memory.
    if !rows.clone().any(|i| positions.iter().any(|&j| lacks(i, j))) {
        return Ok(());
    }
    let missing = |j: usize| rows.clone().filter(|&i| lacks(i, j)).count();
    let lacking: Vec<String> = positions
        .iter()
        .filter_map(|&j| Some((j, missing(j))).filter(|(_, count)| *count > 0))
        .map(|(j, count)| format!("{count} of {}", quoted(&table.names()[j])))
        .collect();
    let shown = lacking.len().min(8);
    let more =
        if lacking.len() > shown { format!(" and of {} more columns", lacking.len() - shown) } else { String::new() };
    let problem = format!(
        "cells are missing: {}{more}; fit with --missing impute (in the library `impute(true)`), or leave these columns out",
        lacking[..shown].join(", ")
    );
    Err(DataError::new(table.source(), problem).into())
}
