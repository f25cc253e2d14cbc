//! Counter-based random streams, one per purpose.
//!
//! Every random number of the project comes from ChaCha with eight rounds, keyed by the user's seed, the [`Purpose`] and
//! two counters (which view, which step …). A stream therefore does not depend on what was drawn before, on which thread
//! draws, or on how a batch is cut.

use nafal_kernels::Real;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream is for; two purposes never share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights of a flow.
    Weights = 1,
    /// Which training rows a view leaves out.
    Folds = 2,
    /// The maps of the views.
    Views = 3,
    /// Which (view, row) pairs a training step sees.
    Batches = 4,
    /// Noise on training features.
    Noise = 5,
    /// Samples from a flow.
    Samples = 6,
    /// Splits of an evaluation protocol.
    Splits = 7,
    /// Rivals with a random part.
    Rivals = 8,
    /// Simulated data.
    Simulation = 9,
    /// Random convolution filters of a series encoder.
    Filters = 10,
    /// The choice among augmented samples.
    Augmentation = 11,
}

/// The stream of `(seed, purpose, a, b)`.
pub fn stream(seed: u64, purpose: Purpose, a: u64, b: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (chunk, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, a, b]) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A standard normal number.
pub fn normal<T: Real>(rng: &mut impl Rng) -> T {
    let v: f64 = StandardNormal.sample(rng);
    T::from_f64(v)
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
    use super::*;

    #[test]
    fn streams_differ_in_every_coordinate_and_repeat() {
        let first = |s, p, a, b| stream(s, p, a, b).next_u64();
        let base = first(1, Purpose::Noise, 2, 3);
        assert_eq!(base, first(1, Purpose::Noise, 2, 3));
        for other in [
            first(2, Purpose::Noise, 2, 3),
            first(1, Purpose::Views, 2, 3),
            first(1, Purpose::Noise, 3, 3),
            first(1, Purpose::Noise, 2, 4),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn permutations_hold_every_index_once_and_below_is_uniform() {
        let mut rng = stream(0, Purpose::Splits, 0, 0);
        let mut p = permutation(&mut rng, 100);
        p.sort_unstable();
        assert_eq!(p, (0..100).collect::<Vec<_>>());
        let mut counts = [0usize; 3];
        (0..30_000).for_each(|_| counts[below(&mut rng, 3)] += 1);
        assert!(counts.iter().all(|&c| (9_600..10_400).contains(&c)), "{counts:?}");
    }
}
