//! Reproducible operands, and the check that stands before every timing.

use nafal_kernels::Real;
use std::ops::{Deref, DerefMut};

/// Bytes of a cache line.
const LINE: usize = 64;

/// A slice that begins on a cache line, as the tiles of `nafal` do.
pub struct Aligned<T> {
    storage: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Real> Aligned<T> {
    /// The same numbers.
    pub fn of(numbers: &[T]) -> Self {
        let slack = LINE / size_of::<T>();
        let mut storage = vec![T::ZERO; numbers.len() + slack];
        let start = storage.as_ptr().align_offset(LINE).min(slack);
        storage[start..start + numbers.len()].copy_from_slice(numbers);
        Aligned { storage, start, length: numbers.len() }
    }
    /// `n` ones: what no result may be left at.
    pub fn ones(n: usize) -> Self {
        Self::of(&vec![T::ONE; n])
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.storage[self.start..self.start + self.length]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.length]
    }
}

/// `n` numbers, uniform in `[-1, 1)`: SplitMix64.
pub fn numbers<T: Real>(seed: u64, n: usize) -> Aligned<T> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let numbers: Vec<T> = (0..n).map(|_| T::from_f64((next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0)).collect();
    Aligned::of(&numbers)
}

/// Panics unless `|got − want| <= tolerance·max(1, |want|)` everywhere, with `tolerance` in units of `T`'s last place.
#[track_caller]
pub fn close<T: Real>(what: &str, got: &[T], want: &[T], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let (got, want) = (got.to_f64(), want.to_f64());
        let near = (got - want).abs() <= tolerance * T::EPSILON.to_f64() * want.abs().max(1.0);
        assert!(near, "{what}[{i}]: got {got:e}, want {want:e}");
    }
}
