//! Which field of a record is which column of the table, and how its cells are read.

use std::sync::Arc;

use super::cell;
use super::header::{Header, NO_HEADER, is_value};
use super::prefix::Prefix;
use super::record::Record;
use crate::data::columns::Role;
use crate::data::dialect::{DateFormat, Numbers, date_format, is_missing_number, is_missing_text};
use crate::data::formats::cases::{ColumnRole, FileColumns, Selection, missing_column, missing_value};
use crate::data::{ColumnKind, ReadOptions};
use crate::error::{DataError, quoted};

/// Where the columns of a table stand in a record.
pub(super) struct Layout {
    pub selection: Selection,
    /// How its times are written, of each feature column that has some.
    formats: Vec<Option<DateFormat>>,
    /// Number of fields a record must have.
    pub width: usize,
    numbers: Numbers,
    /// Whether cells may be missing.
    missing: bool,
}

impl Layout {
    /// The layout that `options` ask for under this header.
    pub fn new(record: &Record, prefix: &Prefix, source: &str, options: &ReadOptions) -> Result<Layout, DataError> {
        let fail = |problem: String| DataError::new(source, problem).at_line(record.line);
        let (header, below) = match options.dialect.header {
            Some(false) => (Header::counted(record), 0),
            _ => (Header::read(record, prefix).map_err(fail)?, 1),
        };
        if options.dialect.header.is_none() && options.columns.is_none() && header.are_values {
            return Err(fail(NO_HEADER.into()));
        }
        let file = Columns { header: &header, below, prefix, source, line: record.line };
        let mut selection = Selection::choose(&file, options)?;
        if options.columns.is_none() {
            selection.notes.extend_from_slice(&header.notes);
        }
        let format = |kind: &ColumnKind| match kind {
            ColumnKind::Time(format) => DateFormat::named(format),
            _ => None,
        };
        Ok(Layout {
            formats: selection.columns.iter().map(|column| format(&column.kind)).collect(),
            selection,
            width: header.names.len(),
            numbers: prefix.numbers,
            missing: options.missing,
        })
    }

    /// Whether a record has the right number of fields; a last one that is empty may be one too many.
    pub fn fits(&self, record: &Record) -> bool {
        let n = record.len();
        n == self.width || n == self.width + 1 && record.field(self.width).trim_ascii().is_empty()
    }

    /// Whether a record is a row.
    pub fn is_row(&self, record: &Record) -> bool {
        self.reads(record.len(), |field| record.field(field))
    }

    /// Whether the cells of a line are a row.
    pub fn reads_as_row(&self, cells: &[String]) -> bool {
        self.reads(cells.len(), |field| cells[field].as_bytes())
    }

    /// Whether so many fields are a row.
    fn reads<'c>(&self, count: usize, field: impl Fn(usize) -> &'c [u8]) -> bool {
        let columns = &self.selection.columns;
        // Any text is a category.
        let is_category = |i: usize| matches!(columns[i].kind, ColumnKind::Category(_));
        let cell = |i: usize| self.value(i, field(self.selection.fields[i]));
        let reads = |i: usize| is_category(i) || cell(i).is_ok_and(|value| value.is_some());
        count == self.width && !(0..columns.len()).all(is_category) && (0..columns.len()).all(reads)
    }

    /// The number that a cell of feature column `i`, which has no categories, stands for; `None` if it is missing.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn value(&self, i: usize, cell: &[u8]) -> Result<Option<f64>, String> {
        match (&self.selection.columns[i].kind, &self.formats[i]) {
            (ColumnKind::Truth, _) => cell::truth(cell),
            (ColumnKind::Time(_), Some(format)) => cell::moment(cell, format),
            _ => cell::number(cell, &self.numbers),
        }
    }

    /// The value of a missing cell.
    ///
    /// # Errors
    /// Where none may be missing.
    pub fn missing_value(&self, cell: &[u8]) -> Result<f64, String> {
        missing_value(self.missing, cell::text(cell)?)
    }

    /// Whether a row with this label is one more sign that the first line is a row too: its label is the name of the label's
    /// column, and the other names are numbers. (Numbers alone, such as years, are names as good as others.)
    pub fn is_named_like(&self, label: &str) -> bool {
        let are_values = || self.selection.columns.iter().all(|column| is_value(&column.name));
        self.selection.label.as_ref().is_some_and(|(_, name)| name == label) && are_values()
    }
}

/// The columns of a CSV file.
struct Columns<'a> {
    header: &'a Header,
    /// Lines of the prefix above the first row.
    below: usize,
    prefix: &'a Prefix,
    source: &'a str,
    line: u64,
}

impl FileColumns for Columns<'_> {
    fn names(&self) -> &[String] {
        &self.header.names
    }
    fn is_double(&self, name: &str) -> bool {
        self.header.doubles.contains(name)
    }
    fn kind(&self, i: usize, role: Role) -> Result<Option<ColumnKind>, String> {
        let cells = || self.prefix.column(i, self.below).filter(|cell| !is_missing_text(cell));
        Ok(match role {
            Role::Id | Role::Kept | Role::Ignored => None,
            Role::Category => Some(ColumnKind::Category(Arc::default())),
            Role::Calendar => {
                let name = quoted(&self.header.names[i]);
                let problem = || format!("--calendar names {name}, and its cells are no times; leave that out");
                Some(ColumnKind::Time(date_format(cells()).ok_or_else(problem)?.name().into()))
            }
            Role::Feature => {
                let known = || cells().filter(|cell| !is_missing_number(cell));
                Some(match known().next() {
                    None => ColumnKind::Number,
                    Some(first) if self.prefix.numbers.parse(first).is_some() => ColumnKind::Number,
                    Some(_) if known().all(|cell| cell::truth_value(cell).is_some()) => ColumnKind::Truth,
                    Some(_) => date_format(known()).map_or(ColumnKind::Number, |f| ColumnKind::Time(f.name().into())),
                })
            }
        })
    }
    fn missing(&self, role: ColumnRole, wanted: &str) -> String {
        let names = &self.header.names;
        if matches!(&names[..], [only] if only.starts_with(['@', '#', '%'])) {
            return format!(
                "{} is missing, and the file begins as series do; name a table, or a model of series",
                role.column()
            );
        }
        // What a model remembers of other files may not be so here.
        if let Some((line, _)) = self.prefix.skipped.first() {
            return format!(
                "{} is missing; line {line} was left out, and may hold the names: to read it add --skip-rows none",
                role.column()
            );
        }
        if let Some(encoding) = self.prefix.dialect.encoding.as_ref().filter(|_| names.iter().any(|n| !n.is_ascii())) {
            return format!(
                "{} is missing, in the file read as {encoding}; if it is other text, say so, such as --encoding utf-8",
                role.column()
            );
        }
        // One of text among numbers, as a label, is no header either.
        if self.header.are_values || self.header.mostly_values {
            return NO_HEADER.into();
        }
        missing_column(role, wanted, names)
    }
    fn error(&self, column: Option<&str>, problem: String) -> DataError {
        let error = DataError::new(self.source, problem).at_line(self.line);
        column.map_or(error.clone(), |column| error.in_column(column))
    }
}
