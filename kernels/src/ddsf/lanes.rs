//! One vector of lanes of a layer's operands.

use crate::dsf::sums::load;
use crate::isa::Simd;
use crate::{Matrix, Real};

/// A vector of lanes of each row of `m`, from lane `at`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    pub m: Matrix<'a, T>,
    pub at: usize,
    pub lanes: usize,
}

impl<T: Real> Rows<'_, T> {
    #[inline(always)]
    pub fn row<S: Simd<T>>(&self, s: S, row: usize) -> S::V {
        load(s, self.lanes, &self.m.data[row * self.m.ld + self.at..])
    }
    #[inline(always)]
    pub fn max<S: Simd<T>>(&self, s: S, rows: core::ops::Range<usize>) -> S::V {
        let mut top = s.splat(-T::MAX);
        for i in rows {
            top = s.max(self.row(s, i), top);
        }
        top
    }
}

/// A vector of lanes of a layer's inputs.
#[derive(Clone, Copy)]
pub(super) struct Lanes<'a, T> {
    pub h: Rows<'a, T>,
    pub log_tangent: Rows<'a, T>,
    pub raw: Rows<'a, T>,
}
