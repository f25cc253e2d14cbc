//! The cases of an opened file, whatever its format.

use crate::data::Dataset;
use crate::error::Result;

/// Reads the cases of a file in order: chunk by chunk, in memory that does not grow with the file, or all of them.
pub trait CaseReader: Send {
    /// The file, or `<stdin>`, for messages.
    fn source(&self) -> &str;

    /// Names of the columns that are not read.
    fn ignored(&self) -> &[String] {
        &[]
    }

    /// What is odd about the file, each a sentence, though it is read all the same.
    fn notes(&self) -> &[String] {
        &[]
    }

    /// The next cases, at most `limit` (at least one); `None` after the last. A chunk ends early where the stream has no
    /// whole case more at hand, so that cases of a slow stream are handed out as they come.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the file; a file without cases is an error too.
    fn next_chunk(&mut self, limit: usize) -> Result<Option<Box<dyn Dataset>>>;

    /// All remaining cases; there must be one.
    ///
    /// # Errors
    /// As [`CaseReader::next_chunk`].
    fn into_rest(self: Box<Self>) -> Result<Box<dyn Dataset>>;
}
