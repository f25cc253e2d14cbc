//! A CSV file as a stream of tables of a few rows each: memory does not grow with the file.

use super::cell;
use super::header::Layout;
use super::records::{Record, Records};
use crate::data::formats::case_reader::CaseReader;
use crate::data::formats::source::Source;
use crate::data::{Dataset, ReadOptions, Table};
use crate::error::{DataError, Result};

/// Reads the rows of a CSV stream in chunks. The first line names the columns; cells are finite numbers, label cells
/// any text. Blank lines are accepted at the end only.
pub(super) struct CsvRows {
    records: Records,
    layout: Layout,
    rows: u64,
    /// The first blank line since the last row.
    blank: Option<u64>,
    ended: bool,
}

/// Rows of a chunk, before they are a table.
struct Chunk {
    values: Vec<f64>,
    labels: Option<Vec<String>>,
}

impl CsvRows {
    /// Reads the header.
    ///
    /// # Errors
    /// If the stream is empty or no text, or its header does not have the columns `options` ask for.
    pub fn new(mut source: Source, options: &ReadOptions) -> Result<CsvRows, DataError> {
        source.require_text()?;
        let mut records = Records::new(source);
        let name = records.name().to_owned();
        while let Some(record) = records.next()? {
            if !record.is_blank() {
                let layout = Layout::new(record, &name, options)?;
                return Ok(CsvRows { records, layout, rows: 0, blank: None, ended: false });
            }
        }
        Err(DataError::new(name, "is empty; a first line with the columns' names and rows of numbers are needed"))
    }

    /// Names of the columns that are not read.
    pub fn ignored(&self) -> &[String] {
        &self.layout.ignored
    }

    /// The next rows, at most `limit` (at least one); `None` after the last. A chunk ends early where the stream has
    /// nothing more at hand, so rows that trickle in are seen as they come.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and column; no rows at all is an error too.
    pub fn next_chunk(&mut self, limit: usize) -> Result<Option<Table>> {
        self.read(limit.max(1), true)
    }

    /// All remaining rows as one table.
    pub fn into_table(mut self) -> Result<Table> {
        match self.read(usize::MAX, false)? {
            Some(table) => Ok(table),
            None => Err(DataError::new(self.records.name(), "has no rows left").into()),
        }
    }

    fn read(&mut self, limit: usize, eager: bool) -> Result<Option<Table>> {
        let mut chunk = Chunk { values: Vec::new(), labels: self.layout.label.as_ref().map(|_| Vec::new()) };
        let mut count = 0;
        while count < limit && !self.ended && !(eager && count > 0 && self.records.is_drained()) {
            match self.records.next()? {
                None => self.ended = true,
                Some(record) if record.is_blank() => _ = self.blank.get_or_insert(record.line),
                Some(record) => {
                    let line = record.line;
                    let placed = match self.blank.or(record.empty_before) {
                        Some(blank) => Err(blank_line().at_line(blank)),
                        None => chunk.push(record, &self.layout).map_err(|e| e.at_line(line)),
                    };
                    placed.map_err(|e| DataError { source: self.records.name().into(), ..e })?;
                    count += 1;
                }
            }
        }
        self.rows += count as u64;
        if self.rows == 0 {
            return Err(
                DataError::new(self.records.name(), "has a header but no rows; add rows of numbers below it").into()
            );
        }
        if count == 0 {
            return Ok(None);
        }
        let label = chunk.labels.zip(self.layout.label.as_ref().map(|(_, name)| name.clone()));
        Ok(Some(Table::from_cells(self.layout.names.clone(), chunk.values, label, self.records.name())))
    }
}

impl CaseReader for CsvRows {
    fn source(&self) -> &str {
        self.records.name()
    }
    fn ignored(&self) -> &[String] {
        self.ignored()
    }
    fn next_chunk(&mut self, limit: usize) -> Result<Option<Box<dyn Dataset>>> {
        Ok(self.next_chunk(limit)?.map(|table| Box::new(table) as Box<dyn Dataset>))
    }
    fn into_rest(self: Box<Self>) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(self.into_table()?))
    }
}

impl Chunk {
    /// Appends the cells of a record; the error lacks file and line.
    fn push(&mut self, record: &Record, layout: &Layout) -> Result<(), DataError> {
        if record.len() != layout.width {
            return Err(ragged(record, layout));
        }
        for (&field, name) in layout.fields.iter().zip(&layout.names) {
            match cell::number(record.field(field)) {
                Ok(value) => self.values.push(value),
                Err(problem) => return Err(DataError::new("", problem).in_column(name)),
            }
        }
        if let (Some(labels), Some((field, name))) = (&mut self.labels, &layout.label) {
            match cell::text(record.field(*field)) {
                Ok(text) => labels.push(text.to_owned()),
                Err(problem) => return Err(DataError::new("", problem).in_column(name)),
            }
        }
        Ok(())
    }
}

fn blank_line() -> DataError {
    DataError::new("", "the line is blank, and rows follow; remove it or fill it in")
}

/// A row of too few cells, at the first column it lacks, or of too many.
fn ragged(record: &Record, layout: &Layout) -> DataError {
    let hint = if record.several_lines { " (an unclosed quotation mark?)" } else { "" };
    let (cells, width) = (if record.len() == 1 { "cell" } else { "cells" }, layout.width);
    let problem = format!("{} {cells} where the header has {width}{hint}; mend the row", record.len());
    let columns = layout.fields.iter().zip(&layout.names).chain(layout.label.iter().map(|(i, name)| (i, name)));
    match columns.filter(|(field, _)| **field >= record.len()).min() {
        Some((_, name)) => DataError::new("", problem).in_column(name),
        None => DataError::new("", problem),
    }
}
