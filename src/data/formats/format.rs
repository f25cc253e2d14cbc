//! What the list of formats knows of one: the names and first bytes it is recognised by, and how it is opened.

use super::case_reader::CaseReader;
use super::source::Source;
use crate::data::{Kind, ReadOptions};
use crate::error::{DataError, Result};

/// A format of data files.
pub(in crate::data) struct Format {
    /// Endings of its files' names in lower case, without the dot and without `gz`; the usual one first.
    pub extensions: &'static [&'static str],
    /// What its files hold.
    pub kind: Kind,
    /// Whether an input is of this format by its first bytes, and by its name only where they do not decide.
    pub recognises: fn(&mut Source) -> Result<bool, DataError>,
    /// Reads what stands before the first case.
    pub open: fn(Source, &ReadOptions) -> Result<Box<dyn CaseReader>>,
}
