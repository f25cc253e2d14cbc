//! What a command prints: lines for people on stderr, tables as CSV or as one JSON object a line on stdout or in a file.
//!
//! Floats are written as the shortest digits that read back as the same number, with an exponent where plain notation would
//! be long; the text is the same in CSV and JSON.

use std::fmt::{self, Write as _};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;

use crate::data::AtomicFile;
use crate::error::{Error, Result};

/// Standard output in messages.
pub(super) const STDOUT: &str = "<stdout>";

/// Says a line on stderr.
pub(super) fn say(line: fmt::Arguments) {
    // If nobody can hear it, there is nobody to tell.
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

/// One value of a table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    /// A count.
    Count(usize),
    /// A measurement.
    Number(f64),
    /// A verdict: 0 or 1 in CSV.
    Flag(bool),
    /// Nothing: empty in CSV, null in JSON.
    Open,
}

/// Writes a table row by row.
pub(super) struct TableWriter {
    output: Output,
    json: bool,
    names: Vec<String>,
    line: String,
}

impl TableWriter {
    /// A table with columns `names`; in CSV they are the first line.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn new(mut output: Output, json: bool, names: &[impl AsRef<str>]) -> Result<TableWriter> {
        if json {
            let names = names.iter().map(|n| format!("{}:", serde_json::Value::from(n.as_ref()))).collect();
            return Ok(TableWriter { output, json, names, line: String::new() });
        }
        output.put(&csv_line(names))?;
        Ok(TableWriter { output, json, names: Vec::new(), line: String::new() })
    }

    /// Adds a row, one cell a column.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let line = &mut self.line;
        line.clear();
        line.push_str(if self.json { "{" } else { "" });
        for (i, cell) in cells.iter().enumerate() {
            line.push_str(if i > 0 { "," } else { "" });
            if self.json {
                line.push_str(&self.names[i]);
            }
            push(line, *cell, self.json);
        }
        line.push_str(if self.json { "}\n" } else { "\n" });
        self.output.put(line.as_bytes())
    }

    /// Hands the rows so far to the reader of stdout.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn flush(&mut self) -> Result<()> {
        self.output.flush().map_err(|e| self.output.failed(e))
    }

    /// Ends the table.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(self) -> Result<()> {
        self.output.finish()
    }
}

/// A line of CSV with quotes where they are needed.
pub(super) fn csv_line(cells: &[impl AsRef<str>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.iter().map(AsRef::as_ref)).expect("writing to memory does not fail");
    writer.into_inner().expect("writing to memory does not fail")
}

fn push(line: &mut String, cell: Cell, json: bool) {
    match cell {
        Cell::Count(n) => _ = write!(line, "{n}"),
        Cell::Number(x) if json && !x.is_finite() => line.push_str("null"),
        Cell::Number(x) => line.push_str(&number(x)),
        Cell::Flag(flag) if json => _ = write!(line, "{flag}"),
        Cell::Flag(flag) => line.push(if flag { '1' } else { '0' }),
        Cell::Open if json => line.push_str("null"),
        Cell::Open => {}
    }
}

/// The shortest text that reads back as `x`; valid in CSV and JSON.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) || !x.is_finite() { format!("{x}") } else { format!("{x:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_read_back_bit_for_bit_and_are_json(bits in any::<u64>()) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            let text = number(x);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), x.to_bits());
            prop_assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), x.to_bits());
            prop_assert!(text.len() <= 24, "{}", text);
        }
    }

    #[test]
    fn common_numbers_look_plain() {
        for (x, want) in
            [(1.0, "1"), (-0.05, "-0.05"), (0.0, "0"), (1e-5, "0.00001"), (1e-6, "1e-6"), (2.5e20, "2.5e20")]
        {
            assert_eq!(number(x), want);
        }
    }
}
