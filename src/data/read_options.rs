//! Which parts of a file are read, and how much of it.

#[cfg(feature = "cli")]
use std::borrow::Cow;

use super::{Column, ColumnChoice, Dialect, Windows};

/// Which parts of a file are read, and how much of it; a format that cannot do what is asked says so in an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// The column that holds labels; it is no feature. Where labels stand apart from the features, as those of series
    /// do, it must be their fixed name. `None`: every column is a feature, and labels that stand apart are read if there
    /// are any.
    pub label: Option<String>,
    /// The feature columns, in the order wanted, of these kinds; other columns are not looked at, but for those that `choice`
    /// carries along. `None`: those that `choice` says.
    pub columns: Option<Vec<Column>>,
    /// Which columns are features and of what kind, and which are carried along or left out.
    pub choice: ColumnChoice,
    /// Whether cells may be missing: they are read as NaN. Otherwise a row with one cannot be used.
    pub missing: bool,
    /// Whether a stream that is slow may be waited for, to look at more than its first rows before they are read.
    pub patient: bool,
    /// Of a table: read it as a log, whose readings become series.
    pub windows: Option<Windows>,
    /// What is known of how a file of text is written.
    pub dialect: Dialect,
    /// The array that is read, where a file may hold several, as `.npz` does. `None`: the only one.
    pub array: Option<String>,
    /// Whether cases that cannot be used are left out, instead of ending the reading with an error.
    pub skip_bad: bool,
    /// Most bytes that the cases held at a time may take. A stream hands out smaller chunks; where all are read, a sample is
    /// drawn from more (see [`sample`](Self::sample)), or they are an error. `None`: as many as there are.
    pub most_bytes: Option<usize>,
    /// Where all cases are read: draw a uniform sample of those that are too many. `None`: too many are an error.
    pub sample: Option<Sample>,
}

/// A uniform sample, drawn in one pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Most cases.
    pub most: usize,
    /// Seed of the choice.
    pub seed: u64,
}

#[cfg(feature = "cli")]
impl ReadOptions {
    /// The same, with the columns carried along that a log is cut by.
    pub(super) fn with_columns_of_windows(&self) -> Cow<'_, ReadOptions> {
        let Some(windows) = &self.windows else { return Cow::Borrowed(self) };
        let mut options = self.clone();
        for column in windows.columns() {
            if !options.choice.ids.iter().any(|id| id == column) {
                options.choice.ids.push(column.to_owned());
            }
        }
        options.missing |= windows.missing;
        // Which of them are truth values the encoder does not know.
        options.columns = windows.channels.clone().or(options.columns);
        Cow::Owned(options)
    }
}
