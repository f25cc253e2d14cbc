//! Writing an output so that a reader sees the old file or the new one, never a part of it.
//!
//! The bytes go to a new file in the folder of the destination, which has no name until it is whole where the system has
//! such files. At the end it gets the permissions of the file it replaces, is flushed to the disk and renamed over it.
//! Dropped before that, it is removed; a signal handler removes it by
//! [`remove_unfinished`](super::remove_unfinished), and what a killed run has left the next run that writes the same
//! destination.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::descriptor;
use super::part::Part;
use super::place::Place;
use crate::error::{Error, Result};

/// A file being written that appears whole or not at all.
///
/// Symbolic links are followed and keep pointing where they did, also to nothing. What is no regular file (a terminal,
/// `/dev/null`, a pipe) cannot be replaced and is written straight, and so is an open descriptor (`/dev/stdout`). On failure
/// nothing new is left behind and an existing file keeps its content. Mode and owner of an existing file are kept, except
/// for setuid and setgid; a file that may not be written is not replaced either.
pub struct OutputFile {
    /// The path as given, for messages.
    path: PathBuf,
    sink: Sink,
}

enum Sink {
    Part(Part),
    Straight(File),
}

impl OutputFile {
    /// Opens a file for writing; fails at once if `path` cannot be written.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn create(path: impl AsRef<Path>) -> Result<OutputFile> {
        let path = path.as_ref().to_path_buf();
        match open(&path) {
            Ok(sink) => Ok(OutputFile { path, sink }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Writes `bytes` as the whole content of `path`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn replace(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
        let mut file = OutputFile::create(path)?;
        file.write_all(bytes).map_err(|e| file.failed(e))?;
        file.commit()
    }

    /// Whether it is written straight to where a reader may wait for it.
    pub fn is_straight(&self) -> bool {
        matches!(self.sink, Sink::Straight(_))
    }

    /// Whether it is a terminal.
    pub fn is_terminal(&self) -> bool {
        matches!(&self.sink, Sink::Straight(file) if file.is_terminal())
    }

    /// Flushes the bytes to the disk and puts the file in its place.
    ///
    /// # Errors
    /// [`Error::Write`]; the destination is then as it was, or whole and new if all that failed was to flush its folder.
    pub fn commit(self) -> Result<()> {
        let OutputFile { path, sink } = self;
        match sink {
            Sink::Part(part) => part.put_in_place().map_err(|source| Error::Write { path, source }),
            Sink::Straight(_) => Ok(()),
        }
    }

    /// The error of a failed write.
    pub fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.path.clone(), source }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Part(part) => part.write(bytes),
            Sink::Straight(file) => file.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Part(part) => part.flush(),
            Sink::Straight(file) => file.flush(),
        }
    }
}

fn open(path: &Path) -> io::Result<Sink> {
    match Place::of(path)? {
        Place::File(target) => {
            // Opened by the path as given: the system says whether it may be written, and whether its links may be
            // followed, which it forbids for another user's link in a folder like /tmp.
            let existing = match OpenOptions::new().write(true).open(path) {
                Ok(file) => Some(file.metadata()?),
                Err(e) if e.kind() == io::ErrorKind::NotFound => None,
                Err(e) => return Err(e),
            };
            Part::create(target, existing.as_ref()).map(Sink::Part)
        }
        Place::Descriptor(number) => descriptor::duplicate(number).map(Sink::Straight),
        // Appending is the same for what has no length; a file that another process has open keeps what it holds.
        Place::Stream(path) => OpenOptions::new().append(true).open(path).map(Sink::Straight),
    }
}
