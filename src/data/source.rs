//! Bytes of a file or of standard input: gzip is undone, a byte-order mark is dropped, and what is no text is named.
//!
//! The kind is told by the first bytes, never by the name, so a mislabelled or piped `.csv.gz` works.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::DataError;

/// Any stream of bytes that may move to another thread.
pub(super) type Stream = Box<dyn Read + Send>;

/// An opened input: its bytes as text, and how to call it in messages.
pub(super) struct Source {
    /// The path as given, or `<stdin>`.
    pub name: String,
    /// The bytes after gzip and byte-order mark.
    pub stream: Stream,
    gzip: bool,
}

impl Source {
    /// Opens `path`, or standard input if it is `-`.
    pub fn open(path: &Path) -> Result<Source, DataError> {
        if path.as_os_str() == "-" {
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
        let (first, stream) = peek(Box::new(stream), 2).map_err(|e| unreadable(name, false, &e))?;
        let gzip = first == [0x1f, 0x8b];
        let stream: Stream = if gzip { Box::new(MultiGzDecoder::new(stream)) } else { stream };
        let (first, mut stream) = peek(stream, 4).map_err(|e| unreadable(name, gzip, &e))?;
        if first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff") {
            return Err(DataError::new(name, "is UTF-16 text; save it as UTF-8"));
        }
        if first.starts_with(b"PK\x03\x04") {
            return Err(DataError::new(name, "is a zip archive or a spreadsheet; save the table as CSV"));
        }
        if first.starts_with(b"\xef\xbb\xbf") {
            stream.read_exact(&mut [0; 3]).map_err(|e| unreadable(name, gzip, &e))?;
        }
        Ok(Source { name: name.into(), stream, gzip })
    }

    /// The first byte, which stays in the stream; `None` if there is none.
    pub fn first_byte(&mut self) -> Result<Option<u8>, DataError> {
        let stream = std::mem::replace(&mut self.stream, Box::new(io::empty()));
        let (first, stream) = peek(stream, 1).map_err(|e| unreadable(&self.name, self.gzip, &e))?;
        self.stream = stream;
        Ok(first.first().copied())
    }

    /// The error for a failed read of `stream`.
    pub fn unreadable(&self, error: &io::Error) -> DataError {
        unreadable(&self.name, self.gzip, error)
    }
}

fn unreadable(name: &str, gzip: bool, error: &io::Error) -> DataError {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    let damaged = gzip && matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof);
    let problem = if damaged {
        format!("the gzip data is damaged or cut short ({error}); get the file again")
    } else {
        format!("cannot read: {error}")
    };
    DataError::new(name, problem)
}

/// The first `count` bytes (fewer at the end), and a stream that still has them.
fn peek(mut stream: Stream, count: u64) -> io::Result<(Vec<u8>, Stream)> {
    let mut first = Vec::new();
    stream.by_ref().take(count).read_to_end(&mut first)?;
    Ok((first.clone(), Box::new(Cursor::new(first).chain(stream))))
}
