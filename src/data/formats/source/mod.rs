//! Bytes of a file or of standard input, as a format reads them: gzip is undone, a byte-order mark is dropped.
//!
//! Gzip and format are recognised by the first bytes, so a mislabelled or piped `.csv.gz` works. The stream is not asked for
//! more than it takes to decide: one whose first line comes late is not held up.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

mod encoding;
mod foreign;
mod gzip;
mod zip_contents;

use crate::data::standard_streams::check_standard_input;
use crate::error::DataError;
use foreign::foreign;
use gzip::Gunzip;
pub(super) use zip_contents::ZipContents;

/// Bytes that are looked at, at most, to recognise a format.
const LOOKED_AT: usize = 1 << 20;

/// Longest name of a zip archive's first entry that is looked at.
const LONGEST_NAME: usize = 1 << 10;

/// Bytes asked for at once while a format is recognised.
const PIECE: usize = 1 << 12;

/// A stream that can be read from any place.
pub(in crate::data) trait Seekable: Read + Seek + Send {}
impl<S: Read + Seek + Send> Seekable for S {}

/// An opened input.
pub(in crate::data) struct Source {
    /// The path as given, or `<stdin>`.
    name: String,
    /// Bytes that were read to recognise the format and are still to be handed out.
    ahead: Vec<u8>,
    stream: Box<dyn Read + Send>,
    gzip: bool,
    /// Whether a read may wait for whoever writes: anything but a file.
    waits: bool,
    /// The file behind the stream, if the bytes are a file's and no other's.
    file: Option<File>,
}

impl Source {
    /// Opens `path`, or standard input if it is `-`.
    pub fn open(path: &Path) -> Result<Source, DataError> {
        if path.as_os_str() == "-" {
            let closed = |e| DataError::new("<stdin>", format!("cannot read: {e}; name a file, or give it an input"));
            check_standard_input().map_err(closed)?;
            let source = Source::from_stream(io::stdin(), "<stdin>")?;
            return Ok(Source { waits: !stdin_is_file(), ..source });
        }
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(DataError::new(name, "is a directory; name a file in it"));
        }
        match File::open(path) {
            Ok(file) => {
                let seekable = file.metadata().is_ok_and(|m| m.is_file()).then(|| file.try_clone().ok()).flatten();
                let source = Source::from_stream(file, &name)?;
                let waits = seekable.is_none();
                Ok(Source { waits, file: seekable.filter(|_| !source.gzip), ..source })
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Err(DataError::new(name, "no such file; check the path (- is standard input)"))
            }
            Err(e) => Err(DataError::new(name, format!("cannot open: {e}; check that it may be read"))),
        }
    }

    /// Takes any stream; `name` is used in messages.
    pub fn from_stream(stream: impl Read + Send + 'static, name: &str) -> Result<Source, DataError> {
        let stream: Box<dyn Read + Send> = Box::new(stream);
        let mut source = Source { name: name.into(), ahead: Vec::new(), stream, gzip: false, waits: true, file: None };
        if source.starts_with(b"\x1f\x8b")? {
            let compressed = io::Cursor::new(source.ahead).chain(source.stream);
            source = Source { ahead: Vec::new(), stream: Box::new(Gunzip::new(compressed)), gzip: true, ..source };
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

    /// The same bytes, all of which are there to be read.
    pub fn at_hand(self) -> Source {
        Source { waits: false, ..self }
    }

    /// Whether reading on may have to wait for whoever writes. Of a file it never does.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// Whether the name ends in `.extension`, in any case and also with `.gz` behind it.
    pub fn has_extension(&self, extension: &str) -> bool {
        let name = self.name.to_ascii_lowercase();
        name.strip_suffix(".gz").unwrap_or(&name).strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'))
    }

    /// Byte `i`, which stays in the source; `None` behind the last byte, and behind what is looked at.
    pub fn byte(&mut self, i: usize) -> Result<Option<u8>, DataError> {
        while i >= self.ahead.len() && i < LOOKED_AT {
            // One read asks for what is at hand; only where there is nothing does it wait.
            let mut piece = [0; PIECE];
            match self.stream.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => self.ahead.extend_from_slice(&piece[..count]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.unreadable(&e)),
            }
        }
        Ok(self.ahead.get(i).copied().filter(|_| i < LOOKED_AT))
    }

    /// The first `count` bytes, or all there are, which stay in the source.
    pub fn peek(&mut self, count: usize) -> Result<&[u8], DataError> {
        if count > 0 {
            self.byte(count - 1)?;
        }
        Ok(&self.ahead[..count.min(self.ahead.len())])
    }

    /// Whether the bytes begin with `mark`; they stay in the source.
    pub fn starts_with(&mut self, mark: &[u8]) -> Result<bool, DataError> {
        for (i, &byte) in mark.iter().enumerate() {
            if self.byte(i)? != Some(byte) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether `word` stands at byte `start`, in letters of any case; the bytes stay in the source.
    pub fn says(&mut self, start: usize, word: &str) -> Result<bool, DataError> {
        for (i, byte) in word.bytes().enumerate() {
            if !self.byte(start + i)?.is_some_and(|b| b.eq_ignore_ascii_case(&byte)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The line at byte `start`, without its end, and where the next one begins; it stays in the source. `None` behind the
    /// last line, and where the line reaches beyond what is looked at.
    pub fn line(&mut self, start: usize) -> Result<Option<(&[u8], usize)>, DataError> {
        let mut end = start;
        while self.byte(end)?.is_some_and(|b| b != b'\n') {
            end += 1;
        }
        Ok((end > start || end < self.ahead.len()).then(|| (&self.ahead[start..end], end + 1)))
    }

    /// Where the first line that is neither blank nor a comment (`%` or `#`) has its first character, which is at hand.
    pub fn first_content(&mut self) -> Result<Option<usize>, DataError> {
        let mut at = 0;
        while let Some(byte) = self.byte(at)? {
            match byte {
                b'%' | b'#' => match self.line(at)? {
                    Some((_, next)) => at = next,
                    None => break,
                },
                _ if byte.is_ascii_whitespace() => at += 1,
                _ => return Ok(Some(at)),
            }
        }
        Ok(None)
    }

    /// What the source holds by its first entry if it is a zip archive; the bytes stay in the source.
    pub fn zip_contents(&mut self) -> Result<Option<ZipContents>, DataError> {
        if self.starts_with(b"PK\x05\x06")? {
            return Ok(Some(ZipContents::Files));
        }
        if !self.starts_with(b"PK\x03\x04")? {
            return Ok(None);
        }
        // The local header: 26 bytes, the lengths of name and extra field, the name.
        let (Some(low), Some(high)) = (self.byte(26)?, self.byte(27)?) else { return Ok(Some(ZipContents::Files)) };
        let length = usize::from(u16::from_le_bytes([low, high])).min(LONGEST_NAME);
        let mut name = Vec::with_capacity(length);
        for i in 30..30 + length {
            name.extend(self.byte(i)?);
        }
        Ok(Some(ZipContents::of_entry(&String::from_utf8_lossy(&name))))
    }

    /// The same bytes as a stream that can be read from any place: the file itself, or, of a pipe, all bytes in memory.
    ///
    /// # Errors
    /// If the stream cannot be read, or has more than `most` bytes.
    pub fn into_seekable(mut self, most: u64) -> Result<Box<dyn Seekable>, DataError> {
        if let Some(file) = self.file.take() {
            return Ok(Box::new(file));
        }
        let mut bytes = Vec::new();
        match self.by_ref().take(most + 1).read_to_end(&mut bytes) {
            Err(e) => Err(self.unreadable(&e)),
            Ok(count) if count as u64 > most => {
                let problem = format!(
                    "is a zip archive of more than {most} bytes from a stream, which would have to be held in memory; \
                     save it as a file that is not gzipped, and name that"
                );
                Err(DataError::new(&self.name, problem))
            }
            Ok(_) => Ok(Box::new(io::Cursor::new(bytes))),
        }
    }

    /// Refuses what is known to be no UTF-8 text, or to be a file of another program.
    pub fn require_text(&mut self) -> Result<(), DataError> {
        if encoding::utf16(self)?.is_some() {
            return Err(DataError::new(&self.name, "is UTF-16 text; save it as UTF-8"));
        }
        if let Some((what, hint)) = foreign(self)? {
            return Err(DataError::new(&self.name, format!("{what}; {hint}")));
        }
        match self.zip_contents()? {
            Some(contents) => Err(DataError::new(&self.name, contents.refusal())),
            None => Ok(()),
        }
    }

    /// The error for a failed read.
    pub fn unreadable(&self, error: &io::Error) -> DataError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let damaged = self.gzip && matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof);
        let problem = if damaged {
            format!("the gzip data is damaged or cut short ({error}); get the file again")
        } else {
            let said = error.to_string();
            let hint = if said.contains("; ") { "" } else { "; check that it may be read, or get the file again" };
            format!("cannot read: {said}{hint}")
        };
        DataError::new(&self.name, problem)
    }
}

/// Whether standard input is a file.
#[cfg(unix)]
fn stdin_is_file() -> bool {
    use std::os::fd::AsFd;
    let file = io::stdin().as_fd().try_clone_to_owned().map(File::from);
    file.and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.is_file())
}

/// Not known: taken as what may have to be waited for.
#[cfg(not(unix))]
fn stdin_is_file() -> bool {
    false
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
