//! A growable buffer whose first element lies on a cache line, without unsafe code.
//!
//! A 64-byte vector load that crosses a cache line costs twice; every tile row starts on a line when the buffer does
//! and its leading dimension is a multiple of [`LANE_MULTIPLE`]. The buffer over-allocates by one line and starts
//! at the first aligned element.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line.
const LINE: usize = 64;

/// Lanes of a tile are padded to a multiple of this, so that kernels need no scalar remainder loop.
pub(crate) const LANE_MULTIPLE: usize = 16;

/// `n` rounded up to a whole number of vector registers.
pub(crate) fn padded(n: usize) -> usize {
    n.div_ceil(LANE_MULTIPLE) * LANE_MULTIPLE
}

/// Elements of `T` starting on a 64-byte boundary.
#[derive(Debug, Default)]
pub(crate) struct AlignedVec<T> {
    storage: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy + Default> AlignedVec<T> {
    /// An empty buffer; allocates nothing.
    pub(crate) fn new() -> Self {
        AlignedVec { storage: Vec::new(), start: 0, len: 0 }
    }

    /// `len` elements of the default value (zero).
    pub(crate) fn zeroed(len: usize) -> Self {
        let mut v = Self::new();
        v.resize(len);
        v
    }

    /// Sets the length, keeping what is there and adding default values; allocates only when it grows beyond what it
    /// ever held.
    pub(crate) fn resize(&mut self, len: usize) {
        let slack = LINE / size_of::<T>();
        if len + slack > self.storage.len() {
            let mut storage = vec![T::default(); (len + slack).max(self.storage.len() * 2)];
            let start = storage.as_ptr().align_offset(LINE).min(slack);
            storage[start..start + self.len].copy_from_slice(self);
            (self.storage, self.start) = (storage, start);
        } else if len > self.len {
            self.storage[self.start + self.len..self.start + len].fill(T::default());
        }
        self.len = len;
    }

    /// Makes room for `len` elements in all, which are not touched yet.
    pub(crate) fn reserve(&mut self, len: usize) {
        let kept = self.len;
        self.resize(len.max(kept));
        self.len = kept;
    }

    /// Sets the length without clearing: elements past the old length hold whatever was there before.
    pub(crate) fn resize_dirty(&mut self, len: usize) {
        if len + LINE / size_of::<T>() > self.storage.len() {
            self.resize(len);
        }
        self.len = len;
    }

    /// A copy of `values`.
    pub(crate) fn from_slice(values: &[T]) -> Self {
        let mut v = Self::zeroed(values.len());
        v.copy_from_slice(values);
        v
    }
}

impl<T: Copy + Default> Clone for AlignedVec<T> {
    fn clone(&self) -> Self {
        Self::from_slice(self)
    }
}

impl<T> Deref for AlignedVec<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for AlignedVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_line_and_keeps_its_content_when_it_grows() {
        let mut v = AlignedVec::<f32>::new();
        for n in [1usize, 7, 16, 1000, 5, 4096] {
            let kept = v.len().min(n);
            let before: Vec<f32> = v[..kept].to_vec();
            v.resize(n);
            assert_eq!(v.as_ptr().align_offset(LINE), 0);
            assert_eq!(v[..kept], before[..]);
            assert!(v[kept..].iter().all(|&x| x == 0.0));
            v.iter_mut().enumerate().for_each(|(i, x)| *x = i as f32);
        }
    }
}
