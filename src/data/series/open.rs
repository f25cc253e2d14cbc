//! Series from a file or standard input: gzip and the kind of file are told by the first bytes, not by the name.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::{NpyReader, Record, SeriesSet, TsReader};
use crate::data::source::Source;
use crate::error::{DataError, Result};

type Stream = BufReader<Box<dyn Read + Send>>;

/// Bytes of a stream's buffer.
const BUFFER: usize = 1 << 20;

/// Values after which a chunk of cases ends.
const CHUNK_VALUES: usize = 1 << 22;

/// Reads a `.ts` or `.npy` stream, plain or gzipped, case by case.
pub enum SeriesReader {
    /// The archive's text.
    Ts(TsReader<Stream>),
    /// A NumPy array.
    Npy(NpyReader<Stream>),
}

impl SeriesReader {
    /// Opens a file, or standard input if `path` is `-`.
    ///
    /// # Errors
    /// If the file cannot be opened, or its header cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<SeriesReader> {
        Self::from_source(Source::open(path.as_ref())?)
    }

    /// Reads from any stream; `source` names it in messages.
    ///
    /// # Errors
    /// If the header cannot be read.
    pub fn from_stream(stream: impl Read + Send + 'static, source: &str) -> Result<SeriesReader> {
        Self::from_source(Source::from_stream(stream, source)?)
    }

    pub(in crate::data) fn from_source(source: Source) -> Result<SeriesReader> {
        let Source { name, stream, .. } = source;
        let mut stream: Stream = BufReader::with_capacity(BUFFER, stream);
        let first = stream.fill_buf().map_err(|e| DataError::new(&name, format!("cannot read: {e}")))?;
        if first.starts_with(b"\x93") {
            NpyReader::new(stream, &name).map(SeriesReader::Npy)
        } else {
            TsReader::new(stream, &name).map(SeriesReader::Ts)
        }
    }

    /// Number of channels of a case, if the header says so.
    pub fn channels(&self) -> Option<usize> {
        match self {
            SeriesReader::Ts(r) => r.header().channels,
            SeriesReader::Npy(r) => Some(r.channels()),
        }
    }
    /// The name of the stream in messages.
    pub fn source(&self) -> &str {
        match self {
            SeriesReader::Ts(r) => r.source(),
            SeriesReader::Npy(r) => r.source(),
        }
    }

    /// The next cases, at most `limit` (at least one); `None` after the last. A chunk ends early where the stream has no
    /// whole case more at hand, so that cases that trickle in are seen as they come, and where it has grown large.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, line and channel.
    pub fn read_chunk(&mut self, limit: usize) -> Result<Option<SeriesSet>> {
        let (mut records, mut values) = (Vec::new(), 0);
        while records.len() < limit.max(1) && values < CHUNK_VALUES && (records.is_empty() || !self.is_drained()) {
            let Some(record) = self.next().transpose()? else { break };
            values += record.case.flat().len();
            records.push(Ok(record));
        }
        if records.is_empty() { Ok(None) } else { SeriesSet::collect(self.source(), records).map(Some) }
    }

    /// All remaining cases.
    ///
    /// # Errors
    /// The first thing that is wrong, or that there are no cases.
    pub fn into_set(self) -> Result<SeriesSet> {
        let source = self.source().to_owned();
        SeriesSet::collect(&source, self)
    }

    /// Whether reading another case would have to ask the stream, which may block.
    fn is_drained(&self) -> bool {
        match self {
            SeriesReader::Ts(r) => !r.reader().buffer().contains(&b'\n'),
            SeriesReader::Npy(r) => r.reader().buffer().len() < r.case_bytes(),
        }
    }
}

impl Iterator for SeriesReader {
    type Item = Result<Record>;
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            SeriesReader::Ts(r) => r.next(),
            SeriesReader::Npy(r) => r.next(),
        }
    }
}

impl SeriesSet {
    /// Reads a whole `.ts` or `.npy` file, plain or gzipped; `-` is standard input.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, line and channel.
    pub fn read(path: impl AsRef<Path>) -> Result<SeriesSet> {
        SeriesReader::open(path)?.into_set()
    }
}
