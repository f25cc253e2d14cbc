//! Rows that could not be used, and what is said of them at the end.

use crate::data::{BadCase, Kind};
use crate::error::DataError;

/// The rows so far that could not be used.
#[derive(Debug, Default)]
pub(in crate::cli) struct BadRows {
    count: usize,
    first: Option<DataError>,
}

impl BadRows {
    /// So many, of which `first` was the first.
    pub fn of(count: usize, first: Option<DataError>) -> BadRows {
        BadRows { count, first }
    }

    /// Adds some.
    pub fn add(&mut self, bad: &[BadCase]) {
        self.count += bad.len();
        if let (None, [first, ..]) = (&self.first, bad) {
            self.first = Some(first.error.clone());
        }
    }

    /// How many of `all` they were, and what was wrong with the first; `None` if there were none.
    pub fn warning(&self, all: usize, kind: Kind) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(format!("{} of {all} {} could not be used; the first: {first}", self.count, kind.cases()))
    }
}
