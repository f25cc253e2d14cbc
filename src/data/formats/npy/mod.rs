//! Series from NumPy's `.npy` arrays, case by case.
//!
//! A set of series has shape `[n, C, L]`; `[n, L]` is a set of one channel. NumPy pads series of unequal length with
//! NaN, so NaN at the end of a channel ends that channel, and NaN before is a missing value
//! (filled by [`super::missing`]).
//! Memory grows with the bytes that are really there, never with what the header claims.

mod header;

use std::io::{BufReader, Read};

use super::format::Format;
use super::missing;
use super::series_reader::{Record, Records, SeriesReader};
use super::source::Source;
use crate::data::{Kind, Series};
use crate::error::{DataError, Result};
use header::NpyHeader;

/// Bytes of the stream's buffer.
const BUFFER: usize = 1 << 20;

/// Bytes decoded at a time.
const CHUNK: usize = 1 << 16;

/// A NumPy array.
pub(super) const FORMAT: Format = Format {
    extensions: &["npy"],
    kind: Kind::Series,
    recognises: |source| source.starts_with(b"\x93"),
    open: |source, options| Ok(Box::new(SeriesReader::new(NpyRecords::new(source)?, options)?)),
};

/// Reads a stream of series case by case; holds one case at a time (Fortran order: all of them).
struct NpyRecords {
    reader: BufReader<Source>,
    header: NpyHeader,
    /// Elements of a Fortran-ordered array, put into C order.
    whole: Option<Vec<f64>>,
    case: Vec<f64>,
    row: usize,
}

impl NpyRecords {
    /// Reads the header, and in Fortran order the elements.
    ///
    /// # Errors
    /// A damaged header, an element type other than `<f4 <f8 <i4 <i8`, a shape that is neither `(n, C, L)` nor `(n, L)`.
    fn new(source: Source) -> Result<Self, DataError> {
        let mut reader = BufReader::with_capacity(BUFFER, source);
        match Self::read_start(&mut reader) {
            Ok((header, whole)) => Ok(NpyRecords { reader, header, whole, case: Vec::new(), row: 0 }),
            Err(problem) => Err(DataError::new(reader.get_ref().name(), problem)),
        }
    }

    fn read_start(reader: &mut impl Read) -> Result<(NpyHeader, Option<Vec<f64>>), String> {
        let header = NpyHeader::read(reader)?;
        let shape = &header.shape;
        if !matches!(shape.len(), 2 | 3) || shape[1..].contains(&0) {
            return Err(format!("shape {shape:?}: series have shape (n, channels, length) or (n, length)"));
        }
        let count = product(shape)?;
        if !header.fortran_order {
            return Ok((header, None));
        }
        let mut values = Vec::new();
        elements(reader, &header, count, &mut values)?;
        let whole = last_index_fastest(&values, shape);
        Ok((header, Some(whole)))
    }

    /// Elements of a case.
    fn case_size(&self) -> usize {
        self.header.shape[1..].iter().product()
    }

    fn read(&mut self) -> Result<Record, DataError> {
        let (size, row) = (self.case_size(), self.row);
        self.case.clear();
        match &self.whole {
            Some(all) => self.case.extend_from_slice(&all[row * size..(row + 1) * size]),
            None => {
                let read = elements(&mut self.reader, &self.header, size, &mut self.case);
                read.map_err(|p| DataError::new(self.source(), p).at_row(row))?;
            }
        }
        let channels = if self.header.shape.len() == 3 { self.header.shape[1] } else { 1 };
        let (mut series, name) = (Series::without_channels(), self.reader.get_ref().name());
        for (c, channel) in self.case.chunks_exact_mut(size / channels).enumerate() {
            push(&mut series, channel)
                .map_err(|p| DataError::new(name, p).at_row(row).in_column(format!("channel {c}")))?;
        }
        Ok(Record { series, label: None })
    }
}

impl Records for NpyRecords {
    fn source(&self) -> &str {
        self.reader.get_ref().name()
    }
    fn has_labels(&self) -> bool {
        false
    }
    fn is_drained(&self) -> bool {
        self.whole.is_none() && self.reader.buffer().len() < self.case_size() * self.header.element.size()
    }
    fn next(&mut self) -> Result<Option<Record>> {
        if self.row == self.header.shape[0] {
            return Ok(None);
        }
        let record = self.read()?;
        self.row += 1;
        Ok(Some(record))
    }
}

fn push(series: &mut Series, channel: &mut [f64]) -> Result<(), String> {
    let used = channel.iter().rposition(|v| !v.is_nan()).map_or(0, |last| last + 1);
    if !missing::fill(&mut channel[..used]) {
        return Err("every value is missing (NaN): leave the case out or give the channel at least one value".into());
    }
    series.push_channel(&channel[..used])
}

fn product(shape: &[usize]) -> Result<usize, String> {
    let count = shape.iter().try_fold(1usize, |p, &n| p.checked_mul(n)).filter(|&c| c <= isize::MAX as usize / 8);
    count.ok_or_else(|| format!("shape {shape:?} has more elements than memory can hold"))
}

/// Appends the next `count` elements to `values`.
fn elements(reader: &mut impl Read, header: &NpyHeader, count: usize, values: &mut Vec<f64>) -> Result<(), String> {
    let size = header.element.size();
    let mut chunk = [0u8; CHUNK];
    let mut left = count;
    while left > 0 {
        let bytes = &mut chunk[..left.min(CHUNK / size) * size];
        reader.read_exact(bytes).map_err(|e| {
            let shape = &header.shape;
            format!("the elements of shape {shape:?} are not all there ({e})")
        })?;
        values.extend(bytes.chunks_exact(size).map(|b| header.element.decode(b)));
        left -= bytes.len() / size;
    }
    Ok(())
}

/// Reorders elements stored with the first index fastest.
fn last_index_fastest(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = vec![1usize; shape.len()];
    for a in 1..shape.len() {
        strides[a] = strides[a - 1] * shape[a - 1];
    }
    let mut index = vec![0usize; shape.len()];
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        out.push(values[index.iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>()]);
        for a in (0..shape.len()).rev() {
            index[a] += 1;
            if index[a] < shape[a] {
                break;
            }
            index[a] = 0;
        }
    }
    out
}
