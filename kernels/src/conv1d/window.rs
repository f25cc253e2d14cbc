//! Which taps of which steps fall on the input, and which on the padding.

use super::Conv1d;
use core::ops::Range;

/// Consecutive output steps whose windows use the same taps.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Output steps.
    pub steps: Range<usize>,
    /// Taps that fall on the input.
    pub taps: Range<usize>,
    /// Input position of the first of these taps at the first of these steps.
    pub first: usize,
}

/// Taps of step `t` that fall on the input.
fn taps(c: &Conv1d, length: usize, t: usize) -> Range<usize> {
    let begin = t * c.stride;
    let first = c.padding.saturating_sub(begin).div_ceil(c.dilation).min(c.taps);
    let end = (length + c.padding).saturating_sub(begin).div_ceil(c.dilation).min(c.taps);
    first..end.max(first)
}

/// All output steps in order, grouped by the taps they use.
pub(super) fn spans(c: &Conv1d, length: usize) -> impl Iterator<Item = Span> + '_ {
    let total = c.length_out(length);
    let mut next = 0;
    core::iter::from_fn(move || {
        let begin = next;
        if begin == total {
            return None;
        }
        let used = taps(c, length, begin);
        while next < total && taps(c, length, next) == used {
            next += 1;
        }
        let first = (begin * c.stride + used.start * c.dilation).saturating_sub(c.padding).min(length);
        Some(Span { steps: begin..next, taps: used, first })
    })
}

/// Output steps at which tap `k` falls on the input.
pub(super) fn steps(c: &Conv1d, length: usize, k: usize) -> Range<usize> {
    let offset = k * c.dilation;
    let first = c.padding.saturating_sub(offset).div_ceil(c.stride);
    let end = (length + c.padding).saturating_sub(offset).div_ceil(c.stride).min(c.length_out(length));
    first.min(end)..end
}
