//! Degrees of hidden units, sorted, and the staircases they make of the masks (Germain et al. 2015).
//!
//! A hidden unit of degree `k` may depend on the features of rank `< k`; feature `i`'s parameters may depend on hidden
//! units of degree `≤ i`. With units sorted by degree every row of every masked matrix is a prefix of non-zeros.

use std::ops::Range;

use nafal_kernels::Staircase;

use super::FlowSpec;

/// Sorted degrees of the hidden units of one conditioner.
#[derive(Clone, Debug)]
pub(super) struct Degrees {
    features: usize,
    raw: usize,
    hidden: Vec<usize>,
}

impl Degrees {
    /// Degrees assigned cyclically, then sorted: the numbers of units of two degrees differ by at most one.
    pub(super) fn new(spec: &FlowSpec) -> Self {
        let range = spec.degrees();
        let count = range.clone().count();
        let mut hidden: Vec<usize> = (0..spec.hidden).map(|i| range.start() + i % count).collect();
        hidden.sort_unstable();
        Degrees { features: spec.features, raw: spec.raw_rows(), hidden }
    }

    /// Units of degree at most `k`: always the first so many.
    pub(super) fn units_up_to(&self, k: usize) -> usize {
        self.hidden.partition_point(|&d| d <= k)
    }

    /// Units of degree exactly `k`.
    pub(super) fn units_of(&self, k: usize) -> Range<usize> {
        self.hidden.partition_point(|&d| d < k)..self.units_up_to(k)
    }

    /// Mask of the first layer, `[H, m]`.
    pub(super) fn input(&self) -> Staircase {
        Staircase::from_prefixes(&self.hidden, self.features)
    }

    /// Mask between hidden layers, `[H, H]`.
    pub(super) fn between(&self) -> Staircase {
        let prefixes: Vec<usize> = self.hidden.iter().map(|&d| self.units_up_to(d)).collect();
        Staircase::from_prefixes(&prefixes, self.hidden.len())
    }

    /// Mask of the head, `[m·R, H]`.
    pub(super) fn head(&self) -> Staircase {
        let prefixes: Vec<usize> = (0..self.features * self.raw).map(|r| self.units_up_to(r / self.raw)).collect();
        Staircase::from_prefixes(&prefixes, self.hidden.len())
    }
}
