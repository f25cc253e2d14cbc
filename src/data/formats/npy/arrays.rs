//! Arrays one behind another in a stream, as several `numpy.save` calls or `cat` leave them: one set of cases.
//!
//! Shapes must agree beyond the first axis. Whatever follows an array and is no array is an error: a shape that was mended
//! by hand would lose cases without a word otherwise.
//! Memory grows with the bytes that are really there, never with what a header claims.

use std::io::{self, BufRead, BufReader, Read};

use super::header::{MAGIC, NpyHeader};
use crate::data::formats::source::Source;
use crate::error::DataError;

/// Bytes of the stream's buffer.
const BUFFER: usize = 1 << 20;

/// Bytes decoded at a time.
const CHUNK: usize = 1 << 16;

/// Reads cases from the arrays of a stream; holds nothing of them (Fortran order: the array).
pub(super) struct Arrays {
    reader: Counted,
    header: NpyHeader,
    /// Bytes before the first element of the array that is read.
    header_bytes: u64,
    /// Cases of it that were handed out.
    case: usize,
    /// Elements of a Fortran-ordered array, put into C order.
    whole: Option<Vec<f64>>,
    /// Most bytes of elements that are held at a time.
    most_bytes: usize,
}

/// A stream and the bytes read from it.
struct Counted {
    stream: BufReader<Source>,
    count: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

impl Arrays {
    /// Reads the first header, and in Fortran order the elements.
    ///
    /// # Errors
    /// A damaged header, elements that are no numbers, a shape that is neither `(n, C, L)` nor `(n, L)`, cases of more than
    /// `most_bytes`.
    pub fn new(source: Source, most_bytes: usize) -> Result<Self, DataError> {
        let mut reader = Counted { stream: BufReader::with_capacity(BUFFER, source), count: 0 };
        let (header, whole) = start(&mut reader, None, most_bytes)?;
        Ok(Arrays { header_bytes: reader.count, reader, header, case: 0, whole, most_bytes })
    }

    /// The name of the stream in messages.
    pub fn source(&self) -> &str {
        self.reader.stream.get_ref().name()
    }

    /// Channels of a case.
    pub fn channels(&self) -> usize {
        if self.header.shape.len() == 3 { self.header.shape[1] } else { 1 }
    }

    /// Whether the array has two axes.
    pub fn has_rows(&self) -> bool {
        self.header.shape.len() == 2
    }

    /// Elements of a case.
    pub fn case_size(&self) -> usize {
        self.header.shape[1..].iter().product()
    }

    /// Whether reading another case would have to wait for whoever writes the stream.
    pub fn is_drained(&self) -> bool {
        if !self.reader.stream.get_ref().waits() {
            return false;
        }
        let inside = self.case < self.header.shape[0];
        if inside && self.whole.is_some() {
            return false;
        }
        // Behind the last case there must be a header as well, about as long as the one before.
        let header = if inside { 0 } else { self.header_bytes as usize };
        self.reader.stream.buffer().len() < header + self.case_size() * self.header.element.size()
    }

    /// Reads the next case into `case`; false after the last one of the last array.
    pub fn next(&mut self, case: &mut Vec<f64>) -> Result<bool, DataError> {
        while self.case == self.header.shape[0] {
            if !self.next_array()? {
                return Ok(false);
            }
        }
        let size = self.case_size();
        case.clear();
        match &self.whole {
            Some(all) => case.extend_from_slice(&all[self.case * size..(self.case + 1) * size]),
            None => elements(&mut self.reader, &self.header, size, case)?,
        }
        self.case += 1;
        Ok(true)
    }

    /// Goes on to the next array; false at the end of the stream.
    fn next_array(&mut self) -> Result<bool, DataError> {
        let at = self.reader.count;
        let ahead = loop {
            match self.reader.stream.fill_buf() {
                Ok(bytes) => break bytes.iter().copied().take(MAGIC.len()).collect::<Vec<u8>>(),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.reader.stream.get_ref().unreadable(&e)),
            }
        };
        if ahead.is_empty() {
            return Ok(false);
        }
        if !MAGIC.starts_with(&ahead) {
            let problem = format!(
                "the array of shape {:?} ends at byte {at}, and bytes follow that are no array; correct the shape, or remove \
                 them",
                self.header.shape
            );
            return Err(DataError::new(self.source(), problem));
        }
        let (header, whole) = start(&mut self.reader, Some((at, &self.header.shape)), self.most_bytes)?;
        (self.header, self.whole, self.case) = (header, whole, 0);
        self.header_bytes = self.reader.count - at;
        Ok(true)
    }
}

/// Reads a header, which stands behind the array of shape `before` at a byte, and in Fortran order the elements.
fn start(
    reader: &mut Counted,
    before: Option<(u64, &[usize])>,
    most_bytes: usize,
) -> Result<(NpyHeader, Option<Vec<f64>>), DataError> {
    let header = NpyHeader::read(reader).and_then(|header| {
        let count = check(&header.shape, before)?;
        check_room(&header, count, most_bytes)?;
        Ok((header, count))
    });
    let (header, count) = header.map_err(|problem| {
        let place = before.map(|(at, _)| format!("the array at byte {at}: ")).unwrap_or_default();
        DataError::new(reader.stream.get_ref().name(), place + &problem)
    })?;
    if !header.fortran_order {
        return Ok((header, None));
    }
    let mut values = Vec::new();
    elements(reader, &header, count, &mut values)?;
    let whole = last_index_fastest(&values, &header.shape);
    Ok((header, Some(whole)))
}

/// Number of elements, of a shape that series can have and that goes with the one before.
fn check(shape: &[usize], before: Option<(u64, &[usize])>) -> Result<usize, String> {
    if !matches!(shape.len(), 2 | 3) || shape[1..].contains(&0) {
        return Err(format!(
            "shape {shape:?}, and tables have shape (n, columns) and series (n, channels, length), without an axis of length 0; \
             reshape the array"
        ));
    }
    if let Some((_, before)) = before.filter(|(_, before)| before[1..] != shape[1..]) {
        return Err(format!(
            "shape {shape:?}, and {before:?} before it, where arrays one behind another are read as one set; save them so that \
             their shapes agree beyond the first axis, or name one of them"
        ));
    }
    let count = shape.iter().try_fold(1usize, |p, &n| p.checked_mul(n)).filter(|&c| c <= isize::MAX as usize / 8);
    count.ok_or_else(|| format!("shape {shape:?} has more elements than memory can hold; correct it, or save fewer"))
}

/// Refuses a case, or in Fortran order an array, that is too large to be held.
fn check_room(header: &NpyHeader, count: usize, most_bytes: usize) -> Result<(), String> {
    let (what, elements, hint) = if header.fortran_order {
        // In the order of the file and in that of the cases.
        ("the array, whose cases lie scattered in it", count.saturating_mul(2), ", or save it in C order")
    } else {
        ("a case", header.shape[1..].iter().product(), "")
    };
    let bytes = elements.saturating_mul(size_of::<f64>());
    if bytes <= most_bytes || header.shape[0] == 0 {
        return Ok(());
    }
    Err(format!(
        "shape {:?}: {what} takes {bytes} bytes, more than the {most_bytes} that may be held at a time; allow more with \
         --max-memory{hint}",
        header.shape
    ))
}

/// Appends the next `count` elements to `values`.
fn elements(reader: &mut Counted, header: &NpyHeader, count: usize, values: &mut Vec<f64>) -> Result<(), DataError> {
    let size = header.element.size();
    let mut chunk = [0u8; CHUNK];
    let mut left = count;
    while left > 0 {
        let bytes = &mut chunk[..left.min(CHUNK / size) * size];
        reader.read_exact(bytes).map_err(|e| {
            let source = reader.stream.get_ref();
            if e.kind() != io::ErrorKind::UnexpectedEof {
                return source.unreadable(&e);
            }
            DataError::new(
                source.name(),
                format!(
                    "the elements of shape {:?} are not all there ({e}); get the file again, or correct the shape",
                    header.shape
                ),
            )
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
