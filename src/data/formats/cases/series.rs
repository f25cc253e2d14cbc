//! What readers of series share: where series are kept, and what the options mean for series.

use super::{CaseStream, Cases, Slots, Step, put_into};
use crate::data::series::SERIES_LABEL;
use crate::data::{ColumnChoice, Dataset, ReadOptions, Series, SeriesSet};
use crate::error::{DataError, Result};

/// A series of a file.
#[derive(Debug)]
pub(in crate::data::formats) struct Record {
    pub series: Series,
    /// Its label, if the file has labels.
    pub label: Option<String>,
}

impl Default for Record {
    /// What is left where a record was taken from.
    fn default() -> Record {
        Record { series: Series::without_channels(), label: None }
    }
}

/// What is wrong with a case, and in which channel.
pub(in crate::data::formats) struct Problem {
    pub channel: Option<usize>,
    pub text: String,
}

impl Problem {
    /// Of no channel, or of all.
    pub fn whole(text: impl Into<String>) -> Problem {
        Problem { channel: None, text: text.into() }
    }

    /// As an error of case `row`; `error(text)` names the file and the line.
    pub fn of_case(self, row: usize, error: impl FnOnce(String) -> DataError) -> DataError {
        DataError { column: self.channel.map(|c| format!("channel {c}")), ..error(self.text).at_row(row) }
    }
}

/// Refuses a case of more values and channels than may be held, before they are read.
///
/// # Errors
/// A sentence with what it takes.
pub(in crate::data::formats) fn check_room(values: usize, channels: usize, most_bytes: usize) -> Result<(), Problem> {
    let bytes = values.saturating_add(channels).saturating_mul(size_of::<f64>());
    if bytes <= most_bytes {
        return Ok(());
    }
    Err(Problem::whole(format!(
        "one case takes {bytes} bytes, more than the {most_bytes} that may be held at a time; allow more with --max-memory"
    )))
}

/// The series of a file in order, whatever its format.
pub(in crate::data::formats) trait Records: Send {
    /// The name of the stream in messages.
    fn source(&self) -> &str;
    /// Whether every series has a label; otherwise none has.
    fn has_labels(&self) -> bool;
    /// Whether reading another series would have to wait for whoever writes the stream.
    fn is_drained(&self) -> bool;
    /// What is odd about the file, each a sentence.
    fn notes(&self) -> &[String] {
        &[]
    }
    /// The next series, or what is wrong with it where those behind it can be read all the same; `None` after the last.
    ///
    /// # Errors
    /// What ends the reading, with file, line and channel. Nothing is read after an error.
    fn next(&mut self) -> Result<Option<Result<Record, DataError>>, DataError>;
}

/// Reads series case by case.
pub(in crate::data::formats) struct SeriesReader<R> {
    records: R,
    record: Record,
}

impl<R: Records> SeriesReader<R> {
    /// A reader of the series that `options` ask for.
    ///
    /// # Errors
    /// For a choice of columns, a label of another name than [`SERIES_LABEL`], or a label where there are none.
    pub fn open(records: R, options: &ReadOptions) -> Result<CaseStream<Self>, DataError> {
        let fail = |problem: String| DataError::new(records.source(), problem);
        if options.columns.is_some() || options.choice != ColumnChoice::default() {
            return Err(fail("series have channels and no columns to choose from; leave the columns out".into()));
        }
        if let Some(name) = &options.label {
            if !name.eq_ignore_ascii_case(SERIES_LABEL) {
                let problem =
                    format!("series have one label, and its name is {SERIES_LABEL}; use --label {SERIES_LABEL}");
                return Err(fail(problem).in_column(name));
            }
            if !records.has_labels() {
                let problem = "the series have no labels; name a file that has, as a .ts file whose header says `@classLabel true`";
                return Err(fail(problem.into()));
            }
        }
        Ok(CaseStream::new(SeriesReader { records, record: Record::default() }, options))
    }
}

impl<R: Records> Cases for SeriesReader<R> {
    type Store = Vec<Record>;

    fn source(&self) -> &str {
        self.records.source()
    }
    fn notes(&self) -> &[String] {
        self.records.notes()
    }
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        if !wait && self.records.is_drained() {
            return Ok(Step::Waiting);
        }
        Ok(match self.records.next()? {
            None => Step::End,
            Some(Err(error)) => Step::Bad(error),
            Some(Ok(record)) => {
                self.record = record;
                Step::Case
            }
        })
    }
    fn size(&self) -> usize {
        let label = self.record.label.as_ref().map_or(0, String::len);
        let ends = self.record.series.channels() * size_of::<usize>();
        size_of_val(self.record.series.flat()) + ends + label + 2 * size_of::<Record>()
    }
    fn no_cases(&self) -> DataError {
        DataError::new(self.records.source(), "there are no cases; add some")
    }

    fn store(&self) -> Vec<Record> {
        Vec::new()
    }
    fn put(&mut self, store: &mut Vec<Record>, slot: usize) {
        put_into(store, slot, std::mem::take(&mut self.record));
    }
    fn dataset(&self, store: Vec<Record>, slots: Slots) -> Result<Box<dyn Dataset>> {
        let (cases, labels): (Vec<Series>, Vec<Option<String>>) =
            slots.of(store).into_iter().map(|record| (record.series, record.label)).unzip();
        let set = SeriesSet::new(cases)?.with_source(self.records.source());
        let labels = labels.into_iter().collect::<Option<Vec<String>>>().filter(|_| self.records.has_labels());
        Ok(match labels {
            Some(labels) => Box::new(set.with_labels(labels)?),
            None => Box::new(set),
        })
    }
}
