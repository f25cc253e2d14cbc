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

/// Numbers of a piece of work for one thread.
const PIECE: usize = 1 << 16;

/// `y += x`, long sums by all threads; each element is one addition, whoever does it.
fn add<T: Real>(isa: Isa, x: &[T], y: &mut [T]) {
    if x.len() <= 4 * PIECE || rayon::current_num_threads() == 1 {
        map::add_assign(isa, x, y);
    } else {
        x.par_chunks(PIECE).zip(y.par_chunks_mut(PIECE)).for_each(|(x, y)| map::add_assign(isa, x, y));
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
            slot.gradients.clear();
            for tile in (s..tiles).step_by(count) {
                record(tile, &mut slot.tape);
                slot.tape.backward(parameters, prepared, &mut slot.gradients, &mut []);
                slot.loss += slot.tape.loss();
            }
        };
        if count == 1 || rayon::current_num_threads() == 1 {
            self.slots.iter_mut().enumerate().for_each(run);
        } else {
            self.slots.par_iter_mut().enumerate().with_max_len(1).for_each(run);
        }
        let mut stride = 1;
        while stride < count {
            for s in (0..count - stride).step_by(2 * stride) {
                let (left, right) = self.slots.split_at_mut(s + stride);
                add(self.isa, right[0].gradients.values(), left[s].gradients.values_mut());
                left[s].loss += right[0].loss;
            }
            stride *= 2;
        }
        (self.slots[0].loss, &mut self.slots[0].gradients)
    }

    /// The sum of the latest [`Slots::gradient`].
    pub fn gradients_mut(&mut self) -> &mut Gradients<T> {
        &mut self.slots[0].gradients
    }
}
