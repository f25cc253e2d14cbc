//! Tables from CSV files, whole or in chunks of rows.

mod cell;
mod header;
mod layout;
mod prefix;
mod quoted_line;
mod quotes;
mod record;
mod records;
mod rows;
pub(super) mod survey;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::cases::{CaseReader, CaseStream, open_rows};
use super::format::Format;
use super::source::Source;
use crate::data::{Kind, ReadOptions, Table};
use crate::error::Result;
use rows::CsvRows;

/// Comma-separated text. It has no first bytes of its own.
pub(super) const FORMAT: Format = Format {
    name: "csv",
    extensions: &["csv"],
    kind: Kind::Table,
    has_arrays: false,
    recognises: |_, _| Ok(false),
    open: |source, options| open_rows(CsvRows::new(source, options)?, options),
};

impl Table {
    /// Reads a CSV file (plain or gzipped, recognised by its content), or standard input if `path` is `-`.
    ///
    /// The first line names the columns. Cells are finite numbers, written as Rust reads them (also with a leading
    /// `+`), spaces and quotes around them allowed. One pass, O(cells); memory is 8 bytes a cell, and the labels.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, 1-based line and column, and what to do about it.
    pub fn read_csv(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Table> {
        let rows = CsvRows::new(Source::open(path.as_ref())?, options)?;
        let table = Box::new(CaseStream::new(rows, options)).gather()?.cases;
        Ok(table.downcast_owned().expect("CSV is read as a table"))
    }
}
