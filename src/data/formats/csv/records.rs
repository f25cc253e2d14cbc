//! Records of a CSV stream with the exact 1-based line each one starts on.
//!
//! The splitting of quotes and commas is `csv-core`'s. Line ends between records are consumed here, because that is
//! where line numbers go wrong otherwise: CRLF, blank lines, and line breaks inside quotes all count. One record and
//! one block of the stream are in memory at a time.
//!
//! A quotation mark without its partner would swallow rows up to the next mark, or all: a record ends where, within quotation
//! marks, a line follows that is a row by itself, and at the end of the stream. It is [`Found::Unclosed`], and that line is read
//! again.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader};

use super::quoted_line::{QuotedLine, parser};
use super::record::{MOST_FIELDS, Record};

use crate::data::dialect::line_is_skipped;
use crate::data::formats::source::Source;
use crate::error::DataError;

/// Bytes of the block read at once.
const BLOCK: usize = 1 << 16;

/// Longest record; a longer one (an unclosed quotation mark, no text at all) is refused instead of filling the memory.
const LONGEST: usize = 64 << 20;

/// What [`RecordReader::next`] came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A record: [`RecordReader::record`].
    Record,
    /// A record, not to be used, in which a quotation mark is not closed.
    Unclosed,
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
    /// The line being read, where a line before it has opened quotation marks.
    quoted: QuotedLine,
    left_out: LeftOut,
    /// Whether the line being read is left out.
    leaving_out: bool,
}

/// Lines that are no records.
#[derive(Clone, Debug, Default)]
pub(super) struct LeftOut {
    /// Those that begin with this are comments.
    pub comment: Option<u8>,
    /// These, counted from 1.
    pub lines: Vec<(u64, u64)>,
}

impl LeftOut {
    /// Whether line `line`, which begins with `byte`, is one.
    pub fn has(&self, line: u64, byte: u8) -> bool {
        self.comment == Some(byte) || line_is_skipped(&self.lines, line)
    }
}

impl RecordReader {
    /// A reader of records whose cells `delimiter` separates.
    pub fn new(source: Source, delimiter: u8, left_out: LeftOut) -> RecordReader {
        RecordReader {
            source,
            parser: parser(delimiter),
            block: vec![0; BLOCK],
            unread: 0..0,
            line: 1,
            after_return: false,
            record: Record::new(delimiter),
            begun: None,
            quoted: QuotedLine::new(delimiter),
            left_out,
            leaving_out: false,
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

    /// Reads the next record; `wait`: whether the stream may be waited for, `is_row`: whether a line is a row by itself.
    pub fn next(&mut self, wait: bool, is_row: impl Fn(&Record) -> bool) -> Result<Found, DataError> {
        let (mut text, mut fields) = match self.begun.take() {
            Some(begun) => begun,
            None => match self.skip_to_record(wait)? {
                Found::Record => {
                    self.record.begin(self.line);
                    self.quoted.end();
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
            // An empty line tells the parser that the stream has ended.
            let line = first_line(&self.block[self.unread.clone()]);
            if line.is_empty() && self.record.quotes.is_open() {
                self.record.opened.get_or_insert(self.record.quotes.field());
                let again = self.quoted.is_row(&is_row);
                return Ok(self.unclosed(again));
            }
            let (state, read, wrote, ended) =
                self.parser.read_record(line, &mut self.record.text[text..], &mut self.record.ends[fields..]);
            let bytes = &line[..read];
            self.record.quotes.read(bytes);
            self.quoted.push(bytes);
            let last = bytes.last().copied();
            self.unread.start += read;
            (text, fields) = (text + wrote, fields + ended);
            match state {
                ReadRecordResult::InputEmpty if matches!(last, Some(b'\r' | b'\n')) => {
                    // A line end within quotation marks.
                    self.record.opened.get_or_insert(self.record.quotes.field());
                    if self.quoted.is_row(&is_row) {
                        return Ok(self.unclosed(true));
                    }
                    self.line += u64::from(last == Some(b'\n'));
                    self.quoted.begin(self.line);
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if text >= LONGEST => return Err(self.too_long()),
                ReadRecordResult::OutputFull => self.record.text.resize(2 * self.record.text.len(), 0),
                ReadRecordResult::OutputEndsFull if fields >= MOST_FIELDS => return Err(self.too_wide()),
                ReadRecordResult::OutputEndsFull => self.record.ends.resize(2 * self.record.ends.len(), 0),
                ReadRecordResult::Record | ReadRecordResult::End => {
                    self.record.fields = fields;
                    // Two marks, each without its partner, make a cell of what stands between them.
                    if self.quoted.is_row(&is_row) {
                        return Ok(self.unclosed(true));
                    }
                    self.line += u64::from(last.is_some());
                    self.after_return = last == Some(b'\r');
                    return Ok(if fields > 0 { Found::Record } else { Found::End });
                }
            }
        }
    }

    /// Ends a record whose quotation mark has no partner; its last line is to be read `again` if it is a row.
    fn unclosed(&mut self, again: bool) -> Found {
        self.parser.reset();
        self.after_return = false;
        if again {
            self.line = self.quoted.line().unwrap_or(self.line);
            let bytes = self.quoted.bytes();
            // In this block, or begun in one before.
            match self.unread.start.checked_sub(bytes.len()) {
                Some(start) => self.unread.start = start,
                None => {
                    self.block = [bytes, &self.block[self.unread.clone()]].concat();
                    self.unread = 0..self.block.len();
                }
            }
        }
        Found::Unclosed
    }

    /// Consumes the line ends before the next record, and the lines that are left out.
    fn skip_to_record(&mut self, wait: bool) -> Result<Found, DataError> {
        loop {
            if self.unread.is_empty() {
                match self.fill(wait)? {
                    Found::Record => {}
                    other => return Ok(other),
                }
            }
            let byte = self.block[self.unread.start];
            let goes_on = byte == b'\n' && self.after_return;
            if self.leaving_out || !goes_on && self.left_out.has(self.line, byte) {
                self.leave_out();
                continue;
            }
            if byte != b'\n' && byte != b'\r' {
                self.after_return = false;
                return Ok(Found::Record);
            }
            if !goes_on {
                self.record.empty_before.get_or_insert(self.line);
                self.line += 1;
            }
            self.after_return = byte == b'\r';
            self.unread.start += 1;
        }
    }

    /// Consumes what is at hand of a line that is left out.
    fn leave_out(&mut self) {
        let line = first_line(&self.block[self.unread.clone()]);
        let last = line.last().copied().filter(|byte| matches!(byte, b'\r' | b'\n'));
        self.unread.start += line.len();
        self.leaving_out = last.is_none();
        self.line += u64::from(last.is_some());
        self.after_return = last == Some(b'\r');
    }

    /// Reads the next block.
    fn fill(&mut self, wait: bool) -> Result<Found, DataError> {
        if !wait && self.source.waits() {
            return Ok(Found::Waiting);
        }
        loop {
            self.block.resize(BLOCK, 0);
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

/// What stands before the first line end, and that.
fn first_line(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr2(b'\r', b'\n', bytes).map_or(bytes.len(), |end| end + 1)]
}
