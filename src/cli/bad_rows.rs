//! Rows that could not be used, and what is said of them at the end.

use super::arguments::Global;
use crate::data::{BadCase, Kind};
use crate::error::DataError;

/// The rows so far that could not be used.
#[derive(Debug, Default)]
pub(super) struct BadRows {
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

    /// Says on stderr how many of `all` they were, and what was wrong with the first.
    pub fn report(&self, all: usize, kind: Kind, global: &Global) {
        if let Some(first) = &self.first {
            global.warn(format_args!("{} of {all} {} could not be used; the first: {first}", self.count, kind.cases()));
        }
    }
}
