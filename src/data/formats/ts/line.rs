//! Lines of a text stream with their numbers, in bounded memory.

use std::io::{BufRead, BufReader, Read};

use crate::data::formats::source::Source;
use crate::error::{DataError, NUL};

/// Longest line that is read; a longer one is refused instead of filling the memory.
const LONGEST: u64 = 64 << 20;

/// Bytes of the stream's buffer.
const BUFFER: usize = 1 << 20;

/// Reads a stream line by line.
pub(in crate::data::formats) struct Lines {
    reader: BufReader<Source>,
    line: Vec<u8>,
    number: u64,
    /// The kind of file, in messages: "a .ts file".
    kind: &'static str,
}

impl Lines {
    pub fn new(source: Source, kind: &'static str) -> Self {
        Lines { reader: BufReader::with_capacity(BUFFER, source), line: Vec::new(), number: 0, kind }
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

    /// The number of the line read last, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is neither blank nor a comment, trimmed, or what is wrong with it; `None` at the end. A comment
    /// begins with one of `marks`.
    pub fn next_content(&mut self, marks: &[u8]) -> Result<Option<Result<&str, String>>, DataError> {
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            // Comments of old files are not UTF-8: they are skipped as bytes.
            let start = self.line.iter().position(|b| !b.is_ascii_whitespace());
            if start.is_some_and(|s| !marks.contains(&self.line[s])) {
                break;
            }
        }
        let Ok(text) = std::str::from_utf8(&self.line).map(str::trim) else {
            return Ok(Some(Err(format!("not UTF-8 text; save it as UTF-8, or name {}", self.kind))));
        };
        Ok(Some(match text.find(['\0', '\r']).map(|at| text.as_bytes()[at]) {
            Some(0) => Err(NUL.into()),
            Some(_) => Err("a line ends in a carriage return alone; save the file with line feeds".into()),
            None => Ok(text),
        }))
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
                Err(self.error(format!("a line of more than {} MiB; split it, or name {}", LONGEST >> 20, self.kind)))
            }
            Ok(_) => Ok(true),
        }
    }
}
