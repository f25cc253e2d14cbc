//! Lines of a text stream with their numbers, in bounded memory.

use std::io::{BufRead, Read};

use crate::error::{DataError, Result};

/// Longest line that is read; a longer one is refused instead of filling the memory.
const LONGEST: u64 = 256 << 20;

/// Reads a stream line by line.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
    source: String,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R, source: &str) -> Self {
        Lines { reader, buffer: Vec::new(), number: 0, source: source.into() }
    }

    /// An error at the line read last.
    pub fn error(&self, problem: impl Into<String>) -> DataError {
        DataError::new(&self.source, problem).at_line(self.number.max(1))
    }

    #[cfg(feature = "cli")]
    pub fn reader(&self) -> &R {
        &self.reader
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// The next line that is neither blank nor a comment (`#`), trimmed; `None` at the end.
    pub fn next_content(&mut self) -> Result<Option<&str>> {
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            // Comments of old files are not UTF-8: they are skipped as bytes.
            let start = self.buffer.iter().position(|b| !b.is_ascii_whitespace());
            if start.is_some_and(|s| self.buffer[s] != b'#') {
                break;
            }
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(text) => Ok(Some(text.trim())),
            Err(_) => Err(self.error("not UTF-8 text: is this a .ts file?").into()),
        }
    }

    fn fill(&mut self) -> Result<bool> {
        self.buffer.clear();
        self.number += 1;
        let read = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut self.buffer);
        match read {
            Err(e) => Err(self.error(format!("cannot read: {e}")).into()),
            Ok(0) => {
                self.number -= 1;
                Ok(false)
            }
            Ok(n) if n as u64 == LONGEST && !self.buffer.ends_with(b"\n") => {
                Err(self.error(format!("a line of more than {} MiB: is this a .ts file?", LONGEST >> 20)).into())
            }
            Ok(_) => {
                if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                    self.buffer.drain(..3);
                }
                Ok(true)
            }
        }
    }
}
