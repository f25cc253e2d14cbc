//! Lines of a text stream with their numbers, in bounded memory.

use std::io::{BufRead, BufReader, Read};

use crate::data::formats::source::Source;
use crate::error::{DataError, NUL};

/// Longest line, and longest header, that is read; a longer one is refused instead of filling the memory.
const LONGEST: u64 = 64 << 20;

/// Most bytes of blank lines and comments one after another: compressed, they cost nothing to write and minutes to read.
const MOST_SKIPPED: u64 = 1 << 30;

/// Bytes of the stream's buffer.
const BUFFER: usize = 1 << 20;

/// Reads a stream line by line.
pub(in crate::data::formats) struct Lines {
    reader: BufReader<Source>,
    line: Vec<u8>,
    number: u64,
    /// Bytes of the lines that were handed out.
    content: u64,
    /// The kind of file, in messages: "a .ts file".
    kind: &'static str,
}

impl Lines {
    pub fn new(source: Source, kind: &'static str) -> Self {
        Lines { reader: BufReader::with_capacity(BUFFER, source), line: Vec::new(), number: 0, content: 0, kind }
    }

    /// The name of the stream in messages.
    pub fn source(&self) -> &str {
        self.reader.get_ref().name()
    }

    /// An error at the line read last.
    pub fn error(&self, problem: impl Into<String>) -> DataError {
        DataError::new(self.source(), problem).at_line(self.number.max(1))
    }

    /// Whether reading another line of content would have to wait for whoever writes the stream: what is at hand are blank
    /// lines and comments, which begin with one of `marks`.
    pub fn is_drained(&self, marks: &[u8]) -> bool {
        let mut lines =
            self.reader.buffer().split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
        self.reader.get_ref().waits() && !lines.any(|line| is_content(line, marks))
    }

    /// The number of the line read last, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is neither blank nor a comment, trimmed, or what is wrong with it; `None` at the end. A comment
    /// begins with one of `marks`.
    pub fn next_content(&mut self, marks: &[u8]) -> Result<Option<Result<&str, String>>, DataError> {
        let mut skipped = 0;
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            if skipped > MOST_SKIPPED {
                let problem = format!("more than {} MiB of blank lines and comments; remove them", MOST_SKIPPED >> 20);
                return Err(self.error(problem));
            }
            skipped += self.line.len() as u64;
            // Comments of old files are not UTF-8: they are skipped as bytes.
            if is_content(&self.line, marks) {
                break;
            }
        }
        self.content += self.line.len() as u64;
        let Ok(text) = std::str::from_utf8(&self.line).map(str::trim) else {
            return Ok(Some(Err(format!("not UTF-8 text; save it as UTF-8, or name {}", self.kind))));
        };
        Ok(Some(match text.find(['\0', '\r']).map(|at| text.as_bytes()[at]) {
            Some(0) => Err(NUL.into()),
            Some(_) => Err("a line ends in a carriage return alone; save the file with line feeds".into()),
            None => Ok(text),
        }))
    }

    /// Refuses a header that is too long to be one; called while it is read.
    ///
    /// # Errors
    /// A sentence.
    pub fn check_header(&self) -> Result<(), String> {
        if self.content <= LONGEST {
            return Ok(());
        }
        Err(format!("a header of more than {} MiB; name {}", LONGEST >> 20, self.kind))
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

/// Whether a line is neither blank nor a comment, which begins with one of `marks`.
fn is_content(line: &[u8], marks: &[u8]) -> bool {
    line.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| !marks.contains(first))
}
