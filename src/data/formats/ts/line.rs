//! Lines of a text stream with their numbers, in bounded memory.

use std::io::{BufRead, BufReader, Read};

use crate::data::formats::source::Source;
use crate::error::DataError;

/// Longest line that is read; a longer one is refused instead of filling the memory.
const LONGEST: u64 = 64 << 20;

/// Bytes of the stream's buffer.
const BUFFER: usize = 1 << 20;

/// Reads a stream line by line.
pub(super) struct Lines {
    reader: BufReader<Source>,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    pub fn new(source: Source) -> Self {
        Lines { reader: BufReader::with_capacity(BUFFER, source), line: Vec::new(), number: 0 }
    }

    /// The name of the stream in messages.
    pub fn source(&self) -> &str {
        self.reader.get_ref().name()
    }

    /// An error at the line read last.
    pub fn error(&self, problem: impl Into<String>) -> DataError {
        DataError::new(self.source(), problem).at_line(self.number.max(1))
    }

    /// Whether reading another line would have to wait for whoever writes the stream.
    pub fn is_drained(&self) -> bool {
        self.reader.get_ref().waits() && !self.reader.buffer().contains(&b'\n')
    }

    /// The next line that is neither blank nor a comment (`#`), trimmed, or what is wrong with it; `None` at the end.
    pub fn next_content(&mut self) -> Result<Option<Result<&str, &'static str>>, DataError> {
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            // Comments of old files are not UTF-8: they are skipped as bytes.
            let start = self.line.iter().position(|b| !b.is_ascii_whitespace());
            if start.is_some_and(|s| self.line[s] != b'#') {
                break;
            }
        }
        let text = std::str::from_utf8(&self.line).map(str::trim);
        Ok(Some(text.map_err(|_| "not UTF-8 text: is this a .ts file?")))
    }

    /// Reads the next line; false at the end.
    fn fill(&mut self) -> Result<bool, DataError> {
        self.line.clear();
        self.number += 1;
        let read = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut self.line);
        match read {
            Err(e) => Err(self.reader.get_ref().unreadable(&e).at_line(self.number)),
            Ok(0) => {
                self.number -= 1;
                Ok(false)
            }
            Ok(n) if n as u64 == LONGEST && !self.line.ends_with(b"\n") => {
                Err(self.error(format!("a line of more than {} MiB: is this a .ts file?", LONGEST >> 20)))
            }
            Ok(_) => Ok(true),
        }
    }
}
