//! Adjoints of one backward pass, `[rows, lanes]` each, in one arena.
//!
//! An adjoint lives from the first write to it until its operation was played back; its place then goes to the next one of
//! as many rows, so that those in use stay in cache. Places are not cleared, but overwritten by what comes first.

use nafal_kernels::Real;

use super::AlignedVec;
use super::tape::Var;

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

/// A value's rows in the tape, and its adjoint.
#[derive(Clone, Copy, Debug)]
struct Extent {
    first: usize,
    rows: usize,
    state: State,
}

/// The adjoints of a tape's values.
pub(super) struct Adjoints<T: Real> {
    arena: AlignedVec<T>,
    lanes: usize,
    extents: Vec<Extent>,
    places: Places,
}

/// Rows of the arena that are to be had.
#[derive(Debug, Default)]
struct Places {
    /// Given back: first row and number of rows.
    free: Vec<(usize, usize)>,
    /// Rows from here on were never given away.
    fresh: usize,
}

impl Places {
    fn take(&mut self, rows: usize) -> usize {
        match self.free.iter().rposition(|&(_, free)| free == rows) {
            Some(at) => self.free.swap_remove(at).0,
            None => {
                self.fresh += rows;
                self.fresh - rows
            }
        }
    }
}

impl<T: Real> Adjoints<T> {
    pub(super) fn new() -> Self {
        Adjoints { arena: AlignedVec::new(), lanes: 0, extents: Vec::new(), places: Places::default() }
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.extents.clear();
    }

    /// A further value of the tape, of `rows` rows from `first` on; returns its number.
    pub(super) fn add(&mut self, first: usize, rows: usize) -> usize {
        self.extents.push(Extent { first, rows, state: State::Unwritten });
        self.extents.len() - 1
    }

    /// Begins a backward pass over `rows` rows of values.
    pub(super) fn begin(&mut self, rows: usize, lanes: usize) {
        self.arena.resize_dirty(rows * lanes);
        self.lanes = lanes;
        self.extents.iter_mut().for_each(|e| e.state = State::Unwritten);
        self.places.free.clear();
        self.places.fresh = 0;
    }

    /// Whether anything was written to a value's adjoint.
    pub(super) fn written(&self, var: Var) -> bool {
        matches!(self.extents[var.value].state, State::At(_))
    }

    /// The adjoint of an operation's output (empty if nothing was written to it) and all others.
    pub(super) fn split(&mut self, output: Var) -> (&mut [T], Others<'_, T>) {
        let (first, rows) = match self.extents[output.value].state {
            State::At(place) => (place, output.rows),
            _ => (self.arena.len() / self.lanes, 0),
        };
        let (below, rest) = self.arena.split_at_mut(first * self.lanes);
        let (output, above) = rest.split_at_mut(rows * self.lanes);
        let (lanes, extents, places) = (self.lanes, &mut self.extents[..], &mut self.places);
        (output, Others { below, above, gap: rows * lanes, lanes, extents, places })
    }

    /// Gives the place of a played-back operation's output to others.
    pub(super) fn release(&mut self, output: Var) {
        let extent = &mut self.extents[output.value];
        if let State::At(place) = std::mem::replace(&mut extent.state, State::Done) {
            self.places.free.push((place, extent.rows));
        }
    }

    /// All adjoints.
    pub(super) fn all(&mut self) -> Others<'_, T> {
        let (lanes, extents, places) = (self.lanes, &mut self.extents[..], &mut self.places);
        Others { below: &mut self.arena, above: &mut [], gap: 0, lanes, extents, places }
    }

    /// Ends the pass: the adjoints nothing was written to are zero.
    pub(super) fn end(&mut self) {
        let mut all = self.all();
        for value in 0..all.extents.len() {
            if matches!(all.extents[value].state, State::Unwritten) {
                all.open_value(value);
            }
        }
    }

    /// The adjoint of a value that is no operation's output, after the pass.
    pub(super) fn of(&self, var: Var) -> &[T] {
        &self.arena[range(&self.extents, var, self.lanes)]
    }
}

/// Where the rows of `var` lie in the arena.
fn range(extents: &[Extent], var: Var, lanes: usize) -> std::ops::Range<usize> {
    let extent = &extents[var.value];
    let State::At(place) = extent.state else { panic!("the adjoint of a value that has none, or none any more") };
    let first = place + var.first - extent.first;
    first * lanes..(first + var.rows) * lanes
}

/// The adjoints beside that of the operation being played back.
pub(super) struct Others<'a, T> {
    below: &'a mut [T],
    above: &'a mut [T],
    /// Numbers between the two.
    gap: usize,
    lanes: usize,
    extents: &'a mut [Extent],
    places: &'a mut Places,
}

impl<T: Real> Others<'_, T> {
    /// Gives the adjoint of value `value` a place, with what it held before. Returns whether it had none.
    fn place(&mut self, value: usize) -> bool {
        let extent = &mut self.extents[value];
        match extent.state {
            State::Unwritten => {
                extent.state = State::At(self.places.take(extent.rows));
                true
            }
            State::At(_) => false,
            State::Done => panic!("the adjoint of a value that was played back"),
        }
    }

    fn open_value(&mut self, value: usize) {
        if self.place(value) {
            let Extent { first, rows, .. } = self.extents[value];
            self.of(Var { first, rows, tracked: true, value }).fill(T::ZERO);
        }
    }

    /// Makes an adjoint ready to be added to.
    pub(super) fn open(&mut self, var: Var) {
        self.open_value(var.value);
    }

    /// Whether an adjoint holds nothing yet: the caller must then overwrite all of it, and else add to it.
    pub(super) fn first_to_write(&mut self, var: Var) -> bool {
        if var.rows == self.extents[var.value].rows {
            return self.place(var.value);
        }
        self.open(var);
        false
    }

    /// An open adjoint.
    pub(super) fn of(&mut self, var: Var) -> &mut [T] {
        let [adjoint] = self.each([var]);
        adjoint
    }

    /// Open adjoints. Panics if two of them overlap.
    pub(super) fn each<const N: usize>(&mut self, vars: [Var; N]) -> [&mut [T]; N] {
        let ranges = vars.map(|var| range(self.extents, var, self.lanes));
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
    fn a_place_goes_to_the_next_of_its_size_and_the_rest_stays() {
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
        // Below the output of the next operation lies what was given back, above it the adjoint of `b`.
        let (output, mut others) = adjoints.split(c);
        assert_eq!(output, [3.0; 4]);
        others.open(a);
        assert_eq!(others.of(a), [0.0; 4]);
        assert_eq!(others.of(b), [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
        adjoints.release(c);
        adjoints.end();
        assert_eq!(adjoints.of(a), [0.0; 4]);
        assert_eq!(adjoints.of(b), [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
        assert_eq!(adjoints.places.fresh, 7, "two of two rows and one of three");
    }
}
