//! What can go wrong, one kind per concern, each with the facts a person needs to mend it.
//!
//! [`Error::exit_code`] is the command's exit status: 2 usage, 3 data, 4 model file, 5 cannot write, 6 training failed.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Result with the crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything the library reports instead of a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument or a combination of arguments that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Input data that cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A model file that is missing, damaged, foreign or hostile.
    #[error("model file {path}: {problem}")]
    ModelFile {
        /// The file.
        path: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// An output that cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Training ran away, collapsed or became non-finite.
    #[error("training failed: {0}")]
    Training(String),
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// The exit status the command ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => 2,
            Error::Data(_) => 3,
            Error::ModelFile { .. } => 4,
            Error::Write { .. } => 5,
            Error::Training(_) => 6,
            Error::Interrupted => 130,
        }
    }
}

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
    /// What is wrong, and what to do about it.
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
        f.write_str(if self.source.is_empty() { "data" } else { &self.source })?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column \"{column}\": ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for DataError {}
