//! The gradient of a batch, spread over threads with the same bits for any number of them.
//!
//! A batch is cut into tiles; shard `s` of a fixed number handles tiles `s, s + SHARDS, …` in order, each shard with a tape
//! and gradients of its own. Afterwards the shards are added in a fixed pairwise tree. Nothing depends on which thread ran
//! which shard.

use nafal_kernels::{Isa, Real, map};
use rayon::prelude::*;

use super::gradients::Gradients;
use super::parameters::Parameters;
use super::tape::Tape;
use super::transposed::TransposedWeights;

/// Number of shards, whatever the number of threads.
pub(super) const SHARDS: usize = 8;

/// Elements that are summed over all shards at a time: eight such chunks fit the second-level cache.
const CHUNK: usize = 1 << 12;

/// Sums of more elements are split over threads.
const SHARED: usize = 1 << 18;

/// The additions `add(to, from)` of a pairwise tree of `count` terms; the sum is in the first.
fn tree(count: usize, mut add: impl FnMut(usize, usize)) {
    let mut stride = 1;
    while stride < count {
        (0..count - stride).step_by(2 * stride).for_each(|to| add(to, to + stride));
        stride *= 2;
    }
}

/// Adds the first `count` parts, of equal lengths, into the first by the tree: chunk by chunk, so that each number is
/// read from memory once. Each element's sum is the same, whoever adds it.
fn sum<T: Real>(isa: Isa, count: usize, mut parts: [&mut [T]; SHARDS]) {
    let n = parts[0].len();
    if n <= CHUNK {
        tree(count, |to, from| {
            let (left, right) = parts.split_at_mut(from);
            map::add_assign(isa, right[0], left[to]);
        });
        return;
    }
    let half = (n / 2).next_multiple_of(CHUNK).min(n - 1);
    let mut ends: [&mut [T]; SHARDS] = Default::default();
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

/// What one shard works with: its tape, and the gradients and the loss of its tiles so far.
struct Shard<T: Real> {
    tape: Tape<T>,
    gradients: Gradients<T>,
    loss: f64,
}

/// The shards of a trainer; reused from step to step.
pub struct GradientShards<T: Real> {
    shards: Vec<Shard<T>>,
    transposed: TransposedWeights<T>,
    isa: Isa,
}

impl<T: Real> GradientShards<T> {
    /// Shards for batches of at most `tiles` tiles.
    pub fn new(isa: Isa, parameters: &Parameters<T>, tiles: usize) -> Self {
        let shard = |_| Shard { tape: Tape::new(isa), gradients: Gradients::zeros(parameters), loss: 0.0 };
        GradientShards {
            shards: (0..tiles.clamp(1, SHARDS)).map(shard).collect(),
            transposed: TransposedWeights::default(),
            isa,
        }
    }

    /// Loss and gradient of a batch of `tiles` tiles: `record(tile, tape)` records one tile's loss on an empty tape.
    pub fn gradient(
        &mut self,
        parameters: &Parameters<T>,
        tiles: usize,
        record: impl Fn(usize, &mut Tape<T>) + Sync,
    ) -> (f64, &mut Gradients<T>) {
        self.transposed.refresh(self.isa, parameters);
        let (transposed, count) = (&self.transposed, self.shards.len());
        let run = |(s, shard): (usize, &mut Shard<T>)| {
            shard.loss = 0.0;
            shard.gradients.begin();
            for tile in (s..tiles).step_by(count) {
                record(tile, &mut shard.tape);
                shard.tape.backward_with(parameters, transposed, &mut shard.gradients, &mut []);
                shard.loss += shard.tape.loss();
            }
            shard.gradients.zero_untouched(parameters);
        };
        if count == 1 || rayon::current_num_threads() == 1 {
            self.shards.iter_mut().enumerate().for_each(run);
        } else {
            self.shards.par_iter_mut().enumerate().with_max_len(1).for_each(run);
        }
        let (mut losses, mut parts): ([f64; SHARDS], [&mut [T]; SHARDS]) = Default::default();
        for (shard, (loss, part)) in self.shards.iter_mut().zip(losses.iter_mut().zip(&mut parts)) {
            (*loss, *part) = (shard.loss, shard.gradients.values_mut());
        }
        tree(count, |to, from| losses[to] += losses[from]);
        sum(self.isa, count, parts);
        self.shards[0].loss = losses[0];
        (self.shards[0].loss, &mut self.shards[0].gradients)
    }

    /// The sum of the latest [`GradientShards::gradient`].
    pub fn gradients_mut(&mut self) -> &mut Gradients<T> {
        &mut self.shards[0].gradients
    }
}
