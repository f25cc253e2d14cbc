//! A file or standard input whose format has been recognised by its first bytes.

use std::io::Read;
use std::path::Path;

use super::formats::{CaseReader, FORMATS, Finding, Format, Source, survey};
use super::{Dataset, Kind, ReadOptions, SeriesSet};
use crate::error::{DataError, Result};

/// A file or standard input, opened but not read.
///
/// ```no_run
/// use nafal::data::{Input, ReadOptions};
///
/// let input = Input::open("pump.csv.gz", None)?;
/// println!("{}", input.kind());
/// let mut cases = input.stream(&ReadOptions::default())?;
/// while let Some(chunk) = cases.next_chunk(1000)? {
///     println!("{} cases", chunk.good());
/// }
/// # Ok::<(), nafal::Error>(())
/// ```
pub struct Input {
    source: Source,
    format: &'static Format,
}

impl Input {
    /// Opens a file (plain or gzipped), or standard input if `path` is `-`. Among the formats of `kind` (of any kind, if
    /// `None`) the first bytes decide. What no format recognises is read as text: a table as CSV, series as `.ts`.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: impl AsRef<Path>, kind: Option<Kind>) -> Result<Input> {
        Self::recognise(Source::open(path.as_ref())?, kind)
    }

    /// [`open`](Self::open) for any stream; `name` is used in messages.
    ///
    /// # Errors
    /// If its first bytes cannot be read.
    pub fn from_stream(stream: impl Read + Send + 'static, name: &str, kind: Option<Kind>) -> Result<Input> {
        Self::recognise(Source::from_stream(stream, name)?, kind)
    }

    fn recognise(mut source: Source, kind: Option<Kind>) -> Result<Input> {
        let mut otherwise = None;
        for format in FORMATS.iter().filter(|format| kind.is_none_or(|kind| format.kind == kind)) {
            if (format.recognises)(&mut source, kind.is_some())? {
                return Ok(Input { source, format });
            }
            otherwise = otherwise.or(Some(format));
        }
        match otherwise {
            Some(format) => Ok(Input { source, format }),
            None => Err(DataError::new(source.name(), "no file format holds data of this kind").into()),
        }
    }

    /// What is in the way of reading a file of text as a table with these options, all of it at once; nothing of a file of another
    /// format.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn survey(path: impl AsRef<Path>, kind: Option<Kind>, options: &ReadOptions) -> Result<Vec<Finding>> {
        match Self::open(path.as_ref(), kind)?.format() {
            "csv" => survey(path.as_ref(), &options.with_columns_of_windows()),
            _ => Ok(Vec::new()),
        }
    }

    /// The name of its format: "csv".
    pub fn format(&self) -> &'static str {
        self.format.name
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.format.kind
    }

    /// Reads all of it. Memory: the data set.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the file, or an option that the format does not have.
    pub fn read(self, options: &ReadOptions) -> Result<Box<dyn Dataset>> {
        Ok(self.stream(options)?.gather()?.cases)
    }

    /// Reads it case by case, in memory that does not grow with the file.
    ///
    /// # Errors
    /// If what stands before the first case is wrong, or for an option that the format does not have.
    pub fn stream(self, options: &ReadOptions) -> Result<Box<dyn CaseReader>> {
        self.format.read(self.source, &options.with_columns_of_windows())
    }
}

impl SeriesSet {
    /// Reads a whole file of series in any format, plain or gzipped, with its labels if it has any; `-` is standard input.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, line and channel.
    pub fn read(path: impl AsRef<Path>) -> Result<SeriesSet> {
        let data = Input::open(path, Some(Kind::Series))?.read(&ReadOptions::default())?;
        Ok(data.downcast_owned().expect("every format of series gives a SeriesSet"))
    }
}
