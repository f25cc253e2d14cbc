//! Bounds that several settings share, far beyond what is of use: what lies within neither overflows nor asks for absurd memory.

/// Most families, and most learners.
pub(super) const MOST_EXPERTS: usize = 1024;
/// Most flows of a family.
pub(super) const MOST_FLOWS: usize = 4096;
/// Most views of a family.
pub(in crate::detect) const MOST_VIEWS: usize = 1 << 20;
/// Most steps of one training.
pub(super) const MOST_STEPS: u64 = 1 << 32;
/// Most bytes of a name in a configuration.
pub(super) const LONGEST_NAME: usize = 256;
