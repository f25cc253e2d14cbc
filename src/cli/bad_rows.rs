//! Rows that cannot be used: whether they end a command, and what is said of those that do not.

use clap::ValueEnum;

use super::arguments::Global;
use crate::data::{BadCase, Kind};
use crate::error::DataError;

/// What a row that cannot be used does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnBadRow {
    /// Ends the command with exit 3; to a stream the rows before it are written first, a file stays as it was
    #[default]
    Stop,
    /// Is left out; how many were is said on stderr
    Skip,
    /// Is written without a score, with the reason in a last column `error`; where no rows are written, as skip
    Mark,
}

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
