//! The table of results: which row, its score and p-value, whether it is anomalous, what is wrong with it.
//!
//! Columns: `file` where there are several, `row`, `score`, `p_value`, `anomaly` where there are verdicts, `error` where bad rows
//! are marked.

use super::row_place::RowPlace;
use crate::cli::arguments::{Global, ModelAndData, OnBadRow};
use crate::cli::output::Output;
use crate::cli::table_writer::{Cell, TableWriter};
use crate::error::{DataError, Result};

/// The table that is written.
pub(super) struct ResultTable {
    table: TableWriter,
    /// Names of the files where there are several, as messages have them.
    files: Vec<String>,
    /// Number of columns without `error`.
    columns: usize,
}

impl ResultTable {
    /// Writes the header.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn new(output: Output, inputs: &ModelAndData, verdicts: bool, global: &Global) -> Result<ResultTable> {
        let several = inputs.data.len() > 1;
        let files = if several { inputs.data_names() } else { Vec::new() };
        let columns = [(several, "file"), (true, "row"), (true, "score"), (true, "p_value"), (verdicts, "anomaly")];
        let mut names: Vec<&str> = columns.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
        let columns = names.len();
        names.extend((inputs.on_bad_row == OnBadRow::Mark).then_some("error"));
        Ok(ResultTable { table: TableWriter::new(output, global.json, &names)?, files, columns })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn row(&mut self, place: RowPlace, (score, p_value): (f64, f64), verdict: Option<bool>) -> Result<()> {
        let values = [Cell::Number(score), Cell::Number(p_value)].into_iter().chain(verdict.map(Cell::Flag));
        let cells: Vec<Cell> = which(&self.files, place).chain(values).collect();
        self.table.row(&cells)
    }

    /// Adds a row that has no score, with the reason.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn bad_row(&mut self, place: RowPlace, error: &DataError) -> Result<()> {
        let mut cells: Vec<Cell> = which(&self.files, place).collect();
        cells.resize(self.columns, Cell::Empty);
        let reason = error.to_string();
        cells.push(Cell::Text(&reason));
        self.table.row(&cells)
    }

    /// Hands the rows so far to whoever reads them.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn flush(&mut self) -> Result<()> {
        self.table.flush()
    }

    /// Ends the table.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn finish(self) -> Result<()> {
        self.table.finish()
    }
}

/// The cells that say which row it is: every row of the table begins with them.
fn which(files: &[String], place: RowPlace) -> impl Iterator<Item = Cell<'_>> {
    files.get(place.file).map(|name| Cell::Text(name)).into_iter().chain([Cell::Count(place.row)])
}
