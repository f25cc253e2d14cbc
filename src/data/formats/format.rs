//! What the list of formats knows of one: the names and first bytes it is recognised by, and how it is opened.

use super::cases::CaseReader;
use super::source::Source;
use crate::data::{Kind, ReadOptions};
use crate::error::{DataError, Result};

/// A format of data files.
pub(in crate::data) struct Format {
    /// Its name.
    pub name: &'static str,
    /// Endings of its files' names in lower case, without the dot and without `gz`; the usual one first.
    pub extensions: &'static [&'static str],
    /// What its files hold.
    pub kind: Kind,
    /// Whether a file may hold several arrays, of which [`ReadOptions::array`] chooses one.
    pub has_arrays: bool,
    /// Whether an input is of this format by its first bytes, and by its name only where they do not decide. The second
    /// argument: whether data of this kind were asked for.
    pub recognises: fn(&mut Source, bool) -> Result<bool, DataError>,
    /// Reads what stands before the first case.
    pub open: fn(Source, &ReadOptions) -> Result<Box<dyn CaseReader>>,
}

impl Format {
    /// [`open`](Self::open), after a look at the options that only some formats have.
    ///
    /// # Errors
    /// As `open`, and for a choice of an array where there are none to choose from.
    pub fn read(&self, source: Source, options: &ReadOptions) -> Result<Box<dyn CaseReader>> {
        if let Some(array) = options.array.as_deref().filter(|_| !self.has_arrays) {
            let problem = format!(
                "a {} file has no arrays to choose {} from, as .npz archives have; leave --array out",
                self.name,
                crate::error::quoted(array)
            );
            return Err(DataError::new(source.name(), problem).into());
        }
        (self.open)(source, options)
    }
}
