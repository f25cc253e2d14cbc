//! From a format to its cases: a format reads one case after another ([`Cases`]), and [`CaseStream`] makes chunks, whole sets
//! or samples of them.

mod log;
mod reader;
mod sampler;
mod selection;
mod series;
mod stream;
mod table;

use log::LogReader;
pub use reader::{BadCase, CaseReader, Chunk, Gathered};
pub(super) use selection::{ColumnRole, FileColumns, Selection, missing_column, missing_value};
pub(super) use series::{Problem, Record, Records, SeriesReader, check_room};
pub(super) use stream::CaseStream;
pub(super) use table::{Row, TableRows};

use crate::data::{Dataset, Dialect, ReadOptions, Windows};
use crate::error::{DataError, Result};

/// What stands next in a file.
#[derive(Debug)]
pub(super) enum Step {
    /// A case; [`Cases::put`] keeps it.
    Case,
    /// A case that cannot be used; those behind it can be read all the same.
    Bad(DataError),
    /// The stream would have to be waited for.
    Waiting,
    /// Nothing.
    End,
}

/// The cases of a file in order, whatever its format.
pub(super) trait Cases: Send {
    /// Keeps cases.
    type Store: Send;

    /// The name of the stream in messages.
    fn source(&self) -> &str;
    /// Names of the columns that are not read.
    fn ignored(&self) -> &[String] {
        &[]
    }
    /// Names of the columns that are carried along.
    fn carried(&self) -> &[String] {
        &[]
    }
    /// Names of the columns of the file that are carried along, without those that a log is cut by.
    fn ids(&self) -> &[String] {
        self.carried()
    }
    /// How readings became series, with what was found out, once all are read.
    fn windows(&self) -> Option<Windows> {
        None
    }
    /// What came to light while the cases were read, each a sentence.
    fn late_notes(&self) -> Vec<String> {
        Vec::new()
    }
    /// What is odd about the file, each a sentence, though it is read all the same.
    fn notes(&self) -> &[String] {
        &[]
    }
    /// What may change the meaning of the results, each a sentence.
    fn warnings(&self) -> &[String] {
        &[]
    }
    /// How the file is written, where that may differ from file to file.
    fn dialect(&self) -> Option<&Dialect> {
        None
    }
    /// Reads the next case; `wait`: whether the stream may be waited for.
    ///
    /// # Errors
    /// What ends the reading. Nothing is read after an error.
    fn advance(&mut self, wait: bool) -> Result<Step, DataError>;
    /// Bytes that the case read last takes in a store.
    fn size(&self) -> usize;
    /// The error of a file without cases.
    fn no_cases(&self) -> DataError;

    /// A store without cases.
    fn store(&self) -> Self::Store;
    /// Puts the case read last into `slot` of the store, which may be the first one behind those it has.
    fn put(&mut self, store: &mut Self::Store, slot: usize);
    /// The cases in `slots` of the store, in that order.
    ///
    /// # Errors
    /// If they make no data set.
    fn dataset(&self, store: Self::Store, slots: Slots) -> Result<Box<dyn Dataset>>;
}

/// Which slots of a store are meant.
pub(super) enum Slots {
    /// All, in their order.
    All,
    /// These.
    Some(Vec<usize>),
}

impl Slots {
    /// The cases that are meant, in that order.
    fn of<T: Default>(self, mut store: Vec<T>) -> Vec<T> {
        match self {
            Slots::All => store,
            Slots::Some(slots) => slots.into_iter().map(|slot| std::mem::take(&mut store[slot])).collect(),
        }
    }
}

/// Puts a case into a slot, which may be the first behind those there are.
fn put_into<T>(store: &mut Vec<T>, slot: usize, case: T) {
    if slot == store.len() {
        store.push(case);
    } else {
        store[slot] = case;
    }
}

/// The rows of a file as cases, or as a log that is cut into series, as the options say.
///
/// # Errors
/// [`crate::Error::Data`] if a column that a log is cut by is missing.
pub(super) fn open_rows<R: TableRows + 'static>(rows: R, options: &ReadOptions) -> Result<Box<dyn CaseReader>> {
    Ok(match &options.windows {
        Some(windows) => Box::new(CaseStream::new(LogReader::new(rows, windows, options)?, options)),
        None => Box::new(CaseStream::new(rows, options)),
    })
}
