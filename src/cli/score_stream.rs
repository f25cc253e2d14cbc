//! A model applied to a stream of cases, chunk by chunk: memory does not grow with the data.

use std::io::{IsTerminal, stdout};

use super::arguments::{Global, ModelAndData, OnBadRow, note_all};
use super::messages::bad_rows::BadRows;
use super::progress::ProgressReporter;
use crate::data::{BadCase, CaseReader, Chunk, ReadOptions};
use crate::detect::Model;
use crate::error::{DataError, Result, listed};
use crate::progress::Progress;

/// Cases scored at once.
const CHUNK: usize = 4096;

/// A chunk of cases with their scores.
#[derive(Default)]
pub(super) struct ScoredChunk {
    /// Number of the first of them, good or bad, counted from 0.
    first: usize,
    pub scores: Vec<f64>,
    pub p_values: Vec<f64>,
    /// Empty if no label column was asked for.
    pub labels: Vec<String>,
    /// Cases that have no score.
    bad: Vec<BadCase>,
}

impl ScoredChunk {
    /// The cases in order, with their number: the place of one that has a score, or what is wrong with it.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Result<usize, &DataError>)> {
        let mut bad = self.bad.iter().peekable();
        let mut good = 0;
        (self.first..self.first + self.scores.len() + self.bad.len()).map(move |number| {
            if let Some(case) = bad.next_if(|case| case.after == good) {
                return (number, Err(&case.error));
            }
            good += 1;
            (number, Ok(good - 1))
        })
    }

    fn append(&mut self, mut other: ScoredChunk) {
        let good = self.scores.len();
        self.bad.extend(other.bad.into_iter().map(|case| BadCase { after: good + case.after, ..case }));
        self.scores.append(&mut other.scores);
        self.p_values.append(&mut other.p_values);
        self.labels.append(&mut other.labels);
    }
}

/// The stream of a command's data under its model.
pub(super) struct ScoreStream<'a> {
    model: &'a Model,
    cases: Box<dyn CaseReader>,
    labelled: bool,
    /// Cases so far, good and bad.
    count: usize,
    bad: BadRows,
    progress: ProgressReporter,
}

impl<'a> ScoreStream<'a> {
    /// Opens the data and names the columns that are not used. `to_file`: whether the output goes to a file, so that a
    /// progress bar does not mix with it.
    ///
    /// # Errors
    /// If the data cannot be opened, or a column is missing.
    pub fn open(
        model: &'a Model,
        inputs: &ModelAndData,
        label: Option<&str>,
        global: &Global,
        to_file: bool,
    ) -> Result<ScoreStream<'a>> {
        let options = ReadOptions {
            array: inputs.array.clone(),
            skip_bad: inputs.on_bad_row != OnBadRow::Stop,
            most_bytes: Some(global.memory().of_cases_at_once()),
            ..model.read_options(label)
        };
        let cases = inputs.open(model)?.stream(&options)?;
        note_all(cases.notes(), global);
        note_ignored(cases.ignored(), model, global);
        let progress = ProgressReporter::new(global, to_file || !stdout().is_terminal());
        progress.begin("scoring", 0);
        Ok(ScoreStream { model, cases, labelled: label.is_some(), count: 0, bad: BadRows::default(), progress })
    }

    /// The data's name in messages.
    pub fn source(&self) -> &str {
        self.cases.source()
    }

    /// The next cases, or `None` after the last.
    ///
    /// # Errors
    /// The first thing that is wrong with the data.
    pub fn next(&mut self) -> Result<Option<ScoredChunk>> {
        match self.cases.next_chunk(CHUNK)? {
            Some(chunk) => self.scored(chunk).map(Some),
            None => Ok(None),
        }
    }

    fn scored(&mut self, chunk: Chunk) -> Result<ScoredChunk> {
        let mut scored = ScoredChunk { first: self.count, bad: chunk.bad, ..ScoredChunk::default() };
        if let Some(cases) = chunk.cases {
            (scored.scores, scored.p_values) = self.model.score_with_p_values(&*cases)?;
            if let Some(labels) = cases.labels().filter(|_| self.labelled) {
                scored.labels = labels.to_vec();
            }
        }
        let count = scored.scores.len() + scored.bad.len();
        self.count += count;
        self.bad.add(&scored.bad);
        self.progress.advance(count as u64);
        Ok(scored)
    }

    /// The rest, in one piece.
    ///
    /// # Errors
    /// As [`ScoreStream::next`].
    pub fn rest(&mut self) -> Result<ScoredChunk> {
        let mut all = ScoredChunk { first: self.count, ..ScoredChunk::default() };
        while let Some(some) = self.next()? {
            all.append(some);
        }
        Ok(all)
    }

    /// Ends the reading; what is to be said of cases that had no score.
    pub fn conclude(self) -> Option<String> {
        self.bad.warning(self.count, self.model.kind())
    }
}

/// Names the columns that the model does not use; a label column is expected to be no feature.
fn note_ignored(ignored: &[String], model: &Model, global: &Global) {
    let ignored: Vec<&str> =
        ignored.iter().map(String::as_str).filter(|name| Some(*name) != model.label_column()).collect();
    if !ignored.is_empty() {
        let what = if ignored.len() == 1 { "a column" } else { "columns" };
        global.note(format_args!("note: {what} the model does not use: {}", listed(ignored)));
    }
}
