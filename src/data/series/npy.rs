//! Arrays of `.npy` files: whole, or case by case from a stream.
//!
//! A set of series has shape `[n, C, L]`; `[n, L]` is a set of one channel. NumPy pads series of unequal length with
//! NaN, so NaN at the end of a channel ends that channel, and NaN before is a missing value ([`super::missing`]).
//! Memory grows with the bytes that are really there, never with what the header claims.

use std::io::Read;

use super::{NpyHeader, Record, Series, missing};
use crate::error::{DataError, Result};

/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

/// A whole array in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct NpyArray {
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Elements, last index fastest.
    pub values: Vec<f64>,
}

impl NpyArray {
    /// Reads a `.npy` file. `source` names it in messages.
    ///
    /// # Errors
    /// A damaged header, an element type other than `<f4 <f8 <i4 <i8`, or fewer elements than the shape says.
    pub fn read(mut reader: impl Read, source: &str) -> Result<NpyArray> {
        let header = NpyHeader::read(&mut reader).map_err(|p| DataError::new(source, p))?;
        Self::read_elements(&mut reader, header).map_err(|p| DataError::new(source, p).into())
    }

    fn read_elements(reader: &mut impl Read, header: NpyHeader) -> Result<NpyArray, String> {
        let count = product(&header.shape)?;
        let mut values = Vec::new();
        elements(reader, &header, count, &mut values)?;
        if header.fortran_order {
            values = last_index_fastest(&values, &header.shape);
        }
        Ok(NpyArray { shape: header.shape, values })
    }
}

/// Reads a `.npy` stream of series case by case; holds one case at a time (Fortran order: all of them).
pub struct NpyReader<R> {
    reader: R,
    header: NpyHeader,
    source: String,
    /// Elements of a Fortran-ordered array, put into C order.
    whole: Option<Vec<f64>>,
    buffer: Vec<f64>,
    row: usize,
}

impl<R: Read> NpyReader<R> {
    /// Reads the header. `source` names the stream in messages.
    ///
    /// # Errors
    /// As [`NpyArray::read`], or if the shape is neither `(n, C, L)` nor `(n, L)`.
    pub fn new(mut reader: R, source: &str) -> Result<Self> {
        let fail = |problem: String| DataError::new(source, problem);
        let header = NpyHeader::read(&mut reader).map_err(fail)?;
        if !matches!(header.shape.len(), 2 | 3) || header.shape[1..].contains(&0) {
            let shape = &header.shape;
            return Err(fail(format!("shape {shape:?}: series have shape (n, channels, length) or (n, length)")).into());
        }
        product(&header.shape).map_err(fail)?;
        let (whole, header) = if header.fortran_order {
            let array = NpyArray::read_elements(&mut reader, header.clone()).map_err(fail)?;
            (Some(array.values), header)
        } else {
            (None, header)
        };
        Ok(NpyReader { reader, header, source: source.into(), whole, buffer: Vec::new(), row: 0 })
    }

    /// The header.
    pub fn header(&self) -> &NpyHeader {
        &self.header
    }
    /// The name of the stream in messages.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// The stream.
    #[cfg(feature = "cli")]
    pub(super) fn reader(&self) -> &R {
        &self.reader
    }
    /// Bytes of a case; none are read where all are in memory.
    #[cfg(feature = "cli")]
    pub(super) fn case_bytes(&self) -> usize {
        if self.whole.is_some() {
            0
        } else {
            self.header.shape[1..].iter().product::<usize>() * self.header.element.size()
        }
    }
    /// Number of channels of a case.
    pub fn channels(&self) -> usize {
        if self.header.shape.len() == 3 { self.header.shape[1] } else { 1 }
    }

    fn read(&mut self) -> Result<Record, DataError> {
        let size: usize = self.header.shape[1..].iter().product();
        let row = self.row;
        match &self.whole {
            Some(all) => {
                self.buffer.clear();
                self.buffer.extend_from_slice(&all[row * size..(row + 1) * size]);
            }
            None => {
                self.buffer.clear();
                elements(&mut self.reader, &self.header, size, &mut self.buffer)
                    .map_err(|p| DataError::new(&self.source, p).at_row(row))?;
            }
        }
        let (mut case, length) = (Series::default(), size / self.channels());
        for (c, channel) in self.buffer.chunks_exact_mut(length).enumerate() {
            push(&mut case, channel)
                .map_err(|p| DataError::new(&self.source, p).at_row(row).in_column(format!("channel {c}")))?;
        }
        Ok(Record { case, label: None })
    }
}

impl<R: Read> Iterator for NpyReader<R> {
    type Item = Result<Record>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.row == self.header.shape[0] {
            return None;
        }
        let record = self.read().map_err(Into::into);
        self.row = if record.is_ok() { self.row + 1 } else { self.header.shape[0] };
        Some(record)
    }
}

fn push(case: &mut Series, channel: &mut [f64]) -> Result<(), String> {
    let used = channel.iter().rposition(|v| !v.is_nan()).map_or(0, |last| last + 1);
    if !missing::fill(&mut channel[..used]) {
        return Err("every value is missing (NaN): leave the case out or give the channel at least one value".into());
    }
    case.push_channel(&channel[..used])
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
