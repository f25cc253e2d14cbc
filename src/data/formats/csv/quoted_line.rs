//! A line within quotation marks that a line before it has opened: is it a row by itself, which the mark has swallowed?

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::record::{MOST_FIELDS, Record};

/// Longest line that is looked at; a longer one is no row.
const LONGEST: usize = 4 << 20;

/// The line being read, if a line before it has opened quotation marks.
pub(super) struct QuotedLine {
    /// Its number, if there is one.
    line: Option<u64>,
    bytes: Vec<u8>,
    too_long: bool,
    delimiter: u8,
    /// The record it is by itself.
    alone: Record,
}

impl QuotedLine {
    /// None.
    pub fn new(delimiter: u8) -> QuotedLine {
        QuotedLine { line: None, bytes: Vec::new(), too_long: false, delimiter, alone: Record::new(delimiter) }
    }

    /// Begins the line of this number.
    pub fn begin(&mut self, line: u64) {
        self.end();
        self.line = Some(line);
    }

    /// The record has ended.
    pub fn end(&mut self) {
        (self.line, self.too_long) = (None, false);
        self.bytes.clear();
    }

    /// What of it has been read.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.line.is_none() {
            return;
        }
        self.too_long |= self.bytes.len() + bytes.len() > LONGEST;
        if !self.too_long {
            self.bytes.extend_from_slice(bytes);
        }
    }

    pub fn line(&self) -> Option<u64> {
        self.line
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it is a record with every mark in its place, and a row.
    pub fn is_row(&mut self, is_row: impl Fn(&Record) -> bool) -> bool {
        self.line.is_some() && !self.too_long && self.parse() && is_row(&self.alone)
    }

    fn parse(&mut self) -> bool {
        let record = &mut self.alone;
        record.text.resize(record.text.len().max(self.bytes.len() + 1), 0);
        record.ends.resize(MOST_FIELDS + 1, 0);
        record.begin(0);
        record.quotes.read(&self.bytes);
        if record.quotes.is_open() || record.quotes.are_odd() {
            return false;
        }
        let mut parser = parser(self.delimiter);
        let (mut text, mut rest) = (0, &self.bytes[..]);
        record.fields = 0;
        loop {
            let (state, read, wrote, ended) =
                parser.read_record(rest, &mut record.text[text..], &mut record.ends[record.fields..]);
            rest = &rest[read..];
            text += wrote;
            record.fields += ended;
            match state {
                // Once more, without bytes: the end.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => return true,
                _ => return false,
            }
        }
    }
}

/// A parser of records whose cells `delimiter` separates.
pub(super) fn parser(delimiter: u8) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).build()
}
