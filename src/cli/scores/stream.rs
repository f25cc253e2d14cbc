//! A model applied to streams of cases, file after file and chunk by chunk: memory does not grow with the data.

use std::path::Path;

use super::missing::MissingWatch;
use super::row_place::RowPlace;
use crate::cli::arguments::{Global, ModelAndData, OnBadRow, note_all};
use crate::cli::messages::bad_rows::BadRows;
use crate::cli::progress::ProgressReporter;
use crate::data::{Carried, CaseReader, Chunk, Dataset, ReadOptions, is_normal};
use crate::detect::Model;
use crate::error::{DataError, Result, listed, short};
use crate::progress::Progress;

/// Cases scored at once.
const CHUNK: usize = 4096;

/// Bytes that a score takes until the last one is known: the row's number, score, p-value and label, in vectors that grow
/// by doubling, and what a measure sorts.
const KEPT: usize = 96;

/// Cases with their scores.
#[derive(Default)]
pub(in crate::cli) struct Scored {
    /// The cases that have a score.
    pub places: Vec<RowPlace>,
    pub scores: Vec<f64>,
    pub p_values: Vec<f64>,
    /// Whether the label is that of an anomaly; empty if no label column was asked for.
    pub anomalous: Vec<bool>,
    /// The cases themselves, if they are kept.
    pub cases: Option<Box<dyn Dataset>>,
    /// What is carried along with those.
    pub carried: Carried,
    /// Cases that have none, where these are to be marked.
    pub bad: Vec<(RowPlace, DataError)>,
}

impl Scored {
    /// The cases in order: which of those that have a score, or what is wrong with it.
    pub fn rows(&self) -> impl Iterator<Item = (RowPlace, Result<usize, &DataError>)> {
        in_order(self.places.iter().copied().zip(0..), &self.bad)
    }

    fn append(&mut self, mut other: Scored) {
        self.places.append(&mut other.places);
        self.scores.append(&mut other.scores);
        self.p_values.append(&mut other.p_values);
        self.anomalous.append(&mut other.anomalous);
        self.bad.append(&mut other.bad);
    }

    /// Bytes it takes, with what is allocated beside.
    fn size(&self) -> usize {
        KEPT * self.places.len() + bytes_of(&self.bad)
    }
}

/// Rows in their order, those with a score among the bad ones.
pub(super) fn in_order<T>(
    good: impl Iterator<Item = (RowPlace, T)>,
    bad: &[(RowPlace, DataError)],
) -> impl Iterator<Item = (RowPlace, Result<T, &DataError>)> {
    let (mut good, mut bad) = (good.peekable(), bad.iter().peekable());
    std::iter::from_fn(move || {
        let is_next = |bad: &&(RowPlace, DataError)| good.peek().is_none_or(|(place, _)| bad.0 < *place);
        if let Some((place, error)) = bad.next_if(is_next) {
            return Some((*place, Err(error)));
        }
        good.next().map(|(place, row)| (place, Ok(row)))
    })
}

/// Bytes that rows without a score take, with what is allocated beside.
pub(super) fn bytes_of(bad: &[(RowPlace, DataError)]) -> usize {
    let text = |error: &DataError| 4 * size_of::<DataError>() + error.source.len() + 2 * error.problem.len();
    bad.iter().map(|(_, error)| text(error)).sum()
}

/// Labels that are wanted with the scores.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Labels<'a> {
    /// Their column.
    pub column: &'a str,
    /// Those of normal cases.
    pub normal: &'a [String],
}

/// The labels of the column `label`, if there is one, of which `normal` are normal, or those the model was fitted with.
///
/// # Errors
/// [`crate::Error::Data`] for a feature of the model, which stands in `file`.
pub(in crate::cli) fn labels_of<'a>(
    model: &'a Model,
    label: Option<&'a str>,
    normal: &'a [String],
    file: &Path,
) -> Result<Option<Labels<'a>>> {
    let Some(column) = label else { return Ok(None) };
    if model.read_options(None).columns.is_some_and(|columns| columns.iter().any(|own| own.name == column)) {
        let problem = format!("is a feature of the model; fit another with --label {}", short(column));
        return Err(DataError::new(file.to_string_lossy(), problem).in_column(column).into());
    }
    Ok(Some(Labels { column, normal: if normal.is_empty() { model.normal_labels() } else { normal } }))
}

/// The stream of a command's data under its model.
pub(in crate::cli) struct ScoreStream<'a> {
    model: &'a Model,
    inputs: &'a ModelAndData,
    global: &'a Global,
    options: ReadOptions,
    labels: Option<Labels<'a>>,
    /// The file that is read, and its number among those of the command.
    cases: Box<dyn CaseReader>,
    file: usize,
    /// Cases of that file and of all files so far, good and bad.
    in_file: usize,
    count: usize,
    bad: BadRows,
    missing: MissingWatch,
    /// The name of labels that the data have and nobody asked for.
    unused_labels: Option<String>,
    keeps_cases: bool,
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
        inputs: &'a ModelAndData,
        labels: Option<Labels<'a>>,
        global: &'a Global,
        on_terminal: bool,
    ) -> Result<ScoreStream<'a>> {
        Self::open_apart(model, inputs, labels, None, global, on_terminal)
    }

    /// As [`ScoreStream::open`]; with a seed, windows of a log are independent cases.
    ///
    /// # Errors
    /// As [`ScoreStream::open`].
    pub fn open_apart(
        model: &'a Model,
        inputs: &'a ModelAndData,
        labels: Option<Labels<'a>>,
        apart: Option<u64>,
        global: &'a Global,
        on_terminal: bool,
    ) -> Result<ScoreStream<'a>> {
        let options = inputs.options(model, labels.map(|labels| labels.column), apart, global)?;
        // A file that is not there is said before the rows of those before it are printed.
        inputs.check_that_all_are_there(model)?;
        let cases = inputs.open(&inputs.data[0], model)?.stream(&options)?;
        let progress = ProgressReporter::new(global, !on_terminal);
        progress.begin("scoring", 0);
        let mut stream = ScoreStream {
            model,
            inputs,
            global,
            options,
            labels,
            cases,
            file: 0,
            in_file: 0,
            count: 0,
            bad: BadRows::default(),
            missing: MissingWatch::new(model),
            unused_labels: None,
            keeps_cases: false,
            progress,
        };
        stream.introduce(&[]);
        Ok(stream)
    }

    /// Says what is odd about the file, and which columns are not used, unless those of the file before were the same.
    fn introduce(&mut self, ignored_before: &[String]) {
        note_all(self.cases.notes(), self.global);
        self.global.warn(self.cases.warnings());
        let ignored = self.cases.ignored();
        if ignored != ignored_before {
            note_ignored(ignored, self.model, self.global);
        }
        let label = self.model.label_column().filter(|_| self.labels.is_none());
        if let Some(label) = label.filter(|label| ignored.iter().any(|name| name == label)) {
            self.unused_labels.get_or_insert(label.to_owned());
        }
    }

    /// Keeps the cases with their scores.
    pub fn keeping_cases(self, keeps_cases: bool) -> Self {
        ScoreStream { keeps_cases, ..self }
    }

    /// Cases of the file that is read so far, good and bad.
    pub fn count_in_file(&self) -> usize {
        self.in_file
    }

    /// The data's name in messages: that of the file that is read.
    pub fn source(&self) -> &str {
        self.cases.source()
    }

    /// Names of the columns that are carried along.
    pub fn carried(&self) -> &[String] {
        self.cases.carried()
    }

    /// The name of the labels so far that nobody asked for.
    pub fn unused_labels(&self) -> Option<&str> {
        self.unused_labels.as_deref()
    }

    /// The next cases, or `None` after the last of all files.
    ///
    /// # Errors
    /// The first thing that is wrong with the data.
    pub fn next(&mut self) -> Result<Option<Scored>> {
        loop {
            if let Some(chunk) = self.cases.next_chunk(CHUNK)? {
                return self.scored(chunk).map(Some);
            }
            note_all(&self.cases.late_notes(), self.global);
            let Some(path) = self.inputs.data.get(self.file + 1) else { return Ok(None) };
            self.turn_to(path)?;
        }
    }

    /// Goes on with the next file.
    fn turn_to(&mut self, path: &Path) -> Result<()> {
        let (ignored, carried) = (self.cases.ignored().to_vec(), self.cases.carried().to_vec());
        self.cases = self.inputs.open(path, self.model)?.stream(&self.options)?;
        if self.cases.carried() != carried {
            let (other, own) = (listed(&carried), listed(self.cases.carried()));
            let problem = format!(
                "the columns carried along are {own}, and in the first file {other}; name the same with --keep"
            );
            return Err(DataError::new(self.source(), problem).into());
        }
        (self.file, self.in_file) = (self.file + 1, 0);
        self.introduce(&ignored);
        Ok(())
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
        if let Some(cases) = &chunk.cases {
            self.missing.add(&**cases);
            scored.carried = cases.carried().clone();
        }
        if self.labels.is_none() && self.unused_labels.is_none() {
            self.unused_labels = chunk.cases.as_ref().and_then(|cases| cases.label_name()).map(str::to_owned);
        }
        self.bad.add(&chunk.bad);
        let place = |row: usize| RowPlace { file: self.file, row };
        let (first, count) = (self.in_file, scored.scores.len() + chunk.bad.len());
        // Bad ones before each good one.
        let mut before = 0;
        for good in 0..scored.scores.len() {
            before += chunk.bad[before..].iter().take_while(|bad| bad.after <= good).count();
            scored.places.push(place(first + good + before));
        }
        if self.inputs.on_bad_row == OnBadRow::Mark {
            let numbered = chunk.bad.into_iter().enumerate().map(|(i, bad)| (place(first + bad.after + i), bad.error));
            scored.bad = numbered.collect();
        }
        scored.cases = chunk.cases.filter(|_| self.keeps_cases);
        self.in_file += count;
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
            self.check_kept(kept, KEPT)?;
            all.append(some);
        }
        Ok(all)
    }

    /// Refuses to keep so many bytes, `each` of a row, until the last row is known.
    ///
    /// # Errors
    /// [`crate::Error::Data`] where the memory is not for as much.
    pub fn check_kept(&self, bytes: usize, each: usize) -> Result<()> {
        let most = self.global.memory().of_kept_scores();
        if bytes <= most {
            return Ok(());
        }
        let problem = format!(
            "has more rows than the {} whose scores fit into the memory until the last is known; allow more with \
             --max-memory, or use fewer rows, or a verb and a rule that need no other rows (score, predict --alpha, \
             --threshold)",
            most / each
        );
        Err(DataError::new(self.source(), problem).into())
    }

    /// Ends the reading; what is to be said of cases that had no score, and of columns that were missing.
    pub fn conclude(self) -> Vec<String> {
        self.bad.warning(self.count, self.model.cases()).into_iter().chain(self.missing.warning()).collect()
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
