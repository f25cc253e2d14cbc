//! What a table must have for those who learn from it or score it: the columns, by name, their kinds, no missing cell.

use crate::data::{ColumnKind, Table};
use crate::error::{DataError, Error, Result, quoted};

/// Where the columns `names` stand in a table.
///
/// # Errors
/// [`Error::Data`] for one that it does not have.
pub(super) fn positions(names: &[String], table: &Table) -> Result<Vec<usize>> {
    let find = |name: &String| {
        table.names().iter().position(|n| n == name).ok_or_else(|| {
            let problem = "the model was fitted with this column, but the table has none of this name; add it";
            Error::from(DataError::new(table.source(), problem).in_column(name))
        })
    };
    names.iter().map(find).collect()
}

/// Refuses columns at `positions` that do not hold numbers.
pub(super) fn check_numbers(table: &Table, positions: &[usize]) -> Result<()> {
    let other = positions.iter().find(|&&j| !matches!(table.kinds()[j], ColumnKind::Number | ColumnKind::Truth));
    other.map_or(Ok(()), |&j| {
        let kind = table.kinds()[j].name();
        let problem = format!("the model was fitted to numbers here, and these are of the kind {kind}; read it so");
        Err(DataError::new(table.source(), problem).in_column(&table.names()[j]).into())
    })
}

/// Refuses missing cells of the rows `kept`, all columns at once.
pub(super) fn check_whole(table: &Table, kept: &[usize]) -> Result<()> {
    let missing = |j: usize| kept.iter().filter(|&&i| table.row(i)[j].is_nan()).count();
    let lacking: Vec<String> = (0..table.columns())
        .filter_map(|j| Some((j, missing(j))).filter(|(_, count)| *count > 0))
        .map(|(j, count)| format!("{count} of {}", quoted(&table.names()[j])))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let shown = lacking.len().min(8);
    let more =
        if lacking.len() > shown { format!(" and of {} more columns", lacking.len() - shown) } else { String::new() };
    let problem = format!(
        "cells are missing: {}{more}; fit with --missing impute (in the library `impute(true)`), or leave these columns out",
        lacking[..shown].join(", ")
    );
    Err(DataError::new(table.source(), problem).into())
}
