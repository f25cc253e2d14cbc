//! A model applied to a stream of cases, chunk by chunk: memory does not grow with the data.

use super::arguments::{Global, ModelAndData, OnBadRow, note_all};
use super::messages::bad_rows::BadRows;
use super::progress::ProgressReporter;
use crate::data::{CaseReader, Chunk, Dataset, ReadOptions, is_normal};
use crate::detect::Model;
use crate::error::{DataError, Result, listed};
use crate::progress::Progress;

/// Cases scored at once.
const CHUNK: usize = 4096;

/// Bytes that a score takes until the last one is known: the row's number, score, p-value and label, in vectors that grow
/// by doubling, and what a measure sorts.
const KEPT: usize = 96;

/// Cases with their scores.
#[derive(Default)]
pub(super) struct Scored {
    /// Numbers of the cases that have a score, counted from 0.
    numbers: Vec<usize>,
    pub scores: Vec<f64>,
    pub p_values: Vec<f64>,
    /// Whether the label is that of an anomaly; empty if no label column was asked for.
    pub anomalous: Vec<bool>,
    /// The cases that have a score, if they are kept.
    pub cases: Option<Box<dyn Dataset>>,
    /// Cases that have none, with their numbers.
    bad: Vec<(usize, DataError)>,
}

impl Scored {
    /// The cases in order, with their number: the place of one that has a score, or what is wrong with it.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Result<usize, &DataError>)> {
        let mut good = self.numbers.iter().copied().enumerate().peekable();
        let mut bad = self.bad.iter().peekable();
        std::iter::from_fn(move || {
            let is_next = |bad: &&(usize, DataError)| good.peek().is_none_or(|&(_, number)| bad.0 < number);
            if let Some((number, error)) = bad.next_if(is_next) {
                return Some((*number, Err(error)));
            }
            good.next().map(|(i, number)| (number, Ok(i)))
        })
    }

    fn append(&mut self, mut other: Scored) {
        self.numbers.append(&mut other.numbers);
        self.scores.append(&mut other.scores);
        self.p_values.append(&mut other.p_values);
        self.anomalous.append(&mut other.anomalous);
        self.bad.append(&mut other.bad);
    }

    /// Bytes it takes, with what is allocated beside.
    fn size(&self) -> usize {
        let text = |error: &DataError| 4 * size_of::<DataError>() + error.source.len() + 2 * error.problem.len();
        KEPT * self.numbers.len() + self.bad.iter().map(|(_, error)| text(error)).sum::<usize>()
    }
}

/// Labels that are wanted with the scores.
#[derive(Clone, Copy)]
pub(super) struct Labels<'a> {
    /// Their column.
    pub column: &'a str,
    /// Those of normal cases.
    pub normal: &'a [String],
}

/// The stream of a command's data under its model.
pub(super) struct ScoreStream<'a> {
    model: &'a Model,
    cases: Box<dyn CaseReader>,
    labels: Option<Labels<'a>>,
    most_kept: usize,
    marks: bool,
    keeps_cases: bool,
    /// Cases so far, good and bad.
    count: usize,
    bad: BadRows,
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
        labels: Option<Labels<'a>>,
        global: &Global,
        on_terminal: bool,
    ) -> Result<ScoreStream<'a>> {
        let options = ReadOptions {
            array: inputs.array.clone(),
            skip_bad: inputs.on_bad_row != OnBadRow::Stop,
            most_bytes: Some(global.memory().of_cases_at_once()),
            ..model.read_options(labels.map(|labels| labels.column))
        };
        let cases = inputs.open(model)?.stream(&options)?;
        note_all(cases.notes(), global);
        note_ignored(cases.ignored(), model, global);
        let progress = ProgressReporter::new(global, !on_terminal);
        progress.begin("scoring", 0);
        let (most_kept, marks) = (global.memory().of_kept_scores(), inputs.on_bad_row == OnBadRow::Mark);
        Ok(ScoreStream {
            model,
            cases,
            labels,
            most_kept,
            marks,
            keeps_cases: false,
            count: 0,
            bad: BadRows::default(),
            progress,
        })
    }

    /// Keeps the cases with their scores.
    pub fn keeping_cases(self, keeps_cases: bool) -> Self {
        ScoreStream { keeps_cases, ..self }
    }

    /// Cases so far, good and bad.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The data's name in messages.
    pub fn source(&self) -> &str {
        self.cases.source()
    }

    /// The next cases, or `None` after the last.
    ///
    /// # Errors
    /// The first thing that is wrong with the data.
    pub fn next(&mut self) -> Result<Option<Scored>> {
        match self.cases.next_chunk(CHUNK)? {
            Some(chunk) => self.scored(chunk).map(Some),
            None => Ok(None),
        }
    }

    fn scored(&mut self, chunk: Chunk) -> Result<Scored> {
        let mut scored = Scored::default();
        if let Some(cases) = &chunk.cases {
            (scored.scores, scored.p_values) = self.model.score_with_p_values(&**cases)?;
            if let (Some(labels), Some(wanted)) = (cases.labels(), self.labels) {
                let is_anomaly = |label: &String| !wanted.normal.iter().any(|normal| is_normal(label, normal));
                scored.anomalous = labels.iter().map(is_anomaly).collect();
            }
        }
        self.bad.add(&chunk.bad);
        let (first, count) = (self.count, scored.scores.len() + chunk.bad.len());
        // Bad ones before each good one.
        let mut before = 0;
        for good in 0..scored.scores.len() {
            before += chunk.bad[before..].iter().take_while(|bad| bad.after <= good).count();
            scored.numbers.push(first + good + before);
        }
        if self.marks {
            let numbered = chunk.bad.into_iter().enumerate().map(|(i, bad)| (first + bad.after + i, bad.error));
            scored.bad = numbered.collect();
        }
        scored.cases = chunk.cases.filter(|_| self.keeps_cases);
        self.count += count;
        self.progress.advance(count as u64);
        Ok(scored)
    }

    /// The rest, in one piece.
    ///
    /// # Errors
    /// As [`ScoreStream::next`]; more scores than the memory is for.
    pub fn rest(&mut self) -> Result<Scored> {
        let (mut all, mut kept) = (Scored::default(), 0);
        while let Some(some) = self.next()? {
            kept += some.size();
            if kept > self.most_kept {
                let problem = format!(
                    "has more rows than the {} whose scores fit into the memory until the last is known; allow more with \
                     --max-memory, or use fewer rows, or a verb and a rule that need no other rows (score, predict --alpha, \
                     --threshold)",
                    self.most_kept / KEPT
                );
                return Err(DataError::new(self.source(), problem).into());
            }
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
