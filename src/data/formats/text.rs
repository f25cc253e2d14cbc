//! Series from plain text: a series of one channel a line, its values between blanks.

use std::io::{BufRead, BufReader};

use super::format::Format;
use super::series_reader::{Record, Records, SeriesReader};
use super::source::Source;
use crate::data::{Kind, Series};
use crate::error::{DataError, Result};

/// A series a line.
pub(super) const FORMAT: Format = Format {
    extensions: &["txt"],
    kind: Kind::Series,
    recognises: |source| Ok(source.has_extension("txt")),
    open: |mut source, options| {
        source.require_text()?;
        let records = TextRecords { reader: BufReader::new(source), line: 0 };
        Ok(Box::new(SeriesReader::new(records, options)?))
    },
};

struct TextRecords {
    reader: BufReader<Source>,
    line: usize,
}

impl Records for TextRecords {
    fn source(&self) -> &str {
        self.reader.get_ref().name()
    }
    fn has_labels(&self) -> bool {
        false
    }
    fn is_drained(&self) -> bool {
        self.reader.buffer().is_empty()
    }
    fn next(&mut self) -> Result<Option<Record>> {
        let mut text = String::new();
        if self.reader.read_line(&mut text).map_err(|e| self.reader.get_ref().unreadable(&e))? == 0 {
            return Ok(None);
        }
        self.line += 1;
        let values: std::result::Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
        let fail = |problem: String| DataError::new(self.source(), format!("line {}: {problem}", self.line));
        let values = values.map_err(|e| fail(e.to_string()))?;
        Ok(Some(Record { series: Series::new(&[values]).map_err(|e| fail(e.to_string()))?, label: None }))
    }
}
