//! Bytes of a file or of standard input, as a format reads them: gzip is undone, a byte-order mark is dropped.
//!
//! Gzip and format are recognised by the first bytes, so a mislabelled or piped `.csv.gz` works. No byte more is read for
//! that than it takes to decide: a stream whose first line comes late is not held up.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::data::standard_streams::check_standard_input;
use crate::error::DataError;

/// An opened input.
pub(in crate::data) struct Source {
    /// The path as given, or `<stdin>`.
    name: String,
    /// Bytes that were read to recognise the format and are still to be handed out.
    ahead: Vec<u8>,
    stream: Box<dyn Read + Send>,
    gzip: bool,
}

impl Source {
    /// Opens `path`, or standard input if it is `-`.
    pub fn open(path: &Path) -> Result<Source, DataError> {
        if path.as_os_str() == "-" {
            let closed = |e| DataError::new("<stdin>", format!("cannot read: {e}; name a file, or give it an input"));
            check_standard_input().map_err(closed)?;
            return Source::from_stream(io::stdin(), "<stdin>");
        }
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(DataError::new(name, "is a directory; name a file in it"));
        }
        match File::open(path) {
            Ok(file) => Source::from_stream(file, &name),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Err(DataError::new(name, "no such file; check the path (- is standard input)"))
            }
            Err(e) => Err(DataError::new(name, format!("cannot open: {e}"))),
        }
    }

    /// Takes any stream; `name` is used in messages.
    pub fn from_stream(stream: impl Read + Send + 'static, name: &str) -> Result<Source, DataError> {
        let mut source = Source { name: name.into(), ahead: Vec::new(), stream: Box::new(stream), gzip: false };
        if source.starts_with(b"\x1f\x8b")? {
            let compressed = io::Cursor::new(source.ahead).chain(source.stream);
            source =
                Source { ahead: Vec::new(), stream: Box::new(MultiGzDecoder::new(compressed)), gzip: true, ..source };
        }
        if source.starts_with(b"\xef\xbb\xbf")? {
            source.ahead.drain(..3);
        }
        Ok(source)
    }

    /// The path as given, or `<stdin>`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name ends in `.extension`, in any case and also with `.gz` behind it.
    pub fn has_extension(&self, extension: &str) -> bool {
        let name = self.name.to_ascii_lowercase();
        name.strip_suffix(".gz").unwrap_or(&name).strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'))
    }

    /// Whether the bytes begin with `mark`; they stay in the source.
    pub fn starts_with(&mut self, mark: &[u8]) -> Result<bool, DataError> {
        for (i, byte) in mark.iter().enumerate() {
            if i == self.ahead.len() {
                let read = self.stream.by_ref().take(1).read_to_end(&mut self.ahead);
                read.map_err(|e| self.unreadable(&e))?;
            }
            if self.ahead.get(i) != Some(byte) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Refuses what is known to be no UTF-8 text.
    pub fn require_text(&mut self) -> Result<(), DataError> {
        if self.starts_with(b"\xff\xfe")? || self.starts_with(b"\xfe\xff")? {
            return Err(DataError::new(&self.name, "is UTF-16 text; save it as UTF-8"));
        }
        if self.starts_with(b"PK\x03\x04")? {
            return Err(DataError::new(&self.name, "is a zip archive or a spreadsheet; save the table as CSV"));
        }
        Ok(())
    }

    /// The error for a failed read.
    pub fn unreadable(&self, error: &io::Error) -> DataError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let damaged = self.gzip && matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof);
        let problem = if damaged {
            format!("the gzip data is damaged or cut short ({error}); get the file again")
        } else {
            format!("cannot read: {error}")
        };
        DataError::new(&self.name, problem)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            return self.stream.read(buffer);
        }
        let count = self.ahead.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.ahead[..count]);
        self.ahead.drain(..count);
        Ok(count)
    }
}
