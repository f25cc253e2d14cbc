//! An opened input whose kind is told by its first bytes.

use std::path::Path;

use super::Kind;
use super::csv::{CsvRows, ReadOptions};
use super::series::{SeriesReader, SeriesSet};
use super::source::Source;
use super::table::Table;
use crate::error::Result;

/// A file or standard input, opened but not read.
pub struct Input {
    source: Source,
    kind: Kind,
}

impl Input {
    /// Opens a file (plain or gzipped), or standard input if `path` is `-`. Series are a NumPy array, or text that begins
    /// with `@`, or with `#` unless the name says that it is a `.csv` file; anything else is a table.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Input> {
        let path = path.as_ref();
        let mut source = Source::open(path)?;
        let name = path.to_string_lossy().to_ascii_lowercase();
        let kind = match source.first_byte()? {
            Some(0x93 | b'@') => Kind::Series,
            Some(b'#') if !name.ends_with(".csv") && !name.ends_with(".csv.gz") => Kind::Series,
            _ => Kind::Table,
        };
        Ok(Input { source, kind })
    }

    /// The kind its first bytes tell.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Reads all of it as a table.
    ///
    /// # Errors
    /// As [`Table::read_csv`].
    pub fn into_table(self, options: &ReadOptions) -> Result<Table> {
        self.into_rows(options)?.into_table()
    }

    /// Reads it as rows of a table.
    ///
    /// # Errors
    /// As [`CsvRows::open`].
    pub fn into_rows(self, options: &ReadOptions) -> Result<CsvRows> {
        Ok(CsvRows::new(self.source, options)?)
    }

    /// Reads it as series, case by case.
    ///
    /// # Errors
    /// As [`SeriesReader::open`].
    pub fn into_series(self) -> Result<SeriesReader> {
        SeriesReader::from_source(self.source)
    }

    /// Reads all of it as series.
    ///
    /// # Errors
    /// As [`SeriesSet::read`].
    pub fn into_series_set(self) -> Result<SeriesSet> {
        self.into_series()?.into_set()
    }
}
