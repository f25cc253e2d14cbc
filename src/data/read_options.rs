//! Which parts of a file are read, and how much of it.

/// Which parts of a file are read, and how much of it; a format that cannot do what is asked says so in an error.
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
