//! A handle on a value of a tape: consecutive rows of its arena, `[rows, lanes]`.

/// A value on a tape: consecutive rows of its arena. It is valid until the tape's next [`begin`](super::Tape::begin).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Var {
    pub(super) first: usize,
    pub(super) rows: usize,
    pub(super) tracked: bool,
    /// Index of the recorded value that it is, or is part of.
    pub(super) value: usize,
}

impl Var {
    /// Number of rows (features).
    pub fn rows(self) -> usize {
        self.rows
    }
    /// Whether derivatives with respect to it are computed. A VJP may leave out the adjoint of an input that is not
    /// tracked.
    pub fn tracked(self) -> bool {
        self.tracked
    }
    /// Rows `first..first + rows` of this value, as a value. Panics if there are fewer.
    pub fn slice(self, first: usize, rows: usize) -> Var {
        assert!(first + rows <= self.rows, "rows {first}+{rows} of a value with {}", self.rows);
        Var { first: self.first + first, rows, ..self }
    }
    /// Where its elements lie in an arena of `lanes` columns.
    pub(super) fn range(self, lanes: usize) -> std::ops::Range<usize> {
        self.first * lanes..(self.first + self.rows) * lanes
    }
}
