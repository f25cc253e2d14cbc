//! Many cases with the same channels, and their labels.

use super::Series;
use crate::data::table::check_names;
use crate::data::{Carried, Dataset, Kind};
use crate::error::{DataError, Result};

/// Cases of `C` channels each, all or none labelled.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesSet {
    cases: Vec<Series>,
    labels: Option<Vec<String>>,
    /// Name of the labels, where it is not the usual one.
    label_name: Option<String>,
    source: String,
    /// Names of the channels, if they have names.
    names: Option<Vec<String>>,
    carried: Carried,
    /// The rows of the log that each case is made of, if the cases are cut from one.
    rows: Option<Vec<Vec<usize>>>,
}

impl SeriesSet {
    /// A set of at least one case.
    ///
    /// # Errors
    /// If there is no case, or a case has another number of channels than the first.
    pub fn new(cases: Vec<Series>) -> Result<SeriesSet> {
        let Some(first) = cases.first() else {
            return Err(DataError::new("", "there are no cases; add some").into());
        };
        let channels = first.channels();
        if let Some(row) = cases.iter().position(|c| c.channels() != channels) {
            let problem = format!("{} channels, the first case has {channels}; mend the case", cases[row].channels());
            return Err(DataError::new("", problem).at_row(row).into());
        }
        let (labels, label_name, source) = (None, None, String::new());
        Ok(SeriesSet { cases, labels, label_name, source, names: None, carried: Carried::default(), rows: None })
    }

    /// The same set with one label a case.
    ///
    /// # Errors
    /// If the number of labels differs from the number of cases.
    pub fn with_labels(mut self, labels: Vec<String>) -> Result<SeriesSet> {
        if labels.len() != self.cases.len() {
            let problem = format!("{} labels for {} cases", labels.len(), self.cases.len());
            return Err(DataError::new(&self.source, problem).into());
        }
        self.labels = Some(labels);
        Ok(self)
    }

    /// The same set without labels.
    pub fn without_labels(self) -> SeriesSet {
        SeriesSet { labels: None, label_name: None, ..self }
    }

    /// The same set with names of its channels.
    ///
    /// # Errors
    /// If there are not as many as channels, or two are the same.
    pub fn with_channel_names(mut self, names: Vec<String>) -> Result<SeriesSet> {
        check_names(&names)?;
        if names.len() != self.channels() {
            let problem = format!("{} names for {} channels", names.len(), self.channels());
            return Err(DataError::new(&self.source, problem).into());
        }
        self.names = Some(names);
        Ok(self)
    }

    /// The same set as one cut from a log: the rows that each case is made of, what is carried along with each, and the name of
    /// the label column.
    #[cfg(feature = "cli")]
    pub(in crate::data) fn of_log(
        self,
        rows: Vec<Vec<usize>>,
        carried: Carried,
        label_name: Option<String>,
    ) -> SeriesSet {
        SeriesSet { rows: Some(rows), carried, label_name, ..self }
    }

    /// The same set, remembering the file it came from (for messages).
    pub fn with_source(mut self, source: impl Into<String>) -> SeriesSet {
        self.source = source.into();
        self
    }

    /// Number of cases.
    #[allow(clippy::len_without_is_empty)] // a set is never empty
    pub fn len(&self) -> usize {
        self.cases.len()
    }
    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.cases[0].channels()
    }
    /// Series `i`.
    pub fn case(&self, i: usize) -> &Series {
        &self.cases[i]
    }
    /// All cases.
    pub fn cases(&self) -> &[Series] {
        &self.cases
    }
    /// One label a case, if the set has labels.
    pub fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }
    /// The distinct labels in the order of their first case.
    pub fn classes(&self) -> Vec<String> {
        let mut classes: Vec<String> = Vec::new();
        for label in self.labels.iter().flatten() {
            if !classes.contains(label) {
                classes.push(label.clone());
            }
        }
        classes
    }
    /// Names of the channels, if they have names.
    pub fn channel_names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }
    /// The rows of the log that case `i` is made of, counted from 0, if the cases are cut from one.
    pub fn rows_of(&self, i: usize) -> Option<&[usize]> {
        Some(&self.rows.as_ref()?[i])
    }
    /// The file this set came from, `<stdin>`, or empty.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// Length of the longest channel of all cases.
    pub fn longest(&self) -> usize {
        self.cases.iter().map(Series::longest).max().unwrap_or(0)
    }

    /// The cases `keep`, in that order (repeats allowed).
    ///
    /// # Errors
    /// If `keep` is empty.
    pub fn select(&self, keep: &[usize]) -> Result<SeriesSet> {
        if keep.is_empty() {
            return Err(DataError::new(&self.source, "no case is left after selecting; select some").into());
        }
        let cells = keep.iter().flat_map(|&i| self.carried.row(i)).cloned().collect();
        Ok(SeriesSet {
            label_name: self.label_name.clone(),
            names: self.names.clone(),
            carried: Carried { names: self.carried.names.clone(), cells },
            rows: self.rows.as_ref().map(|rows| keep.iter().map(|&i| rows[i].clone()).collect()),
            cases: keep.iter().map(|&i| self.cases[i].clone()).collect(),
            labels: self.labels.as_ref().map(|l| keep.iter().map(|&i| l[i].clone()).collect()),
            source: self.source.clone(),
        })
    }
}

/// What the label of a series is called where a column's name is asked for.
pub const SERIES_LABEL: &str = "class";

impl Dataset for SeriesSet {
    fn kind(&self) -> Kind {
        Kind::Series
    }
    fn len(&self) -> usize {
        self.cases.len()
    }
    fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }
    fn label_name(&self) -> Option<&str> {
        self.labels.as_ref().map(|_| self.label_name.as_deref().unwrap_or(SERIES_LABEL))
    }
    fn source(&self) -> &str {
        &self.source
    }
    fn select(&self, keep: &[usize]) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(SeriesSet::select(self, keep)?))
    }
    fn carried(&self) -> &Carried {
        &self.carried
    }
    fn without_labels(self: Box<Self>) -> Box<dyn Dataset> {
        Box::new(SeriesSet::without_labels(*self))
    }
}
