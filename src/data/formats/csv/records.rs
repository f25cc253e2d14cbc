//! Records of a CSV stream with the exact 1-based line each one starts on.
//!
//! The splitting of quotes and commas is `csv-core`'s. Line ends between records are consumed here, because that is
//! where line numbers go wrong otherwise: CRLF, blank lines, and line breaks inside quotes all count. One record and
//! one block of the stream are in memory at a time.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader};

use crate::data::formats::source::Source;
use crate::error::DataError;

/// Bytes of the block read at once.
const BLOCK: usize = 1 << 16;

/// Longest record; a longer one (an unclosed quotation mark, no text at all) is refused instead of filling the memory.
const LONGEST: usize = 64 << 20;

/// Most fields of a record: a line of commas alone takes no memory to speak of in a file, and eight bytes a field here.
const MOST_FIELDS: usize = 65_536;

/// What [`RecordReader::next`] came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A record: [`RecordReader::record`].
    Record,
    /// The stream would have to be waited for.
    Waiting,
    /// The end of the stream.
    End,
}

/// Reads a stream record by record.
pub(super) struct RecordReader {
    source: Source,
    parser: Reader,
    block: Vec<u8>,
    /// The unread part of `block`.
    unread: std::ops::Range<usize>,
    /// Line of the next unread byte.
    line: u64,
    /// The last byte read was a carriage return that ended a record: a line feed after it is part of that line end.
    after_return: bool,
    record: Record,
    /// Bytes and fields of a record that is not read to its end.
    begun: Option<(usize, usize)>,
}

/// One record, its fields unquoted and back to back.
pub(super) struct Record {
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    /// The line the record starts on.
    pub line: u64,
    /// Whether it spans several lines.
    pub several_lines: bool,
    /// The first of the empty lines before it, unless it was told of.
    empty_before: Option<u64>,
}

impl Record {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields
    }
    /// Field `i`.
    pub fn field(&self, i: usize) -> &[u8] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }
    /// Whether nothing but white space stands on the line.
    pub fn is_blank(&self) -> bool {
        self.fields == 1 && self.field(0).trim_ascii().is_empty()
    }
}

impl RecordReader {
    pub fn new(source: Source) -> RecordReader {
        RecordReader {
            source,
            parser: Reader::new(),
            block: vec![0; BLOCK],
            unread: 0..0,
            line: 1,
            after_return: false,
            record: Record {
                text: vec![0; 1024],
                ends: vec![0; 64],
                fields: 0,
                line: 1,
                several_lines: false,
                empty_before: None,
            },
            begun: None,
        }
    }

    /// How the stream is called in messages.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// The record read last.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The first of the empty lines since this was last asked.
    pub fn forget_empty_lines(&mut self) -> Option<u64> {
        self.record.empty_before.take()
    }

    /// Reads the next record; `wait`: whether the stream may be waited for.
    pub fn next(&mut self, wait: bool) -> Result<Found, DataError> {
        let (mut text, mut fields) = match self.begun.take() {
            Some(begun) => begun,
            None => match self.skip_line_ends(wait)? {
                Found::Record => {
                    self.record.line = self.line;
                    (0, 0)
                }
                other => return Ok(other),
            },
        };
        loop {
            if self.unread.is_empty() && self.fill(wait)? == Found::Waiting {
                self.begun = Some((text, fields));
                return Ok(Found::Waiting);
            }
            // An empty block tells the parser that the stream has ended.
            let bytes = &self.block[self.unread.clone()];
            let (state, read, wrote, ended) =
                self.parser.read_record(bytes, &mut self.record.text[text..], &mut self.record.ends[fields..]);
            let last = read.checked_sub(1).map(|i| bytes[i]);
            self.line += bytes[..read].iter().filter(|&&b| b == b'\n').count() as u64;
            self.unread.start += read;
            (text, fields) = (text + wrote, fields + ended);
            match state {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if text >= LONGEST => return Err(self.too_long()),
                ReadRecordResult::OutputFull => self.record.text.resize(2 * self.record.text.len(), 0),
                ReadRecordResult::OutputEndsFull if fields >= MOST_FIELDS => return Err(self.too_wide()),
                ReadRecordResult::OutputEndsFull => self.record.ends.resize(2 * self.record.ends.len(), 0),
                ReadRecordResult::Record | ReadRecordResult::End => {
                    self.record.several_lines = self.line - u64::from(last == Some(b'\n')) > self.record.line;
                    self.after_return = last == Some(b'\r');
                    self.line += u64::from(self.after_return);
                    self.record.fields = fields;
                    return Ok(if fields > 0 { Found::Record } else { Found::End });
                }
            }
        }
    }

    /// Consumes the line ends before the next record.
    fn skip_line_ends(&mut self, wait: bool) -> Result<Found, DataError> {
        loop {
            if self.unread.is_empty() {
                match self.fill(wait)? {
                    Found::Record => {}
                    other => return Ok(other),
                }
            }
            let byte = self.block[self.unread.start];
            if byte != b'\n' && byte != b'\r' {
                self.after_return = false;
                return Ok(Found::Record);
            }
            if !(byte == b'\n' && self.after_return) {
                self.record.empty_before.get_or_insert(self.line);
                self.line += 1;
            }
            self.after_return = byte == b'\r';
            self.unread.start += 1;
        }
    }

    /// Reads the next block.
    fn fill(&mut self, wait: bool) -> Result<Found, DataError> {
        if !wait && self.source.waits() {
            return Ok(Found::Waiting);
        }
        loop {
            match self.source.read(&mut self.block) {
                Ok(count) => {
                    self.unread = 0..count;
                    return Ok(if count > 0 { Found::Record } else { Found::End });
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.source.unreadable(&e).at_line(self.line)),
            }
        }
    }

    fn too_wide(&self) -> DataError {
        let problem = format!(
            "more than {MOST_FIELDS} cells in a row, the most that a table has; leave columns out, or end the line"
        );
        DataError::new(self.name(), problem).at_line(self.record.line)
    }

    fn too_long(&self) -> DataError {
        let problem = format!(
            "a row of more than {} MiB (an unclosed quotation mark, or no CSV file?); mend the row",
            LONGEST >> 20
        );
        DataError::new(self.name(), problem).at_line(self.record.line)
    }
}
