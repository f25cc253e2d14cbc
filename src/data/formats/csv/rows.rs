//! The rows of a CSV file, one after another.

use super::cell;
use super::header::{Layout, NO_HEADER};
use super::record::Record;
use super::records::{Found, RecordReader};
use crate::data::formats::cases::{Cases, Row, Slots, Step, TableStore};
use crate::data::formats::source::Source;
use crate::data::{Dataset, ReadOptions};
use crate::error::{DataError, Result};

/// Reads the rows of a CSV stream. The first line names the columns; cells are finite numbers, label cells any text. Blank
/// lines are accepted at the end only.
pub(super) struct CsvRows {
    records: RecordReader,
    layout: Layout,
    /// The first blank line since the last row.
    blank: Option<u64>,
    /// A record still to be looked at, behind blank lines that were told of.
    held: Option<Found>,
    row: Row,
}

impl CsvRows {
    /// Reads the header.
    ///
    /// # Errors
    /// If the stream is empty or no text, or its header does not have the columns `options` ask for.
    pub fn new(mut source: Source, options: &ReadOptions) -> Result<CsvRows, DataError> {
        source.require_text()?;
        let mut records = RecordReader::new(source);
        loop {
            match records.next(true, are_numbers)? {
                Found::Record if records.record().is_blank() => {}
                Found::Record => {
                    let layout = Layout::new(records.record(), records.name(), options)?;
                    records.forget_empty_lines();
                    return Ok(CsvRows { records, layout, blank: None, held: None, row: Row::default() });
                }
                Found::Unclosed => {
                    return Err(DataError::new(records.name(), UNCLOSED).at_line(records.record().line));
                }
                Found::Waiting | Found::End => break,
            }
        }
        let problem = "is empty; a table needs a first line with the columns' names, and rows of numbers";
        Err(DataError::new(records.name(), problem))
    }

    fn read_row(&mut self) -> Result<(), DataError> {
        let (record, layout) = (self.records.record(), &self.layout);
        if record.len() != layout.width {
            return Err(ragged(record, layout));
        }
        if record.quotes.are_glued()
            && let Some((_, name)) = layout.cells().find(|(field, _)| record.quotes.is_glued(*field))
        {
            return Err(DataError::new("", GLUED).in_column(name));
        }
        self.row.values.clear();
        for (&field, name) in layout.fields.iter().zip(&layout.names) {
            match cell::number(record.field(field)) {
                Ok(value) => self.row.values.push(value),
                Err(problem) => return Err(DataError::new("", problem).in_column(name)),
            }
        }
        if let Some((field, name)) = &layout.label {
            match cell::text(record.field(*field)) {
                Ok(text) if layout.is_named_like(text) => return Err(DataError::new("", NO_HEADER).in_column(name)),
                Ok(text) => self.row.label = Some(text.to_owned()),
                Err(problem) => return Err(DataError::new("", problem).in_column(name)),
            }
        }
        Ok(())
    }
}

impl Cases for CsvRows {
    type Store = TableStore;

    fn source(&self) -> &str {
        self.records.name()
    }
    fn ignored(&self) -> &[String] {
        &self.layout.ignored
    }
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        let at = |line, error: DataError, name: &str| DataError { source: name.into(), ..error.at_line(line) };
        let layout = &self.layout;
        let found = loop {
            match self.held.take().map_or_else(|| self.records.next(wait, |line| layout.is_row(line)), Ok)? {
                Found::Waiting => return Ok(Step::Waiting),
                Found::End => return Ok(Step::End),
                Found::Record if self.records.record().is_blank() => {
                    self.blank.get_or_insert(self.records.record().line);
                }
                found => break found,
            }
        };
        let empty = self.records.forget_empty_lines();
        if let Some(blank) = self.blank.take().into_iter().chain(empty).min() {
            self.held = Some(found);
            return Ok(Step::Bad(at(blank, blank_line(), self.records.name())));
        }
        let row = if found == Found::Unclosed { Err(unclosed(self.records.record(), layout)) } else { self.read_row() };
        match row {
            Ok(()) => Ok(Step::Case),
            Err(error) => Ok(Step::Bad(at(self.records.record().line, error, self.records.name()))),
        }
    }
    fn size(&self) -> usize {
        self.row.size()
    }
    fn no_cases(&self) -> DataError {
        DataError::new(self.records.name(), "has a header but no rows; add rows of numbers below it")
    }

    fn store(&self) -> TableStore {
        TableStore::default()
    }
    fn put(&mut self, store: &mut TableStore, slot: usize) {
        store.put(&mut self.row, slot);
    }
    fn dataset(&self, store: TableStore, slots: Slots) -> Result<Box<dyn Dataset>> {
        let label = self.layout.label.as_ref().map(|(_, name)| name.clone());
        Ok(store.dataset(self.layout.names.clone(), label, self.records.name(), slots))
    }
}

const UNCLOSED: &str = "a quotation mark opens on this line and is not closed where rows follow; close it or remove it";

const GLUED: &str = "text follows a closing quotation mark; put a comma between cells, or write the mark twice";

/// Whether a line below a header cannot be one of its lines: several numbers, and nothing else.
fn are_numbers(line: &Record) -> bool {
    line.len() > 1 && (0..line.len()).all(|i| cell::number(line.field(i)).is_ok())
}

/// A record with a mark without its partner.
fn unclosed(record: &Record, layout: &Layout) -> DataError {
    let error = DataError::new("", UNCLOSED);
    match layout.cells().find(|(field, _)| Some(*field) == record.opened) {
        Some((_, name)) => error.in_column(name),
        None => error,
    }
}

fn blank_line() -> DataError {
    DataError::new("", "the line is blank, and rows follow; remove it or fill it in")
}

/// A row of too few cells, at the first column it lacks, or of too many.
fn ragged(record: &Record, layout: &Layout) -> DataError {
    let hint = if record.has_several_lines() { " (an unclosed quotation mark?)" } else { "" };
    let (cells, width) = (if record.len() == 1 { "cell" } else { "cells" }, layout.width);
    let problem = format!("{} {cells} where the header has {width}{hint}; mend the row", record.len());
    match layout.cells().filter(|(field, _)| *field >= record.len()).min() {
        Some((_, name)) => DataError::new("", problem).in_column(name),
        None => DataError::new("", problem),
    }
}
