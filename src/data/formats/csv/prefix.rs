//! The first lines of a file as cells: what they say of how it is written.

use super::cell;
use super::records::LeftOut;
use crate::data::dialect::{Numbers, decimal_sign, delimiter, line_is_skipped};
use crate::data::formats::source::Source;
use crate::data::{Dialect, ReadOptions};
use crate::error::DataError;

/// Bytes that are looked at of a file.
const LOOKED_AT: usize = 1 << 16;

/// The first lines of a file, and how it is written.
pub(super) struct Prefix {
    /// The cells of the lines that are left out neither as comments nor by their number.
    pub lines: Vec<Vec<String>>,
    /// Their numbers in the file, from 1, as long as no cell spans lines.
    pub numbers_of_lines: Vec<u64>,
    pub delimiter: u8,
    pub numbers: Numbers,
    /// What is known of the dialect, and what was found out.
    pub dialect: Dialect,
    pub left_out: LeftOut,
    /// Number and cells of the lines that are left out by their number.
    pub skipped: Vec<(u64, Vec<String>)>,
}

impl Prefix {
    /// Looks at the first bytes of the source, which stay in it: at two lines only where more would have to be waited for, unless
    /// `options` are patient.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub fn look(source: &mut Source, options: &ReadOptions) -> Result<Prefix, DataError> {
        let dialect = &options.dialect;
        let ascii = |c: Option<char>| c.and_then(|c| u8::try_from(c).ok());
        let mut left_out = LeftOut { comment: ascii(dialect.comment), lines: dialect.skipped.clone() };
        let at_once = source.waits() && !options.patient;
        let bytes = if at_once { two_lines(source, &left_out)? } else { source.peek(LOOKED_AT)?.to_vec() };
        let text = String::from_utf8_lossy(&bytes);
        // A line for spreadsheets that says what separates cells.
        let said = text.lines().next().and_then(|line| line.trim().trim_matches('"').strip_prefix("sep="));
        let said = said.and_then(|sign| sign.chars().next());
        if said.is_some() {
            left_out.lines.push((1, 1));
        }
        let mut kept: Vec<&str> = Vec::new();
        let mut skipped: Vec<(u64, &str)> = Vec::new();
        let mut numbers_of_lines = Vec::new();
        for (i, line) in lines(&text).enumerate() {
            let byte = line.as_bytes().first().copied().unwrap_or(b'\n');
            if !left_out.has(i as u64 + 1, byte) && !line.trim().is_empty() {
                kept.push(line);
                numbers_of_lines.push(i as u64 + 1);
            } else if line_is_skipped(&dialect.skipped, i as u64 + 1) {
                skipped.push((i as u64 + 1, line));
            }
        }
        // The last line may have been cut.
        if bytes.len() >= LOOKED_AT && kept.len() > 2 {
            kept.pop();
        }
        let has = |c: &char| kept.first().is_some_and(|line| line.contains(*c));
        let separator = said.or(dialect.delimiter.filter(has)).or_else(|| delimiter(&kept)).or(dialect.delimiter);
        let separator = ascii(separator).unwrap_or(b',');
        let lines = records(&kept.join("\n"), separator);
        let cells_of = |(number, line): (u64, &str)| (number, records(line, separator).pop().unwrap_or_default());
        let skipped = skipped.into_iter().map(cells_of).collect();
        let cells = lines.iter().skip(1).flatten().map(String::as_str);
        let found = decimal_sign(cells, char::from(separator));
        // What a model has learned holds, unless this file is separated otherwise.
        let recorded = dialect.decimal.filter(|_| dialect.delimiter.is_none_or(|c| ascii(Some(c)) == Some(separator)));
        let numbers = Numbers { decimal: recorded.or(found).unwrap_or('.'), thousands: dialect.thousands };
        let plain = |sign: char, usual: char| Some(sign).filter(|&sign| sign != usual);
        let dialect = Dialect {
            delimiter: plain(char::from(separator), ','),
            decimal: if separator == b',' { plain(numbers.decimal, '.') } else { Some(numbers.decimal) },
            // None, where it was said that there are none.
            skipped: dialect.skipped.iter().copied().filter(|&(first, _)| first > 0).collect(),
            ..dialect.clone()
        };
        Ok(Prefix { lines, numbers_of_lines, delimiter: separator, numbers, dialect, left_out, skipped })
    }

    /// The cells of column `i` below the first line.
    pub fn column(&self, i: usize, below: usize) -> impl Iterator<Item = &str> + Clone {
        self.lines.iter().skip(below).filter_map(move |line| line.get(i)).map(String::as_str)
    }
}

/// The cells of the records of a text.
fn records(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(separator);
    let cell = |field: &[u8]| cell::text(field).map(str::to_owned).unwrap_or_default();
    let records = reader.from_reader(text.as_bytes()).into_byte_records().filter_map(Result::ok);
    records.map(|record| record.iter().map(cell).collect()).collect()
}

/// The lines of a text, whichever way they end.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    // A line feed behind a carriage return begins no line.
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// The bytes up to the end of the second line that is neither blank nor left out.
fn two_lines(source: &mut Source, left_out: &LeftOut) -> Result<Vec<u8>, DataError> {
    let (mut at, mut number, mut found) = (0, 0, 0);
    while found < 2 {
        let Some((line, next)) = source.line(at)? else { break };
        number += 1;
        let byte = line.first().copied().unwrap_or(b'\n');
        found += usize::from(!left_out.has(number, byte) && !line.trim_ascii().is_empty());
        at = next;
    }
    Ok(source.peek(at)?.to_vec())
}
