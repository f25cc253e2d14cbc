//! Which parts of a file are read.

/// Which parts of a file are read; a format that cannot do what is asked says so in an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The column that holds labels; it is no feature. Where labels stand apart from the features, as those of series
    /// do, it must be their fixed name. `None`: every column is a feature, and labels that stand apart are read if there
    /// are any.
    pub label: Option<String>,
    /// The feature columns, in the order wanted; other columns are not looked at. `None`: all but the label.
    pub columns: Option<Vec<String>>,
    /// The array that is read, where a file may hold several, as `.npz` does. `None`: the only one.
    pub array: Option<String>,
}
