//! Tables and series from NumPy's `.npy` arrays, case by case.
//!
//! A table has shape `[n, d]`. A set of series has shape `[n, C, L]`; read as series, `[n, L]` is a set of one channel. NumPy pads series of unequal length with
//! NaN, so NaN at the end of a channel ends that channel, and NaN before is a missing value
//! (filled by [`super::missing`]).

mod arrays;
mod element;
mod header;
mod table;

use super::cases::{CaseReader, Record, Records, SeriesReader, open_rows};
use super::format::Format;
use super::missing;
use super::source::Source;
use crate::data::{Kind, ReadOptions, Series};
use crate::error::{DataError, Result};
use arrays::Arrays;

/// A NumPy array of two axes, or several one behind another.
pub(super) const TABLE: Format = Format {
    name: "npy",
    extensions: &["npy"],
    kind: Kind::Table,
    has_arrays: false,
    // Asked for a table, an array of three axes is refused in words.
    recognises: |source, asked| Ok(source.starts_with(header::MAGIC)? && (asked || has_rows(source)?)),
    open: |source, options| open_rows(table::NpyTable::new(source, options)?, options),
};

/// Bytes of a header that are looked at.
const LOOKED_AT: usize = 1 << 12;

/// Whether the first array has two axes; the bytes stay in the source.
fn has_rows(source: &mut Source) -> Result<bool, DataError> {
    // Enough for the length of the header, then for that.
    let first = if source.byte(6)? == Some(1) { 10 } else { 12 };
    let length = source.peek(first)?.get(8..).unwrap_or_default().iter().rev();
    let length = length.fold(0, |sum, &byte| 256 * sum + usize::from(byte));
    let bytes = source.peek((first + length).min(LOOKED_AT))?;
    Ok(header::NpyHeader::read(&mut &bytes[..]).is_ok_and(|header| header.shape.len() == 2))
}

/// A NumPy array, or several one behind another.
pub(super) const FORMAT: Format = Format {
    name: "npy",
    extensions: &["npy"],
    kind: Kind::Series,
    has_arrays: false,
    recognises: |source, _| source.starts_with(b"\x93"),
    open,
};

/// Reads the first header.
pub(super) fn open(source: Source, options: &ReadOptions) -> Result<Box<dyn CaseReader>> {
    Ok(Box::new(SeriesReader::open(NpyRecords::new(source, options)?, options)?))
}

/// Reads a stream of series case by case; holds one case at a time (Fortran order: all of an array).
struct NpyRecords {
    arrays: Arrays,
    case: Vec<f64>,
    row: usize,
}

impl NpyRecords {
    fn new(source: Source, options: &ReadOptions) -> Result<Self, DataError> {
        let arrays = Arrays::new(source, options.most_bytes.unwrap_or(usize::MAX))?;
        Ok(NpyRecords { arrays, case: Vec::new(), row: 0 })
    }

    /// The case read last as a series.
    fn series(&mut self) -> Result<Record, DataError> {
        let (mut series, length) = (Series::without_channels(), self.arrays.case_size() / self.arrays.channels());
        for (c, channel) in self.case.chunks_exact_mut(length).enumerate() {
            push(&mut series, channel)
                .map_err(|p| DataError::new(self.arrays.source(), p).in_column(format!("channel {c}")))?;
        }
        Ok(Record { series, label: None })
    }
}

impl Records for NpyRecords {
    fn source(&self) -> &str {
        self.arrays.source()
    }
    fn has_labels(&self) -> bool {
        false
    }
    fn is_drained(&self) -> bool {
        self.arrays.is_drained()
    }
    fn next(&mut self) -> Result<Option<Result<Record, DataError>>, DataError> {
        let row = self.row;
        if !self.arrays.next(&mut self.case).map_err(|e| e.at_row(row))? {
            return Ok(None);
        }
        self.row += 1;
        Ok(Some(self.series().map_err(|e| e.at_row(row))))
    }
}

fn push(series: &mut Series, channel: &mut [f64]) -> Result<(), String> {
    let used = channel.iter().rposition(|v| !v.is_nan()).map_or(0, |last| last + 1);
    if !missing::fill(&mut channel[..used]) {
        return Err("every value is missing (NaN); leave the case out or give the channel at least one value".into());
    }
    series.push_channel(&channel[..used])
}
