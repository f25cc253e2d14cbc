//! The cases of an opened file, whatever its format.

use crate::data::{Dataset, Dialect, Windows};
use crate::error::{DataError, Result};

/// Reads the cases of a file in order: chunk by chunk, in memory that does not grow with the file, or all of them.
pub trait CaseReader: Send {
    /// The file, or `<stdin>`, for messages.
    fn source(&self) -> &str;

    /// Names of the columns that are not read.
    fn ignored(&self) -> &[String];

    /// Names of the columns that are carried along.
    fn carried(&self) -> &[String];

    /// Names of the columns of the file that are carried along, without those that a log is cut by.
    fn ids(&self) -> &[String];

    /// What came to light while the cases were read so far, each a sentence.
    fn late_notes(&self) -> Vec<String>;

    /// What is odd about the file, each a sentence, though it is read all the same.
    fn notes(&self) -> &[String];

    /// What may change the meaning of the results, each a sentence.
    fn warnings(&self) -> &[String];

    /// How the file is written, where that may differ from file to file: what was known and what was found out.
    fn dialect(&self) -> Option<&Dialect>;

    /// The next cases, at most `limit` (at least one), good and bad ones counted; `None` after the last. A chunk ends early
    /// where the stream would have to be waited for, so that each case of a slow stream is handed out as soon as it is whole,
    /// and before a case that cannot be used, unless those are skipped.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the file; a file without cases is an error too.
    fn next_chunk(&mut self, limit: usize) -> Result<Option<Chunk>>;

    /// All remaining cases, or a sample of them; there must be a good one.
    ///
    /// # Errors
    /// As [`CaseReader::next_chunk`]; also if there are more than may be held, and no sample is asked for.
    fn gather(self: Box<Self>) -> Result<Gathered>;
}

/// Some cases of a file.
#[derive(Debug)]
pub struct Chunk {
    /// Those that can be used, in order; `None` if there are none.
    pub cases: Option<Box<dyn Dataset>>,
    /// Those that cannot, in order; empty unless they are skipped.
    pub bad: Vec<BadCase>,
}

impl Chunk {
    /// Number of cases that can be used.
    pub fn good(&self) -> usize {
        self.cases.as_ref().map_or(0, |cases| cases.len())
    }
}

/// A case that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCase {
    /// Number of cases of the chunk that can be used and stand before it.
    pub after: usize,
    /// What is wrong with it.
    pub error: DataError,
}

/// All cases of a file, or a sample of them.
#[derive(Debug)]
pub struct Gathered {
    /// The cases, in the order of the file.
    pub cases: Box<dyn Dataset>,
    /// The number of each in the file, counted from 0 with those that were left out.
    pub numbers: Vec<usize>,
    /// Number of cases in the file that can be used.
    pub good: usize,
    /// Number of cases in the file that cannot.
    pub bad: usize,
    /// What is wrong with the first of them.
    pub first_bad: Option<DataError>,
    /// How readings became series, with what was found out: the usual time between them, and their channels.
    pub windows: Option<Windows>,
    /// What came to light while the cases were read, each a sentence.
    pub notes: Vec<String>,
}
