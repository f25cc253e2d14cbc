//! Borrowed row-major matrices and the staircase of their non-zeros.

use core::ops::Range;

/// Row-major view: element `(i, j)` is `data[i*ld + j]`, `ld >= cols`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    /// Storage, at least `(rows-1)*ld + cols` long.
    pub data: &'a [T],
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Leading dimension: distance between the starts of two rows.
    pub ld: usize,
}

/// Row-major mutable view; see [`Matrix`].
#[derive(Debug)]
pub struct MatrixMut<'a, T> {
    /// Storage.
    pub data: &'a mut [T],
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Leading dimension.
    pub ld: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// A view of `data`. Panics if `data` is too short or `ld < cols`.
    pub fn new(data: &'a [T], rows: usize, cols: usize, ld: usize) -> Self {
        assert!(
            ld >= cols && (rows == 0 || data.len() >= (rows - 1) * ld + cols),
            "matrix {rows}x{cols} ld {ld} does not fit {} elements",
            data.len()
        );
        Matrix { data, rows, cols, ld }
    }
    /// Row `i`.
    pub fn row(&self, i: usize) -> &'a [T] {
        &self.data[i * self.ld..i * self.ld + self.cols]
    }
    /// Rows `r` as a view of their own.
    pub fn rows(&self, r: Range<usize>) -> Matrix<'a, T> {
        assert!(r.end <= self.rows);
        Matrix {
            data: &self.data[(r.start * self.ld).min(self.data.len())..],
            rows: r.len(),
            cols: self.cols,
            ld: self.ld,
        }
    }
}

impl<'a, T> MatrixMut<'a, T> {
    /// A mutable view of `data`. Panics if `data` is too short or `ld < cols`.
    pub fn new(data: &'a mut [T], rows: usize, cols: usize, ld: usize) -> Self {
        assert!(
            ld >= cols && (rows == 0 || data.len() >= (rows - 1) * ld + cols),
            "matrix {rows}x{cols} ld {ld} does not fit {} elements",
            data.len()
        );
        MatrixMut { data, rows, cols, ld }
    }
    /// Row `i`.
    pub fn row(&mut self, i: usize) -> &mut [T] {
        &mut self.data[i * self.ld..i * self.ld + self.cols]
    }
    /// The same view, shared.
    pub fn as_ref(&self) -> Matrix<'_, T> {
        Matrix { data: self.data, rows: self.rows, cols: self.cols, ld: self.ld }
    }
}

/// Consecutive rows of a weight matrix whose non-zeros lie in the same columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Rows of the run.
    pub rows: Range<usize>,
    /// Columns that may be non-zero.
    pub inner: Range<usize>,
}

/// Where a `[rows, cols]` weight matrix may be non-zero: runs of rows in order, each with one column range.
///
/// A product never multiplies outside `inner`, and a register tile never spans two runs, so that a NaN in a
/// masked input cannot reach a row through a zero weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staircase {
    /// Rows of the weight matrix.
    pub rows: usize,
    /// Columns of the weight matrix.
    pub cols: usize,
    /// The runs; they cover `0..rows` in order.
    pub runs: Vec<Run>,
}

impl Staircase {
    /// Every weight may be non-zero.
    pub fn dense(rows: usize, cols: usize) -> Self {
        Staircase { rows, cols, runs: vec![Run { rows: 0..rows, inner: 0..cols }] }
    }
    /// Row `i` may be non-zero in its first `prefix[i]` columns; equal neighbours share a run.
    pub fn from_prefixes(prefix: &[usize], cols: usize) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (i, &p) in prefix.iter().enumerate() {
            assert!(p <= cols);
            match runs.last_mut() {
                Some(r) if r.inner.end == p => r.rows.end = i + 1,
                _ => runs.push(Run { rows: i..i + 1, inner: 0..p }),
            }
        }
        Staircase { rows: prefix.len(), cols, runs }
    }
    /// The staircase of the transposed matrix. Requires non-decreasing prefixes (`inner.start == 0`).
    pub fn transposed(&self) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let mut start_col = 0;
        for r in &self.runs {
            assert!(
                r.inner.start == 0 && r.inner.end >= start_col,
                "only a staircase with growing prefixes can be transposed"
            );
            if r.inner.end > start_col {
                runs.push(Run { rows: start_col..r.inner.end, inner: r.rows.start..self.rows });
                start_col = r.inner.end;
            }
        }
        if start_col < self.cols {
            runs.push(Run { rows: start_col..self.cols, inner: self.rows..self.rows });
        }
        Staircase { rows: self.cols, cols: self.rows, runs }
    }
    /// Columns up to the last that any row reads.
    pub fn used(&self) -> usize {
        self.runs.iter().map(|run| run.inner.end).max().unwrap_or(0)
    }
    /// Number of weights that may be non-zero.
    pub fn nonzeros(&self) -> usize {
        self.runs.iter().map(|r| r.rows.len() * r.inner.len()).sum()
    }
}
