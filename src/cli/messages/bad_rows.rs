//! Rows that could not be used, and what is said of them at the end.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::data::BadCase;
use crate::error::DataError;

/// How many rows could not be used, for a command that a signal ends before it says so.
static SO_FAR: AtomicUsize = AtomicUsize::new(0);

/// What is to be said of such rows if the command ends now.
pub(in crate::cli) fn so_far() -> Option<String> {
    match SO_FAR.load(Ordering::Relaxed) {
        0 => None,
        1 => Some("1 row so far could not be used".into()),
        count => Some(format!("{count} rows so far could not be used")),
    }
}

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
        SO_FAR.fetch_add(bad.len(), Ordering::Relaxed);
        if let (None, [first, ..]) = (&self.first, bad) {
            self.first = Some(first.error.clone());
        }
    }

    /// How many of `all` they were, and what was wrong with the first; `None` if there were none.
    pub fn warning(&self, all: usize, cases: &str) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(match cases {
            // A reading that is bad is no window.
            "windows" => {
                let good = all - self.count;
                format!("{} readings could not be used, beside {good} windows; the first: {first}", self.count)
            }
            cases => format!("{} of {all} {cases} could not be used; the first: {first}", self.count),
        })
    }
}
