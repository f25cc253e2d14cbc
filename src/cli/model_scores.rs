//! A model applied to a stream of rows, chunk by chunk: memory does not grow with the data.

use std::io::{IsTerminal, stdout};

use super::arguments::{Global, Subject};
use super::progress::Stages;
use crate::data::{CsvRows, ReadOptions};
use crate::detect::{Model, Progress};
use crate::error::Result;

/// Rows scored at once.
const CHUNK: usize = 4096;

/// Some rows with their scores.
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
    rows: CsvRows,
    seen: usize,
    stages: Stages,
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
        let options = ReadOptions { label: label.map(str::to_owned), columns: Some(model.columns().to_vec()) };
        let rows = CsvRows::open(&subject.data, &options)?;
        // A label column is expected to be no feature.
        let ignored: Vec<&str> =
            rows.ignored().iter().map(String::as_str).filter(|n| Some(*n) != model.label_column()).collect();
        if !ignored.is_empty() {
            let what = if ignored.len() == 1 { "a column" } else { "columns" };
            global.note(format_args!("note: {what} the model does not use: {}", ignored.join(", ")));
        }
        let stages = Stages::new(global.quiet || (!to_file && stdout().is_terminal()));
        stages.begin("scoring rows", 0);
        Ok(ModelScores { model, rows, seen: 0, stages })
    }

    /// How the data are called in messages.
    pub fn source(&self) -> &str {
        self.rows.source()
    }

    /// The next rows, or `None` after the last.
    ///
    /// # Errors
    /// The first thing that is wrong with the data.
    pub fn next(&mut self) -> Result<Option<Scored>> {
        let Some(table) = self.rows.next_chunk(CHUNK)? else { return Ok(None) };
        let (scores, p_values) = self.model.score_with_p_values(&table)?;
        let first = self.seen;
        self.seen += scores.len();
        self.stages.advance(scores.len() as u64);
        let labels = table.labels().map(<[String]>::to_vec).unwrap_or_default();
        Ok(Some(Scored { first, scores, p_values, labels }))
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
