//! One record of a CSV stream: its fields and where it stands.

use super::quotes::Quotes;

/// Most fields of a record: a line of commas alone takes no memory to speak of in a file, and eight bytes a field here.
pub(super) const MOST_FIELDS: usize = 65_536;

/// One record, its fields unquoted and back to back.
pub(super) struct Record {
    pub text: Vec<u8>,
    /// Where each field ends in `text`.
    pub ends: Vec<usize>,
    pub fields: usize,
    /// The line the record starts on.
    pub line: u64,
    /// The field whose quotation marks go on at the end of the first line.
    pub opened: Option<usize>,
    pub quotes: Quotes,
    /// The first of the empty lines before it, unless it was told of.
    pub empty_before: Option<u64>,
}

impl Record {
    /// Room for a record.
    pub fn new(delimiter: u8) -> Record {
        Record {
            text: vec![0; 1024],
            ends: vec![0; 64],
            fields: 0,
            line: 1,
            opened: None,
            quotes: Quotes::new(delimiter),
            empty_before: None,
        }
    }
    /// Before the first byte of a record.
    pub fn begin(&mut self, line: u64) {
        self.line = line;
        self.opened = None;
        self.quotes.begin();
    }
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields
    }
    /// Field `i`.
    pub fn field(&self, i: usize) -> &[u8] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..self.ends[i]]
    }
    /// Whether it spans several lines.
    pub fn has_several_lines(&self) -> bool {
        self.opened.is_some()
    }
    /// Whether nothing but white space stands on the line.
    pub fn is_blank(&self) -> bool {
        self.fields == 1 && !self.quotes.seen() && self.field(0).trim_ascii().is_empty()
    }
}
