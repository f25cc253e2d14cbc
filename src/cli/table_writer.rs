//! Tables of results as CSV or as one JSON object a line.
//!
//! Floats are written as the shortest digits that read back as the same number, with an exponent where plain notation would
//! be long; the text is the same in CSV and JSON.

use std::fmt::Write as _;
use std::io::Write as _;

use super::output::Output;
use crate::error::Result;

/// One value of a table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    /// A count.
    Count(usize),
    /// A measurement.
    Number(f64),
    /// Yes or no: 1 or 0 in CSV.
    Flag(bool),
    /// A name or a sentence; in quotation marks where CSV needs them.
    Text(&'a str),
    /// Sentences: a list in JSON; CSV has none.
    Texts(&'a [String]),
    /// No value: empty in CSV, null in JSON.
    Empty,
}

/// Writes a table row by row.
pub(super) struct TableWriter {
    output: Output,
    json: bool,
    /// Names of the columns as JSON keys.
    names: Vec<String>,
    columns: usize,
    line: String,
}

impl TableWriter {
    /// A table with columns `names`; in CSV they are the first line.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn new(mut output: Output, json: bool, names: &[impl AsRef<str>]) -> Result<TableWriter> {
        if json {
            let keys = names.iter().map(|n| format!("{}:", serde_json::Value::from(n.as_ref()))).collect();
            return Ok(TableWriter { output, json, names: keys, columns: names.len(), line: String::new() });
        }
        output.put(&csv_line(names))?;
        Ok(TableWriter { output, json, names: Vec::new(), columns: names.len(), line: String::new() })
    }

    /// Adds a row, one cell a column; columns at the end that it has no cells for are empty.
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
        for i in cells.len()..self.columns {
            line.push(',');
            if self.json {
                line.push_str(&self.names[i]);
            }
            push(line, Cell::Empty, self.json);
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
        Cell::Text(text) if json => _ = write!(line, "{}", serde_json::Value::from(text)),
        Cell::Text(text) if text.contains([',', '"', '\n', '\r']) => {
            _ = write!(line, "\"{}\"", text.replace('"', "\"\""));
        }
        Cell::Text(text) => line.push_str(text),
        Cell::Texts(texts) if json => _ = write!(line, "{}", serde_json::Value::from(texts)),
        Cell::Texts(_) => {}
        Cell::Empty if json => line.push_str("null"),
        Cell::Empty => {}
    }
}

/// The shortest text that reads back as `x`; valid in CSV and JSON.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) || !x.is_finite() { format!("{x}") } else { format!("{x:e}") }
}

/// Three digits of a number.
pub(super) fn brief(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    if !(1e-3..1e7).contains(&size) {
        return format!("{x:.1e}");
    }
    let digits = (2 - size.log10().floor() as i32).max(0) as usize;
    let text = format!("{x:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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

    #[test]
    fn brief_numbers_have_three_digits() {
        for (x, text) in [
            (0.0, "0"),
            (1234.6, "1235"),
            (-0.05, "-0.05"),
            (2.6182, "2.62"),
            (1e9, "1.0e9"),
            (20.0, "20"),
            (0.0021, "0.0021"),
        ] {
            assert_eq!(brief(x), text);
        }
    }
}
