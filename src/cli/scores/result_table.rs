//! The table of results: which row, its score and p-value, whether it is anomalous, what is wrong with it.
//!
//! Columns: `file` where there are several, `row`, what is carried along, `score`, `p_value`, `anomaly` where there are verdicts, `error` where bad rows
//! are marked.

use super::row_place::RowPlace;
use crate::cli::arguments::{Global, ModelAndData, OnBadRow};
use crate::cli::output::Output;
use crate::cli::table_writer::{Cell, TableWriter};
use crate::error::{DataError, Result};

/// The table that is written.
pub(in crate::cli) struct ResultTable {
    table: TableWriter,
    /// Names of the files where there are several, as messages have them.
    files: Vec<String>,
    /// Number of columns without `error`.
    columns: usize,
    /// Whether there is a column `error`.
    marks: bool,
}

impl ResultTable {
    /// Writes the header: which row it is, what is carried along, and `results`.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn new(
        output: Output,
        inputs: &ModelAndData,
        carried: &[String],
        results: &[&str],
        global: &Global,
    ) -> Result<ResultTable> {
        let several = inputs.data.len() > 1;
        let files = if several { inputs.data_names() } else { Vec::new() };
        // A column of the data that is called as one of ours gets another name.
        let own_name = |name: &String| match ["file", "row", "error"].iter().chain(results).any(|own| own == name) {
            true => format!("column {name}"),
            false => name.clone(),
        };
        let mut names: Vec<String> = several.then(|| "file".to_owned()).into_iter().chain(["row".to_owned()]).collect();
        names.extend(carried.iter().map(own_name));
        names.extend(results.iter().map(|&name| name.to_owned()));
        let columns = names.len();
        let marks = inputs.on_bad_row == OnBadRow::Mark;
        names.extend(marks.then(|| "error".to_owned()));
        Ok(ResultTable { table: TableWriter::new(output, global.json, &names)?, files, columns, marks })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn row(&mut self, place: RowPlace, carried: &[String], results: &[Cell]) -> Result<()> {
        let carried = carried.iter().map(|cell| Cell::Text(cell));
        let mut cells: Vec<Cell> = which(&self.files, place).chain(carried).chain(results.iter().copied()).collect();
        cells.resize(self.columns, Cell::Empty);
        self.table.row(&cells)
    }

    /// Adds a row that has no score, with the reason, where these are marked.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn bad_row(&mut self, place: RowPlace, error: &DataError) -> Result<()> {
        if !self.marks {
            return Ok(());
        }
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
