//! A uniform sample of a stream of cases, in one pass and in bounded memory.
//!
//! Every case draws a random number; those with the smallest ones are kept, as many as fit. Whether a case is kept depends on
//! its number and not on its content or place, so each set of so many cases is as likely as any other.

use std::collections::BinaryHeap;

use rand::Rng;

use crate::data::read_options::Sample;
use crate::random::{Key, stream};

/// Says which cases of a stream to keep, and where.
pub(super) struct Sampler {
    /// Random number, slot and place in the stream of each case that is kept, the largest number first.
    kept: BinaryHeap<(u64, usize, usize)>,
    numbers: rand_chacha::ChaCha8Rng,
    /// Size of the case in each slot.
    sizes: Vec<usize>,
    /// Slots of cases that were given up.
    free: Vec<usize>,
    most: usize,
    most_bytes: usize,
    bytes: usize,
    /// Cases with this number or a larger one are given up; `None`: none was so far.
    limit: Option<u64>,
    seen: usize,
}

impl Sampler {
    /// At most so many cases, and at most so many bytes.
    pub fn new(sample: Sample, most_bytes: usize) -> Sampler {
        Sampler {
            kept: BinaryHeap::new(),
            numbers: stream(sample.seed, Key::TrainingCases),
            sizes: Vec::new(),
            free: Vec::new(),
            most: sample.most,
            most_bytes,
            bytes: 0,
            limit: None,
            seen: 0,
        }
    }

    /// The slot for the next case, of `size` bytes; `None` if it is not kept.
    pub fn place(&mut self, size: usize) -> Option<usize> {
        let (number, place) = (self.numbers.next_u64(), self.seen);
        self.seen += 1;
        if self.limit.is_some_and(|limit| number >= limit) {
            return None;
        }
        while self.kept.len() + 1 > self.most || self.bytes + size > self.most_bytes {
            match self.kept.peek() {
                Some(&(largest, slot, _)) if largest > number => {
                    self.kept.pop();
                    self.limit = Some(largest);
                    self.bytes -= self.sizes[slot];
                    self.free.push(slot);
                }
                _ => {
                    self.limit = Some(number);
                    return None;
                }
            }
        }
        let slot = self.free.pop().unwrap_or(self.sizes.len());
        if slot == self.sizes.len() {
            self.sizes.push(size);
        }
        self.sizes[slot] = size;
        self.bytes += size;
        self.kept.push((number, slot, place));
        Some(slot)
    }

    /// Whether some case was not kept.
    pub fn gave_up_some(&self) -> bool {
        self.limit.is_some()
    }

    /// The slots of the cases that are kept, in the order of the stream.
    pub fn slots(self) -> Vec<usize> {
        let mut kept = self.kept.into_vec();
        kept.sort_unstable_by_key(|&(_, _, place)| place);
        kept.into_iter().map(|(_, slot, _)| slot).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of the cases of a stream that are kept.
    fn kept(sizes: &[usize], most: usize, most_bytes: usize, seed: u64) -> Vec<usize> {
        let mut sampler = Sampler::new(Sample { most, seed }, most_bytes);
        let mut store: Vec<usize> = Vec::new();
        for (i, &size) in sizes.iter().enumerate() {
            if let Some(slot) = sampler.place(size) {
                if slot == store.len() {
                    store.push(i);
                } else {
                    store[slot] = i;
                }
            }
        }
        assert_eq!(sampler.gave_up_some(), sampler.kept.len() < sizes.len());
        sampler.slots().into_iter().map(|slot| store[slot]).collect()
    }

    #[test]
    fn all_are_kept_where_all_fit() {
        assert_eq!(kept(&[3, 2, 5], 3, 10, 1), [0, 1, 2]);
        assert_eq!(kept(&[], 3, 10, 1), [0usize; 0]);
        assert_eq!(kept(&[11], 3, 10, 1), [0usize; 0]);
    }

    #[test]
    fn each_case_is_as_likely_as_any_other() {
        let (cases, most, draws) = (20, 6, 4000);
        let mut counts = vec![0; cases];
        for seed in 0..draws {
            let kept = kept(&vec![8; cases], most, usize::MAX, seed);
            assert!(kept.len() == most && kept.is_sorted(), "{kept:?}");
            kept.into_iter().for_each(|i| counts[i] += 1);
        }
        let (expected, deviation) = (draws as f64 * 0.3, (draws as f64 * 0.3 * 0.7).sqrt());
        assert!(counts.iter().all(|&c| (f64::from(c) - expected).abs() < 4.5 * deviation), "{counts:?}");
    }

    #[test]
    fn bytes_are_never_more_than_may_be_held() {
        let sizes: Vec<usize> = (0..500).map(|i| 1 + i * 7919 % 97).collect();
        for seed in 0..50 {
            let kept = kept(&sizes, usize::MAX, 1000, seed);
            let bytes: usize = kept.iter().map(|&i| sizes[i]).sum();
            assert!(bytes <= 1000 && bytes > 1000 - 2 * 97 && kept.is_sorted(), "{bytes}");
        }
    }
}
