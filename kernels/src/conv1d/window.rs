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

/// Multiples of `step` below `distance`.
fn multiples(distance: usize, step: usize) -> usize {
    // A division costs as much as a row of a small convolution.
    if step == 1 { distance } else { distance.div_ceil(step) }
}

/// Taps of step `t` that fall on the input.
fn taps(c: &Conv1d, length: usize, t: usize) -> Range<usize> {
    let begin = t * c.stride;
    let first = multiples(c.padding.saturating_sub(begin), c.dilation).min(c.taps);
    let end = multiples((length + c.padding).saturating_sub(begin), c.dilation).min(c.taps);
    first..end.max(first)
}

/// Output steps whose windows lie on the input whole.
fn whole(c: &Conv1d, length: usize) -> Range<usize> {
    let first = c.padding.div_ceil(c.stride);
    let end = (length + c.padding).checked_sub(c.reach()).map_or(0, |last| last / c.stride + 1);
    first..end.max(first)
}

/// All output steps in order, grouped by the taps they use.
pub(super) fn spans(c: &Conv1d, length: usize) -> impl Iterator<Item = Span> + '_ {
    let (total, whole) = (c.length_out(length), whole(c, length));
    let mut next = 0;
    core::iter::from_fn(move || {
        let begin = next;
        if begin == total {
            return None;
        }
        let used = if whole.contains(&begin) {
            // Nearly all steps: not one by one.
            next = whole.end;
            0..c.taps
        } else {
            let used = taps(c, length, begin);
            while next < total && !whole.contains(&next) && taps(c, length, next) == used {
                next += 1;
            }
            used
        };
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
