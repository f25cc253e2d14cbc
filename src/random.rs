//! Counter-based random streams, addressed by typed keys.
//!
//! Every random number of the project comes from ChaCha with eight rounds, keyed by the user's seed and a [`Key`]: what the
//! numbers are for, and which view, step or layer they belong to. A stream therefore does not depend on what was drawn
//! before, on which thread draws, or on how a batch is cut; and two keys never share numbers, since each key has words of
//! its own (a test holds that).

use nafal_kernels::Real;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream is for. Numbers that are no part of the documented ranges may share words with another key's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// Initial weights of layer `layer` (below 2³²) of block `block` (below 64) of flow `flow` (below 2⁵⁸); the layer behind
    /// the last one is the table of contexts.
    FlowWeights {
        /// The flow.
        flow: u64,
        /// Its block.
        block: u64,
        /// The block's layer.
        layer: u64,
    },
    /// Initial weights of layer `layer` (below 2³²) of the extractor in front of flow `flow`.
    ExtractorWeights {
        /// The flow.
        flow: u64,
        /// The extractor's layer.
        layer: u64,
    },
    /// Initial weights of the classifier behind that extractor.
    ClassifierWeights {
        /// The flow.
        flow: u64,
    },
    /// Which fold a training case belongs to.
    Folds,
    /// The map of view `view` (below 2⁶³) of flow `flow` (below 2⁶³), or of an encoder's block.
    View {
        /// The flow, or the block.
        flow: u64,
        /// The view.
        view: u64,
    },
    /// The `order`-th random order of all columns that the views of family `family` (below 2⁶³) select from.
    ColumnOrder {
        /// The family.
        family: u64,
        /// Number of the order.
        order: u64,
    },
    /// Filters of group `group` of view `view` of an encoder of series.
    Filters {
        /// The view.
        view: u64,
        /// The group of filters.
        group: u64,
    },
    /// Samples `first` (below 2¹⁶) and on of step `step`'s batch (below 2⁴⁷) of flow `flow`.
    Batch {
        /// The flow.
        flow: u64,
        /// The training step.
        step: u64,
        /// The batch's sample.
        first: u64,
    },
    /// Rows of step `step` (below 2⁶³) of the training of an extractor.
    RowBatch {
        /// The flow behind the extractor.
        flow: u64,
        /// The training step.
        step: u64,
    },
    /// Noise on the samples of [`Key::Batch`].
    Noise {
        /// The flow.
        flow: u64,
        /// The training step (below 2⁴⁷).
        step: u64,
        /// The batch's sample (below 2¹⁶).
        first: u64,
    },
    /// Noise on the features of tile `tile` (below 2³²) of step `step` (below 2³¹) of a joint training.
    JointNoise {
        /// The flow.
        flow: u64,
        /// The training step.
        step: u64,
        /// The tile.
        tile: u64,
    },
    /// Samples of view `view` (below 2³²) that round `round` (below 2³² − 1) of active learning draws from flow `flow`.
    ActiveSamples {
        /// The flow.
        flow: u64,
        /// The round.
        round: u64,
        /// The view.
        view: u64,
    },
    /// Sample `number` that a model is asked for.
    Sample {
        /// Its number.
        number: u64,
    },
    /// Splits of an evaluation protocol.
    Split(u64, u64),
    /// Tree `tree` of an isolation forest.
    Tree {
        /// Its number.
        tree: u64,
    },
    /// Simulated data.
    Simulation(u64, u64),
    /// Made case `number` of a kind of made cases.
    Made {
        /// Which kind.
        kind: u64,
        /// Its number.
        number: u64,
    },
    /// Which cases are made into others, and of which.
    Makings,
    /// Which anomalies are put among training rows.
    Contamination,
    /// Which cases of a file are trained on, where they are too many.
    TrainingCases,
    /// Which training cases a model keeps as they are, for explanations to take values from.
    ReferenceCases,
    /// How far training windows of a log lie apart.
    WindowGaps,
    /// View `view` of learner `learner` (below 2³²).
    Learner {
        /// The learner's number in its detector.
        learner: u64,
        /// The view.
        view: u64,
    },
}

impl Key {
    /// The three words that, behind the seed, key a stream. They are part of what a seed means: no word may change.
    fn words(self) -> [u64; 3] {
        /// Marks the second or third word where two keys share the first.
        const HIGH: u64 = 1 << 63;
        match self {
            Key::FlowWeights { flow, block, layer } => [1, flow * 64 + block, layer],
            Key::ExtractorWeights { flow, layer } => [1, flow, (1 << 32) | layer],
            Key::ClassifierWeights { flow } => [1, flow, 1 << 33],
            Key::Folds => [2, 0, 0],
            Key::View { flow, view } => [3, flow, view],
            Key::ColumnOrder { family, order } => [3, HIGH | family, order],
            Key::Batch { flow, step, first } => [4, flow, (step << 16) | first],
            Key::RowBatch { flow, step } => [4, flow, HIGH | step],
            Key::Noise { flow, step, first } => [5, flow, (step << 16) | first],
            Key::JointNoise { flow, step, tile } => [5, flow, HIGH | (step << 32) | tile],
            Key::ActiveSamples { flow, round, view } => [6, flow, (round << 32) | view],
            Key::Sample { number } => [6, number, u64::MAX],
            Key::Split(a, b) => [7, a, b],
            Key::Tree { tree } => [8, tree, 0],
            Key::Simulation(a, b) => [9, a, b],
            Key::Filters { view, group } => [10, view, group],
            Key::Made { kind, number } => [11, kind, number],
            Key::Makings => [12, 0, 0],
            Key::Learner { learner, view } => [13, learner, view],
            Key::Contamination => [14, 0, 0],
            Key::TrainingCases => [15, 0, 0],
            Key::ReferenceCases => [18, 0, 0],
            Key::WindowGaps => [19, 0, 0],
        }
    }
}

/// The stream of a seed and a key.
pub fn stream(seed: u64, key: Key) -> ChaCha8Rng {
    let [purpose, a, b] = key.words();
    let mut bytes = [0u8; 32];
    for (chunk, word) in bytes.chunks_exact_mut(8).zip([seed, purpose, a, b]) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(bytes)
}

/// A standard normal number.
pub fn normal<T: Real>(rng: &mut impl Rng) -> T {
    let v: f64 = StandardNormal.sample(rng);
    T::from_f64(v)
}

/// A number in `[0, 1)`, a multiple of 2⁻⁵³.
pub fn uniform(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// A number in `0..n`, unbiased. Panics if `n` is zero.
pub fn below(rng: &mut impl Rng, n: usize) -> usize {
    assert!(n > 0, "no number below zero");
    let n = n as u64;
    // Lemire's multiplication with rejection of the short interval.
    let short = n.wrapping_neg() % n;
    loop {
        let wide = u128::from(rng.next_u64()) * u128::from(n);
        if (wide as u64) >= short {
            return (wide >> 64) as usize;
        }
    }
}

/// A random order of `0..n` (Fisher–Yates).
pub fn permutation(rng: &mut impl Rng, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, below(rng, i + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Every key with numbers at both ends of its ranges and some between.
    fn keys() -> Vec<Key> {
        let some = |bits: u32| -> Vec<u64> {
            let top = u64::MAX.checked_shr(64 - bits).unwrap_or(0);
            let mut numbers =
                vec![0, 1, 2, 3, 31, 32, 63, 64, 65, 1 << 16, 1 << 31, 1 << 32, 1 << 33, 1 << 47, top - 1, top];
            numbers.retain(|&n| n <= top);
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let mut keys = vec![Key::Folds, Key::TrainingCases, Key::ReferenceCases, Key::WindowGaps];
        for a in some(58) {
            keys.push(Key::ClassifierWeights { flow: a });
            for b in some(6) {
                keys.extend(some(32).into_iter().map(|layer| Key::FlowWeights { flow: a, block: b, layer }));
            }
            keys.extend(some(32).into_iter().map(|layer| Key::ExtractorWeights { flow: a, layer }));
            for step in some(47) {
                for first in some(16) {
                    keys.extend([Key::Batch { flow: a, step, first }, Key::Noise { flow: a, step, first }]);
                }
            }
            keys.extend(some(63).into_iter().map(|step| Key::RowBatch { flow: a, step }));
            for tile in some(32) {
                keys.extend(some(31).into_iter().map(|step| Key::JointNoise { flow: a, step, tile }));
                let rounds = some(32).into_iter().filter(|&round| round < u64::from(u32::MAX));
                keys.extend(rounds.map(|round| Key::ActiveSamples { flow: a, round, view: tile }));
            }
        }
        for a in some(63) {
            keys.extend([Key::Sample { number: a }, Key::Tree { tree: a }]);
            for b in some(63) {
                keys.extend([Key::View { flow: a, view: b }, Key::ColumnOrder { family: a, order: b }]);
                keys.extend([Key::Filters { view: a, group: b }, Key::Split(a, b), Key::Simulation(a, b)]);
            }
        }
        keys
    }

    #[test]
    fn no_two_keys_share_a_stream() {
        let mut seen: HashMap<[u64; 3], Key> = HashMap::new();
        for key in keys() {
            if let Some(other) = seen.insert(key.words(), key) {
                assert_eq!(other, key, "two keys with the words {:?}", key.words());
            }
        }
        assert!(seen.len() > 10_000);
    }

    /// What a seed means: the words, and the first number of a stream.
    #[test]
    fn words_are_what_they_always_were() {
        assert_eq!(Key::FlowWeights { flow: 5, block: 1, layer: 2 }.words(), [1, 321, 2]);
        assert_eq!(Key::Batch { flow: 7, step: 3, first: 64 }.words(), [4, 7, 3 << 16 | 64]);
        assert_eq!(Key::ColumnOrder { family: 1, order: 4 }.words(), [3, (1 << 63) | 1, 4]);
        assert_eq!(Key::Sample { number: 9 }.words(), [6, 9, u64::MAX]);
    }

    #[test]
    fn streams_differ_in_every_coordinate_and_repeat() {
        let first = |seed, key| stream(seed, key).next_u64();
        let base = first(1, Key::View { flow: 2, view: 3 });
        assert_eq!(base, first(1, Key::View { flow: 2, view: 3 }));
        for (seed, key) in [
            (2, Key::View { flow: 2, view: 3 }),
            (1, Key::Filters { view: 2, group: 3 }),
            (1, Key::View { flow: 3, view: 3 }),
            (1, Key::View { flow: 2, view: 4 }),
        ] {
            assert_ne!(base, first(seed, key));
        }
    }

    #[test]
    fn permutations_hold_every_index_once_and_below_is_uniform() {
        let mut rng = stream(0, Key::Split(0, 0));
        let mut p = permutation(&mut rng, 100);
        p.sort_unstable();
        assert_eq!(p, (0..100).collect::<Vec<_>>());
        let mut counts = [0usize; 3];
        (0..30_000).for_each(|_| counts[below(&mut rng, 3)] += 1);
        assert!(counts.iter().all(|&c| (9_600..10_400).contains(&c)), "{counts:?}");
    }
}
