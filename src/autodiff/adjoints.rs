//! Adjoints of one backward pass, `[rows, lanes]` each, in one arena.
//!
//! An adjoint lives from the first write to it until its operation was played back; its rows then go to the free list, from
//! which the next adjoint of as many rows takes them, so that those in use stay in cache. Rows that are reused are not
//! cleared: the first write overwrites them.

use nafal_kernels::Real;

use super::aligned::AlignedVec;
use super::var::Var;

/// Where the adjoint of a value is.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Nowhere: nothing was written to it.
    Unwritten,
    /// From this row of the arena on.
    At(usize),
    /// Nowhere any more.
    Done,
}

/// A value's rows in the tape, and the state of its adjoint.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: usize,
    rows: usize,
    state: State,
}

/// The adjoints of a tape's values.
pub(super) struct Adjoints<T: Real> {
    arena: AlignedVec<T>,
    lanes: usize,
    spans: Vec<Span>,
    free: FreeList,
}

/// The rows of the arena that no adjoint uses.
#[derive(Debug, Default)]
struct FreeList {
    /// Released blocks: first row and number of rows.
    released: Vec<(usize, usize)>,
    /// No row from here on was ever used in this pass.
    end: usize,
}

impl FreeList {
    /// The first row of a block of `rows` rows, now in use: the block of that size that was released last, else a new one.
    fn take(&mut self, rows: usize) -> usize {
        match self.released.iter().rposition(|&(_, free)| free == rows) {
            Some(at) => self.released.swap_remove(at).0,
            None => {
                self.end += rows;
                self.end - rows
            }
        }
    }
}

impl<T: Real> Adjoints<T> {
    pub(super) fn new() -> Self {
        Adjoints { arena: AlignedVec::new(), lanes: 0, spans: Vec::new(), free: FreeList::default() }
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
    }

    /// A further value of the tape, of `rows` rows from `first` on; returns its index.
    pub(super) fn add(&mut self, first: usize, rows: usize) -> usize {
        self.spans.push(Span { first, rows, state: State::Unwritten });
        self.spans.len() - 1
    }

    /// Begins a backward pass over `rows` rows of values.
    pub(super) fn begin(&mut self, rows: usize, lanes: usize) {
        self.arena.resize_dirty(rows * lanes);
        self.lanes = lanes;
        self.spans.iter_mut().for_each(|span| span.state = State::Unwritten);
        self.free.released.clear();
        self.free.end = 0;
    }

    /// Whether anything was written to a value's adjoint.
    pub(super) fn written(&self, var: Var) -> bool {
        matches!(self.spans[var.value].state, State::At(_))
    }

    /// The adjoint of an operation's output (empty if nothing was written to it) and all others.
    pub(super) fn split(&mut self, output: Var) -> (&mut [T], InputAdjoints<'_, T>) {
        let (first, rows) = match self.spans[output.value].state {
            State::At(row) => (row, output.rows),
            _ => (self.arena.len() / self.lanes, 0),
        };
        let (below, rest) = self.arena.split_at_mut(first * self.lanes);
        let (output, above) = rest.split_at_mut(rows * self.lanes);
        let (lanes, spans, free) = (self.lanes, &mut self.spans[..], &mut self.free);
        (output, InputAdjoints { below, above, gap: rows * lanes, lanes, spans, free })
    }

    /// Puts the rows of a played-back operation's output on the free list.
    pub(super) fn release(&mut self, output: Var) {
        let span = &mut self.spans[output.value];
        if let State::At(row) = std::mem::replace(&mut span.state, State::Done) {
            self.free.released.push((row, span.rows));
        }
    }

    /// All adjoints.
    pub(super) fn all(&mut self) -> InputAdjoints<'_, T> {
        let (lanes, spans, free) = (self.lanes, &mut self.spans[..], &mut self.free);
        InputAdjoints { below: &mut self.arena, above: &mut [], gap: 0, lanes, spans, free }
    }

    /// Ends the pass: the adjoints nothing was written to are zero.
    pub(super) fn end(&mut self) {
        let mut all = self.all();
        for value in 0..all.spans.len() {
            if matches!(all.spans[value].state, State::Unwritten) {
                all.open_value(value);
            }
        }
    }

    /// The adjoint of a value that is no operation's output, after the pass.
    pub(super) fn of(&self, var: Var) -> &[T] {
        &self.arena[range(&self.spans, var, self.lanes)]
    }
}

/// Where the rows of `var` lie in the arena.
fn range(spans: &[Span], var: Var, lanes: usize) -> std::ops::Range<usize> {
    let span = &spans[var.value];
    let State::At(row) = span.state else { panic!("the adjoint of a value that has none, or none any more") };
    let first = row + var.first - span.first;
    first * lanes..(first + var.rows) * lanes
}

/// The rest of the arena while an operation is played back: every adjoint but that of its output.
///
/// An adjoint has no storage until the first write to it; the storage then holds old numbers.
pub struct InputAdjoints<'a, T> {
    below: &'a mut [T],
    above: &'a mut [T],
    /// Elements between the two.
    gap: usize,
    lanes: usize,
    spans: &'a mut [Span],
    free: &'a mut FreeList,
}

impl<T: Real> InputAdjoints<'_, T> {
    /// Gives the adjoint of value `value` storage, with old content. Returns whether it had none.
    fn place(&mut self, value: usize) -> bool {
        let span = &mut self.spans[value];
        match span.state {
            State::Unwritten => {
                span.state = State::At(self.free.take(span.rows));
                true
            }
            State::At(_) => false,
            State::Done => panic!("the adjoint of a value that was played back"),
        }
    }

    fn open_value(&mut self, value: usize) {
        if self.place(value) {
            let Span { first, rows, .. } = self.spans[value];
            self.of(Var { first, rows, tracked: true, value }).fill(T::ZERO);
        }
    }

    /// Makes an adjoint ready to be added to: zeros if nothing was written to it.
    pub fn open(&mut self, var: Var) {
        self.open_value(var.value);
    }

    /// Whether an adjoint holds nothing yet: the caller must then overwrite all of it, and else add to it. Makes it ready
    /// for either.
    pub fn first_to_write(&mut self, var: Var) -> bool {
        if var.rows == self.spans[var.value].rows {
            return self.place(var.value);
        }
        self.open(var);
        false
    }

    /// An open adjoint `[rows, lanes]`. Panics if it was not made ready.
    pub fn of(&mut self, var: Var) -> &mut [T] {
        let [adjoint] = self.each([var]);
        adjoint
    }

    /// Open adjoints `[rows, lanes]`. Panics if two of them overlap, or one was not made ready.
    pub fn each<const N: usize>(&mut self, vars: [Var; N]) -> [&mut [T]; N] {
        let ranges = vars.map(|var| range(self.spans, var, self.lanes));
        let (edge, gap) = (self.below.len(), self.gap);
        let below = ranges.clone().map(|r| if r.end <= edge { r } else { 0..0 });
        let above = ranges.map(|r| if r.end <= edge { 0..0 } else { r.start - edge - gap..r.end - edge - gap });
        let below = self.below.get_disjoint_mut(below).expect("adjoints overlap");
        let above = self.above.get_disjoint_mut(above).expect("adjoints overlap");
        let mut all = below;
        for (to, from) in all.iter_mut().zip(above) {
            if to.is_empty() {
                *to = from;
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of 2, 3, 2 and 2 rows in tiles of two lanes, played back from the last to the first.
    #[test]
    fn released_rows_go_to_the_next_adjoint_of_as_many_and_the_rest_stays() {
        let mut adjoints = Adjoints::<f64>::new();
        let mut first = 0;
        let [a, b, c, d] = [2, 3, 2, 2].map(|rows| {
            let value = adjoints.add(first, rows);
            first += rows;
            Var { first: first - rows, rows, tracked: true, value }
        });
        adjoints.begin(first, 2);
        let mut all = adjoints.all();
        all.open(d);
        all.of(d).fill(4.0);
        let (output, mut others) = adjoints.split(d);
        assert_eq!(output, [4.0; 4]);
        assert!(others.first_to_write(c) && !others.first_to_write(c));
        others.open(b);
        others.of(b.slice(1, 2)).fill(2.0);
        let [of_c, of_b] = others.each([c, b.slice(0, 1)]);
        of_c.fill(3.0);
        of_b.fill(1.0);
        adjoints.release(d);
        // Below the output of the next operation lie the released rows, above it the adjoint of `b`.
        let (output, mut others) = adjoints.split(c);
        assert_eq!(output, [3.0; 4]);
        others.open(a);
        assert_eq!(others.of(a), [0.0; 4]);
        assert_eq!(others.of(b), [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
        adjoints.release(c);
        adjoints.end();
        assert_eq!(adjoints.of(a), [0.0; 4]);
        assert_eq!(adjoints.of(b), [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
        assert_eq!(adjoints.free.end, 7, "two of two rows and one of three");
    }
}
