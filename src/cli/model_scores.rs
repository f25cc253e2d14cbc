//! A model applied to a stream of cases, chunk by chunk: memory does not grow with the data.

use std::io::{IsTerminal, stdout};

use super::arguments::{Global, Subject};
use super::progress::Stages;
use crate::data::series::{SERIES_LABEL, SeriesReader};
use crate::data::{CsvRows, Dataset, Input, Kind, ReadOptions};
use crate::detect::Model;
use crate::error::{DataError, Result};
use crate::progress::Progress;

/// Cases scored at once.
const CHUNK: usize = 4096;

/// Some cases with their scores.
pub(super) struct Scored {
    /// Number of the first of them, counted from 0.
    pub first: usize,
    pub scores: Vec<f64>,
    pub p_values: Vec<f64>,
    /// Empty if no label column was asked for.
    pub labels: Vec<String>,
}

/// The stream of a command's data under its model.
pub(super) struct ModelScores<'a> {
    model: &'a Model,
    cases: Stream,
    labelled: bool,
    seen: usize,
    stages: Stages,
}

enum Stream {
    Rows(Box<CsvRows>),
    Series(Box<SeriesReader>),
}

impl<'a> ModelScores<'a> {
    /// Opens the data and says which of its columns are not used. `to_file`: whether the output goes to a file, so that a
    /// progress bar does not mix with it.
    ///
    /// # Errors
    /// If the data cannot be opened, or a column is missing.
    pub fn open(
        model: &'a Model,
        subject: &Subject,
        label: Option<&str>,
        global: &Global,
        to_file: bool,
    ) -> Result<ModelScores<'a>> {
        let (kind, input) = subject.open(model)?;
        let cases = match kind {
            Kind::Table => Stream::Rows(Box::new(rows(model, input, label, global)?)),
            Kind::Series => Stream::Series(Box::new(input.into_series()?)),
        };
        let labelled = label.is_some();
        if let (Stream::Series(reader), Some(name)) = (&cases, label) {
            check_series_label(reader.source(), name)?;
        }
        let stages = Stages::new(global.quiet || (!to_file && stdout().is_terminal()));
        stages.begin("scoring", 0);
        Ok(ModelScores { model, cases, labelled, seen: 0, stages })
    }

    /// How the data are called in messages.
    pub fn source(&self) -> &str {
        match &self.cases {
            Stream::Rows(rows) => rows.source(),
            Stream::Series(series) => series.source(),
        }
    }

    /// The next cases, or `None` after the last.
    ///
    /// # Errors
    /// The first thing that is wrong with the data.
    pub fn next(&mut self) -> Result<Option<Scored>> {
        match &mut self.cases {
            Stream::Rows(rows) => match rows.next_chunk(CHUNK)? {
                Some(table) => self.scored(&table).map(Some),
                None => Ok(None),
            },
            Stream::Series(series) => match series.read_chunk(CHUNK)? {
                Some(set) if self.labelled && set.labels().is_none() => Err(no_labels(series.source()).into()),
                Some(set) => self.scored(&set).map(Some),
                None if self.seen == 0 => Err(DataError::new(series.source(), "there are no cases").into()),
                None => Ok(None),
            },
        }
    }

    fn scored(&mut self, cases: &dyn Dataset) -> Result<Scored> {
        let (scores, p_values) = self.model.score_with_p_values(cases)?;
        let first = self.seen;
        self.seen += scores.len();
        self.stages.advance(scores.len() as u64);
        let labels = cases.labels().filter(|_| self.labelled).map(<[String]>::to_vec).unwrap_or_default();
        Ok(Scored { first, scores, p_values, labels })
    }

    /// The rest, in one piece.
    ///
    /// # Errors
    /// As [`ModelScores::next`].
    pub fn rest(&mut self) -> Result<Scored> {
        let mut all = Scored { first: self.seen, scores: Vec::new(), p_values: Vec::new(), labels: Vec::new() };
        while let Some(mut some) = self.next()? {
            all.scores.append(&mut some.scores);
            all.p_values.append(&mut some.p_values);
            all.labels.append(&mut some.labels);
        }
        Ok(all)
    }
}

/// The rows of a table with the model's columns.
fn rows(model: &Model, input: Input, label: Option<&str>, global: &Global) -> Result<CsvRows> {
    let options = ReadOptions { label: label.map(str::to_owned), columns: Some(model.columns().to_vec()) };
    let rows = input.into_rows(&options)?;
    // A label column is expected to be no feature.
    let ignored: Vec<&str> =
        rows.ignored().iter().map(String::as_str).filter(|n| Some(*n) != model.label_column()).collect();
    if !ignored.is_empty() {
        let what = if ignored.len() == 1 { "a column" } else { "columns" };
        global.note(format_args!("note: {what} the model does not use: {}", ignored.join(", ")));
    }
    Ok(rows)
}

/// Series have one label, whose name is fixed.
///
/// # Errors
/// [`DataError`] for another name.
pub(super) fn check_series_label(source: &str, name: &str) -> Result<(), DataError> {
    if name.eq_ignore_ascii_case(SERIES_LABEL) {
        return Ok(());
    }
    let problem = format!("series have one label, and its name is {SERIES_LABEL}: use --label {SERIES_LABEL}");
    Err(DataError::new(source, problem).in_column(name))
}

/// What to say where labels are asked for and there are none.
pub(super) fn no_labels(source: &str) -> DataError {
    DataError::new(source, "the series have no labels; a .ts file has them if its header says `@classlabel true`")
}
