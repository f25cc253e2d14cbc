//! What readers of series share: chunks of cases, and what the options mean for series.

use super::case_reader::CaseReader;
use crate::data::series::SERIES_LABEL;
use crate::data::{Dataset, ReadOptions, Series, SeriesSet};
use crate::error::{DataError, Result};

/// Values after which a chunk of cases ends.
const CHUNK_VALUES: usize = 1 << 22;

/// A series of a file.
pub(super) struct Record {
    pub series: Series,
    /// Its label, if the file has labels.
    pub label: Option<String>,
}

/// The series of a file in order, whatever its format.
pub(super) trait Records: Send {
    /// The name of the stream in messages.
    fn source(&self) -> &str;
    /// Whether every series has a label; otherwise none has.
    fn has_labels(&self) -> bool;
    /// Whether reading another series would have to ask the stream, which may block.
    fn is_drained(&self) -> bool;
    /// The next series; `None` after the last.
    ///
    /// # Errors
    /// What is wrong with it, with file, line and channel. Nothing is read after an error.
    fn next(&mut self) -> Result<Option<Record>>;
}

/// Reads series in chunks.
pub(super) struct SeriesReader<R> {
    records: R,
    /// Series read so far.
    count: usize,
}

impl<R: Records> SeriesReader<R> {
    /// A reader of the series that `options` ask for.
    ///
    /// # Errors
    /// For a choice of columns, a label of another name than [`SERIES_LABEL`], or a label where there are none.
    pub fn new(records: R, options: &ReadOptions) -> Result<Self, DataError> {
        let fail = |problem: String| DataError::new(records.source(), problem);
        if options.columns.is_some() {
            return Err(fail("series have channels and no columns to choose from; leave the columns out".into()));
        }
        if let Some(name) = &options.label {
            if !name.eq_ignore_ascii_case(SERIES_LABEL) {
                let problem =
                    format!("series have one label, and its name is {SERIES_LABEL}; use --label {SERIES_LABEL}");
                return Err(fail(problem).in_column(name));
            }
            if !records.has_labels() {
                let problem = "the series have no labels; a .ts file has them if its header says `@classlabel true`";
                return Err(fail(problem.into()));
            }
        }
        Ok(SeriesReader { records, count: 0 })
    }

    /// The next series, at most `limit`; `None` after the last. `eager`: end where the stream has no whole series more at
    /// hand, and where the chunk has grown large.
    fn read(&mut self, limit: usize, eager: bool) -> Result<Option<SeriesSet>> {
        let (mut cases, mut labels, mut values) = (Vec::new(), Vec::new(), 0);
        while cases.len() < limit
            && !(eager && (values >= CHUNK_VALUES || !cases.is_empty() && self.records.is_drained()))
        {
            let Some(Record { series, label }) = self.records.next()? else { break };
            values += series.flat().len();
            cases.push(series);
            labels.extend(label);
        }
        self.count += cases.len();
        if self.count == 0 {
            return Err(DataError::new(self.records.source(), "there are no cases; add some").into());
        }
        if cases.is_empty() {
            return Ok(None);
        }
        let set = SeriesSet::new(cases)?.with_source(self.records.source());
        if self.records.has_labels() { set.with_labels(labels).map(Some) } else { Ok(Some(set)) }
    }
}

impl<R: Records> CaseReader for SeriesReader<R> {
    fn source(&self) -> &str {
        self.records.source()
    }

    fn next_chunk(&mut self, limit: usize) -> Result<Option<Box<dyn Dataset>>> {
        Ok(self.read(limit.max(1), true)?.map(|set| Box::new(set) as Box<dyn Dataset>))
    }

    fn into_rest(mut self: Box<Self>) -> Result<Box<dyn Dataset>> {
        match self.read(usize::MAX, false)? {
            Some(set) => Ok(Box::new(set)),
            None => Err(DataError::new(self.records.source(), "has no cases left").into()),
        }
    }
}
