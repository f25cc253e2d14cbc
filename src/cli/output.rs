//! Where a command prints: messages to stderr, data to stdout or into a file that appears whole or not at all.

use std::fmt;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;

use crate::data::AtomicFile;
use crate::error::{Error, Result};

/// Standard output in messages.
pub(super) const STDOUT: &str = "<stdout>";

/// Prints a line on stderr.
pub(super) fn eprint(line: fmt::Arguments) {
    // There is no other place to report that stderr cannot be written.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Stdout, or a file that appears whole or not at all.
pub(super) struct Output {
    target: Target,
}

enum Target {
    Stdout(BufWriter<Stdout>),
    File(BufWriter<AtomicFile>),
}

impl Output {
    /// Opens `path`, or stdout for `None` and `-`; fails at once if the file cannot be written.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn open(path: Option<&Path>) -> Result<Output> {
        let target = match path {
            Some(path) if path.as_os_str() != "-" => Target::File(BufWriter::new(AtomicFile::create(path)?)),
            _ => Target::Stdout(BufWriter::new(io::stdout())),
        };
        Ok(Output { target })
    }

    /// Whether this is a file.
    pub fn is_file(&self) -> bool {
        matches!(self.target, Target::File(_))
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).map_err(|e| self.failed(e))
    }

    /// The error of a failed write.
    pub fn failed(&self, source: io::Error) -> Error {
        match &self.target {
            Target::Stdout(_) => stdout_failed(source),
            Target::File(out) => out.get_ref().failed(source),
        }
    }

    /// Ends the output; a file is now in its place.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(self) -> Result<()> {
        match self.target {
            Target::Stdout(mut out) => out.flush().map_err(stdout_failed),
            Target::File(mut out) => {
                out.flush().map_err(|e| out.get_ref().failed(e))?;
                // Flushed: nothing is left in the buffer that could be lost.
                out.into_inner().map_err(|e| Error::Write { path: "output".into(), source: e.into_error() })?.commit()
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Stdout(out) => out.write(bytes),
            Target::File(out) => out.write(bytes),
        }
    }
    /// Hands what is written so far to the reader of stdout; a file has no reader yet.
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout(out) => out.flush(),
            Target::File(_) => Ok(()),
        }
    }
}

fn stdout_failed(source: io::Error) -> Error {
    Error::Write { path: STDOUT.into(), source }
}

/// Prints text on stdout.
///
/// # Errors
/// [`Error::Write`].
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = Output::open(None)?;
    out.put(text.as_bytes())?;
    out.finish()
}
