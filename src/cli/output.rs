//! Where a command prints: messages to stderr, data to stdout or to a file that appears whole or not at all.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::data::outputs::Place;
use crate::data::{OutputFile, check_standard_output};
use crate::error::{Error, Result};

/// Standard output in messages.
pub(super) const STDOUT: &str = "<stdout>";

/// Standard output as an argument.
pub(super) const DASH: &str = "-";

/// Whether the last line of stderr has been printed.
static ENDED: AtomicBool = AtomicBool::new(false);

/// Prints a line on stderr.
pub(super) fn eprint(line: fmt::Arguments) {
    let mut stderr = io::stderr().lock();
    if !ENDED.load(Ordering::Relaxed) {
        // There is no other place to report that stderr cannot be written.
        let _ = writeln!(stderr, "{line}");
    }
}

/// Prints the last line of stderr: what other threads would still say is not printed.
pub(super) fn eprint_last(line: fmt::Arguments) {
    let mut stderr = io::stderr().lock();
    ENDED.store(true, Ordering::Relaxed);
    let _ = writeln!(stderr, "{line}");
}

/// Stdout, or what a path names.
pub(super) struct Output {
    target: Target,
}

enum Target {
    Stdout(BufWriter<Stdout>),
    File(BufWriter<OutputFile>),
}

impl Output {
    /// Opens `path`, or stdout for `None`, `-` and `/dev/stdout`; fails at once if it cannot be written.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn open(path: Option<&Path>) -> Result<Output> {
        let target = match path {
            Some(path) if path.as_os_str() != DASH && Place::of(path).ok() != Some(Place::Descriptor(1)) => {
                Target::File(BufWriter::new(OutputFile::create(path)?))
            }
            _ => {
                check_stdout()?;
                Target::Stdout(BufWriter::new(io::stdout()))
            }
        };
        Ok(Output { target })
    }

    /// Whether this is a terminal, which a progress bar would mix with.
    pub fn is_terminal(&self) -> bool {
        match &self.target {
            Target::Stdout(_) => io::stdout().is_terminal(),
            Target::File(out) => out.get_ref().is_terminal(),
        }
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
    /// Hands what is written so far to the reader of stdout, a pipe or a device; a file has no reader yet.
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout(out) => out.flush(),
            Target::File(out) if out.get_ref().is_straight() => out.flush(),
            Target::File(_) => Ok(()),
        }
    }
}

/// Fails if stdout cannot be written, for a verb that will print only after its work.
///
/// # Errors
/// [`Error::Write`].
pub(super) fn check_stdout() -> Result<()> {
    check_standard_output().map_err(stdout_failed)
}

/// The error of a failed write to stdout.
pub(super) fn stdout_failed(source: io::Error) -> Error {
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
