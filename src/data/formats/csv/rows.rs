//! The rows of a CSV file, one after another.

use super::cell;
use super::header::NO_HEADER;
use super::layout::Layout;
use super::prefix::Prefix;
use super::record::Record;
use super::records::{Found, RecordReader};
use crate::data::dialect::Numbers;
use crate::data::formats::cases::{Row, Selection, Step, TableRows};
use crate::data::formats::source::Source;
use crate::data::{ColumnKind, Dialect, ReadOptions};
use crate::error::DataError;

/// Reads the rows of a CSV stream. The first line names the columns, unless there is no header; label cells and categories are any
/// text. Blank lines between rows of several columns are passed over.
pub(super) struct CsvRows {
    records: RecordReader,
    layout: Layout,
    dialect: Dialect,
    /// The first blank line since the last row, and the first that was passed over.
    blank: Option<u64>,
    passed_over: Option<u64>,
    /// A record still to be looked at, behind blank lines that were told of, or the first of a file without a header.
    held: Option<Found>,
    row: Row,
}

impl CsvRows {
    /// Reads the header.
    ///
    /// # Errors
    /// If the stream is empty or no text, or its header does not have the columns `options` ask for.
    pub fn new(source: Source, options: &ReadOptions) -> Result<CsvRows, DataError> {
        let (mut source, encoding) = source.decoded(options.dialect.encoding.as_deref())?;
        source.require_text()?;
        let prefix = Prefix::look(&mut source, options)?;
        let mut records = RecordReader::new(source, prefix.delimiter, prefix.left_out.clone());
        loop {
            match records.next(true, are_numbers)? {
                Found::Record if records.record().is_blank() => {}
                Found::Record => {
                    let mut layout = Layout::new(records.record(), &prefix, records.name(), options)?;
                    records.forget_empty_lines();
                    let held = (options.dialect.header == Some(false)).then_some(Found::Record);
                    let dialect = Dialect {
                        encoding: encoding.map(str::to_owned).or_else(|| options.dialect.encoding.clone()),
                        ..prefix.dialect
                    };
                    layout.selection.notes.splice(0..0, in_words(&dialect, &options.dialect));
                    let header = records.record().line;
                    let is_row = |(number, cells): &&(u64, Vec<String>)| *number > header && layout.reads_as_row(cells);
                    let lost: Vec<String> = prefix.skipped.iter().filter(is_row).map(|(n, _)| n.to_string()).collect();
                    if let Some(first) = lost.first() {
                        layout.selection.warnings.push(format!(
                            "line {first} is left out by its number, and it reads as a row; to read it add --skip-rows none"
                        ));
                    }
                    return Ok(CsvRows {
                        records,
                        layout,
                        dialect,
                        blank: None,
                        passed_over: None,
                        held,
                        row: Row::default(),
                    });
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
        if !layout.fits(record) {
            return Err(ragged(record, layout));
        }
        if record.quotes.are_glued()
            && let Some((_, name)) = layout.selection.cells().find(|(field, _)| record.quotes.is_glued(*field))
        {
            return Err(DataError::new("", GLUED).in_column(name));
        }
        self.row.clear();
        for (i, (&field, column)) in layout.selection.fields.iter().zip(&layout.selection.columns).enumerate() {
            let (cell, at) =
                (record.field(field), |problem: String| DataError::new("", problem).in_column(&column.name));
            let value = if let ColumnKind::Category(_) = column.kind {
                let category = cell::category(cell).map_err(at)?;
                self.row.categories.push(category.unwrap_or_default().to_owned());
                category.map(|_| 0.0)
            } else {
                layout.value(i, cell).map_err(at)?
            };
            self.row.values.push(match value {
                Some(value) => value,
                None => layout.missing_value(cell).map_err(at)?,
            });
        }
        for (field, name) in &layout.selection.carried {
            let at = |problem: String| DataError::new("", problem).in_column(name);
            self.row.carried.push(match field {
                Some(field) => cell::text(record.field(*field)).map_err(at)?.to_owned(),
                None => String::new(),
            });
        }
        if let Some((field, name)) = &layout.selection.label {
            match cell::label(record.field(*field)) {
                Ok(text) if layout.is_named_like(text) => return Err(DataError::new("", NO_HEADER).in_column(name)),
                Ok(text) => self.row.label = Some(text.to_owned()),
                Err(problem) => return Err(DataError::new("", problem).in_column(name)),
            }
        }
        Ok(())
    }
}

impl TableRows for CsvRows {
    fn source(&self) -> &str {
        self.records.name()
    }
    fn selection(&self) -> &Selection {
        &self.layout.selection
    }
    fn dialect(&self) -> Option<&Dialect> {
        Some(&self.dialect)
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
        // In a table of one column a blank line may be a missing cell.
        let blank = self.blank.take().into_iter().chain(empty).min();
        if layout.width > 1 {
            self.passed_over = self.passed_over.or(blank);
        } else if let Some(blank) = blank {
            self.held = Some(found);
            return Ok(Step::Bad(at(blank, blank_line(), self.records.name())));
        }
        let row = if found == Found::Unclosed { Err(unclosed(self.records.record(), layout)) } else { self.read_row() };
        match row {
            Ok(()) => Ok(Step::Case),
            Err(error) => Ok(Step::Bad(at(self.records.record().line, error, self.records.name()))),
        }
    }
    fn late_notes(&self) -> Vec<String> {
        let blank = |line: u64| format!("blank lines are passed over, the first is line {line}");
        self.passed_over.map(blank).into_iter().collect()
    }
    fn row(&self) -> &Row {
        &self.row
    }
    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }
    fn no_rows(&self) -> DataError {
        DataError::new(self.records.name(), "has a header but no rows; add rows of numbers below it")
    }
}

const UNCLOSED: &str = "a quotation mark opens on this line and is not closed where rows follow; close it or remove it";

const GLUED: &str = "text follows a closing quotation mark; put a comma between cells, or write the mark twice";

/// What was found out of how a file is written, each a sentence.
fn in_words(dialect: &Dialect, known: &Dialect) -> Vec<String> {
    let delimiter = dialect.delimiter.filter(|_| known.delimiter != dialect.delimiter);
    let separated = delimiter.map(|c| {
        let decimals = match dialect.decimal {
            Some(',') => ", with decimal commas",
            _ => "",
        };
        format!("the cells are separated by {}{decimals}", cell::name(c))
    });
    let encoding = dialect.encoding.as_ref().filter(|_| known.encoding.is_none());
    separated.into_iter().chain(encoding.map(|name| format!("the file is {name} text"))).collect()
}

/// Whether a line below a header cannot be one of its lines: several numbers, and nothing else.
fn are_numbers(line: &Record) -> bool {
    line.len() > 1
        && (0..line.len()).all(|i| cell::number(line.field(i), &Numbers::default()).is_ok_and(|n| n.is_some()))
}

/// A record with a mark without its partner.
fn unclosed(record: &Record, layout: &Layout) -> DataError {
    let error = DataError::new("", UNCLOSED);
    match layout.selection.cells().find(|(field, _)| Some(*field) == record.opened) {
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
    match layout.selection.cells().filter(|(field, _)| *field >= record.len()).min() {
        Some((_, name)) => DataError::new("", problem).in_column(name),
        None => DataError::new("", problem),
    }
}
