//! The gradient of a batch, spread over threads with the same bits for any number of them.
//!
//! A batch is cut into tiles; slot `s` of a fixed number handles tiles `s, s + SLOTS, …` in order, each slot with a tape
//! and gradients of its own. Afterwards the slots are added in a fixed pairwise tree. Nothing depends on which thread ran
//! which slot.

use nafal_kernels::{Isa, Real, map};
use rayon::prelude::*;

use super::{Gradients, Parameters, Prepared, Tape};

/// Number of slots, whatever the number of threads.
pub const SLOTS: usize = 8;

/// Numbers of a piece that all slots are added in before the next: eight of them lie in the second-level cache.
const PIECE: usize = 1 << 12;

/// Numbers from which two threads share the work.
const SHARED: usize = 1 << 18;

/// The additions `add(to, from)` of a pairwise tree of `count` terms; the sum is in the first.
fn tree(count: usize, mut add: impl FnMut(usize, usize)) {
    let mut stride = 1;
    while stride < count {
        (0..count - stride).step_by(2 * stride).for_each(|to| add(to, to + stride));
        stride *= 2;
    }
}

/// Adds the first `count` parts, of equal lengths, into the first by the tree: piece by piece, so that each number is read
/// once from afar. Each element's sum is the same, whoever adds it.
fn sum<T: Real>(isa: Isa, count: usize, mut parts: [&mut [T]; SLOTS]) {
    let n = parts[0].len();
    if n <= PIECE {
        tree(count, |to, from| {
            let (left, right) = parts.split_at_mut(from);
            map::add_assign(isa, right[0], left[to]);
        });
        return;
    }
    let half = (n / 2).next_multiple_of(PIECE).min(n - 1);
    let mut ends: [&mut [T]; SLOTS] = Default::default();
    let begins = std::array::from_fn(|s| {
        let part = std::mem::take(&mut parts[s]);
        let (begin, end) = part.split_at_mut(half.min(part.len()));
        ends[s] = end;
        begin
    });
    if n <= SHARED {
        sum(isa, count, begins);
        sum(isa, count, ends);
    } else {
        rayon::join(|| sum(isa, count, begins), || sum(isa, count, ends));
    }
}

/// What one slot works with.
pub struct Slot<T: Real> {
    /// Its tape.
    pub tape: Tape<T>,
    /// Where its gradients add up.
    pub gradients: Gradients<T>,
    loss: f64,
}

/// The slots of a trainer; reused from step to step.
pub struct Slots<T: Real> {
    slots: Vec<Slot<T>>,
    prepared: Prepared<T>,
    isa: Isa,
}

impl<T: Real> Slots<T> {
    /// Slots for batches of at most `tiles` tiles.
    pub fn new(isa: Isa, parameters: &Parameters<T>, tiles: usize) -> Self {
        let slot = |_| Slot { tape: Tape::new(isa), gradients: Gradients::zeros(parameters), loss: 0.0 };
        Slots { slots: (0..tiles.clamp(1, SLOTS)).map(slot).collect(), prepared: Prepared::default(), isa }
    }

    /// Loss and gradient of a batch of `tiles` tiles: `record(tile, tape)` records one tile's loss on an empty tape.
    pub fn gradient(
        &mut self,
        parameters: &Parameters<T>,
        tiles: usize,
        record: impl Fn(usize, &mut Tape<T>) + Sync,
    ) -> (f64, &mut Gradients<T>) {
        self.prepared.refresh(self.isa, parameters);
        let (prepared, count) = (&self.prepared, self.slots.len());
        let run = |(s, slot): (usize, &mut Slot<T>)| {
            slot.loss = 0.0;
            slot.gradients.begin();
            for tile in (s..tiles).step_by(count) {
                record(tile, &mut slot.tape);
                slot.tape.backward(parameters, prepared, &mut slot.gradients, &mut []);
                slot.loss += slot.tape.loss();
            }
            slot.gradients.settle(parameters);
        };
        if count == 1 || rayon::current_num_threads() == 1 {
            self.slots.iter_mut().enumerate().for_each(run);
        } else {
            self.slots.par_iter_mut().enumerate().with_max_len(1).for_each(run);
        }
        let (mut losses, mut parts): ([f64; SLOTS], [&mut [T]; SLOTS]) = Default::default();
        for (slot, (loss, part)) in self.slots.iter_mut().zip(losses.iter_mut().zip(&mut parts)) {
            (*loss, *part) = (slot.loss, slot.gradients.values_mut());
        }
        tree(count, |to, from| losses[to] += losses[from]);
        sum(self.isa, count, parts);
        self.slots[0].loss = losses[0];
        (self.slots[0].loss, &mut self.slots[0].gradients)
    }

    /// The sum of the latest [`Slots::gradient`].
    pub fn gradients_mut(&mut self) -> &mut Gradients<T> {
        &mut self.slots[0].gradients
    }
}
