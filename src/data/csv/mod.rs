//! Tables from CSV files: read whole ([`Table::read_csv`]) or in chunks of rows ([`CsvRows`]).

mod cell;
mod header;
mod records;
mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use rows::CsvRows;

use super::Table;
use crate::error::Result;

/// Which columns of a file are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The column that holds labels; it is no feature.
    pub label: Option<String>,
    /// The feature columns, in the order wanted; other columns are not looked at. `None`: all but the label.
    pub columns: Option<Vec<String>>,
}

impl Table {
    /// Reads a CSV file (plain or gzipped, told by its content), or standard input if `path` is `-`.
    ///
    /// The first line names the columns. Cells are finite numbers, written as Rust reads them (also with a leading
    /// `+`), spaces and quotes around them allowed. One pass, O(cells); memory is 8 bytes a cell, and the labels.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, 1-based line and column, and what to do about it.
    pub fn read_csv(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Table> {
        CsvRows::open(path, options)?.into_table()
    }
}
