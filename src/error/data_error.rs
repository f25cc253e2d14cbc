//! Where in the input something is wrong, and what.

use std::fmt;

use super::text::{message, place, quoted};

/// Where in the input something is wrong, and what: prints as `file:line: column "name": problem`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataError {
    /// The file, or `<stdin>`, or empty for data in memory.
    pub source: String,
    /// 1-based line of the file.
    pub line: Option<u64>,
    /// 0-based data row, for data in memory.
    pub row: Option<usize>,
    /// The column's name.
    pub column: Option<String>,
    /// What is wrong, and behind a semicolon what to do about it.
    pub problem: String,
}

impl DataError {
    /// An error about a whole source.
    pub fn new(source: impl Into<String>, problem: impl Into<String>) -> Self {
        DataError { source: source.into(), problem: problem.into(), ..Default::default() }
    }
    /// The same error, at a 1-based line.
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }
    /// The same error, at a 0-based data row.
    pub fn at_row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }
    /// The same error, in a named column.
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = place(&self.source);
        f.write_str(if source.is_empty() { "data" } else { &source })?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column {}: ", quoted(column))?;
        }
        f.write_str(&message(&self.problem))
    }
}

impl std::error::Error for DataError {}
