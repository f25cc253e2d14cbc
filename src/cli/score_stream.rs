//! A model applied to a stream of cases, chunk by chunk: memory does not grow with the data.

use super::arguments::{Global, ModelAndData};
use super::progress::ProgressReporter;
use crate::data::{CaseReader, Dataset};
use crate::detect::Model;
use crate::error::Result;
use crate::progress::Progress;

/// Cases scored at once.
const CHUNK: usize = 4096;

/// A chunk of cases with their scores.
pub(super) struct ScoredChunk {
    /// Number of the first of them, counted from 0.
    pub first: usize,
    pub scores: Vec<f64>,
    pub p_values: Vec<f64>,
    /// Empty if no label column was asked for.
    pub labels: Vec<String>,
}

/// The stream of a command's data under its model.
pub(super) struct ScoreStream<'a> {
    model: &'a Model,
    cases: Box<dyn CaseReader>,
    labelled: bool,
    /// Cases scored so far.
    count: usize,
    progress: ProgressReporter,
}

impl<'a> ScoreStream<'a> {
    /// Opens the data and names the columns that are not used. `on_terminal`: whether the output is a terminal, where a
    /// progress bar would mix with it.
    ///
    /// # Errors
    /// If the data cannot be opened, or a column is missing.
    pub fn open(
        model: &'a Model,
        inputs: &ModelAndData,
        label: Option<&str>,
        global: &Global,
        on_terminal: bool,
    ) -> Result<ScoreStream<'a>> {
        let cases = inputs.open(model)?.stream(&model.read_options(label))?;
        note_ignored(cases.ignored(), model, global);
        let progress = ProgressReporter::new(global.quiet || on_terminal);
        progress.begin("scoring", 0);
        Ok(ScoreStream { model, cases, labelled: label.is_some(), count: 0, progress })
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
            Some(chunk) => self.scored(&*chunk).map(Some),
            None => Ok(None),
        }
    }

    fn scored(&mut self, cases: &dyn Dataset) -> Result<ScoredChunk> {
        let (scores, p_values) = self.model.score_with_p_values(cases)?;
        let first = self.count;
        self.count += scores.len();
        self.progress.advance(scores.len() as u64);
        let labels = cases.labels().filter(|_| self.labelled).map(<[String]>::to_vec).unwrap_or_default();
        Ok(ScoredChunk { first, scores, p_values, labels })
    }

    /// The rest, in one piece.
    ///
    /// # Errors
    /// As [`ScoreStream::next`].
    pub fn rest(&mut self) -> Result<ScoredChunk> {
        let mut all = ScoredChunk { first: self.count, scores: Vec::new(), p_values: Vec::new(), labels: Vec::new() };
        while let Some(mut some) = self.next()? {
            all.scores.append(&mut some.scores);
            all.p_values.append(&mut some.p_values);
            all.labels.append(&mut some.labels);
        }
        Ok(all)
    }
}

/// Names the columns that the model does not use; a label column is expected to be no feature.
fn note_ignored(ignored: &[String], model: &Model, global: &Global) {
    let ignored: Vec<&str> =
        ignored.iter().map(String::as_str).filter(|name| Some(*name) != model.label_column()).collect();
    if !ignored.is_empty() {
        let what = if ignored.len() == 1 { "a column" } else { "columns" };
        global.note(format_args!("note: {what} the model does not use: {}", ignored.join(", ")));
    }
}
