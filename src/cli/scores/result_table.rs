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
    pub fn new(
        output: Output,
        inputs: &ModelAndData,
        carried: &[String],
        verdicts: bool,
        global: &Global,
    ) -> Result<ResultTable> {
        let several = inputs.data.len() > 1;
        let files = if several { inputs.data_names() } else { Vec::new() };
        let there = |(there, name): (bool, &'static str)| there.then(|| name.to_owned());
        let mut names: Vec<String> = [(several, "file"), (true, "row")].into_iter().filter_map(there).collect();
        names.extend(carried.iter().map(|name| own_name(name)));
        let results = [(true, "score"), (true, "p_value"), (verdicts, "anomaly")];
        names.extend(results.into_iter().filter_map(there));
        let columns = names.len();
        names.extend((inputs.on_bad_row == OnBadRow::Mark).then(|| "error".to_owned()));
        Ok(ResultTable { table: TableWriter::new(output, global.json, &names)?, files, columns })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    pub fn row(
        &mut self,
        place: RowPlace,
        carried: &[String],
        (score, p_value): (f64, f64),
        verdict: Option<bool>,
    ) -> Result<()> {
        let values = [Cell::Number(score), Cell::Number(p_value)].into_iter().chain(verdict.map(Cell::Flag));
        let carried = carried.iter().map(|cell| Cell::Text(cell));
        let cells: Vec<Cell> = which(&self.files, place).chain(carried).chain(values).collect();
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

/// The name of a column of the data in a table that has columns of its own.
fn own_name(name: &str) -> String {
    match name {
        "file" | "row" | "score" | "p_value" | "anomaly" | "error" => format!("column {name}"),
        name => name.to_owned(),
    }
}

/// The cells that say which row it is: every row of the table begins with them.
fn which(files: &[String], place: RowPlace) -> impl Iterator<Item = Cell<'_>> {
    files.get(place.file).map(|name| Cell::Text(name)).into_iter().chain([Cell::Count(place.row)])
}
