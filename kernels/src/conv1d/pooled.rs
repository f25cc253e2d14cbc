//! Responses of a convolution's filters, pooled over time as they arise: nothing is written but sums.
//!
//! `v[t, f] = max(y, slope·y)` with `y[t, f] = bias[f] + Σ_{k, c} w[k, c, f]·x[t + (k − (taps−1)/2)·dilation, c]`, `x` zero
//! outside. Of each segment of time the mean of `v`, and the share of its steps at which `v` lies above each threshold.
//!
//! Filters lie in the vector lanes; [`STEPS`] responses stay in registers until they are added. A response is the chain of
//! multiply-adds that [`forward`](super::forward()) computes, up to the sign of a zero, and sums run over ascending steps.

use super::Conv1d;
use crate::entry::run;
use crate::isa::{Kernel, Simd};
use crate::{Isa, Real};
use core::ops::Range;

/// Steps computed together, and the rows of zeros that must follow the padding of an input.
pub const STEPS: usize = 8;

/// Filters of one geometry, and what their responses are compared with.
#[derive(Clone, Copy, Debug)]
pub struct PooledFilters<'a, T> {
    /// The geometry: stride 1, and the padding of a response for every step, `(taps − 1)/2·dilation`.
    pub geometry: &'a Conv1d,
    /// `[taps, channels_in, F]`.
    pub weights: &'a [T],
    /// `[F]`.
    pub bias: &'a [T],
    /// Slope of the leaky ReLU below zero.
    pub slope: T,
    /// `[Q, F]`.
    pub thresholds: &'a [T],
}

impl<T> PooledFilters<'_, T> {
    /// Numbers that a segment is pooled to: `(1 + Q)·F`.
    pub fn statistics(&self) -> usize {
        self.bias.len() + self.thresholds.len()
    }
}

/// Pools `x: [margin + length + margin, channels_in]`, whose margins are rows of zeros, at least [`STEPS`] more than the
/// padding: `out: [segments, 1 + Q, F]`, of each segment the means, then the shares above each threshold.
///
/// Panics if lengths disagree, or a segment is empty or ends behind the input.
pub fn pool<T: Real>(
    isa: Isa,
    filters: &PooledFilters<T>,
    margin: usize,
    x: &[T],
    segments: &[Range<usize>],
    out: &mut [T],
) {
    let (c, f) = (filters.geometry, filters.bias.len());
    assert!(c.stride == 1 && 2 * c.padding + 1 == c.reach(), "pool: not a response for every step: {c:?}");
    assert!(f == c.channels_out && filters.weights.len() == c.weights(), "pool: weights and biases");
    assert!(filters.thresholds.len().is_multiple_of(f), "pool: thresholds");
    assert!(margin >= c.padding + STEPS, "pool: a margin of {margin} for a padding of {}", c.padding);
    let rows = x.len() / c.channels_in;
    assert!(rows > 2 * margin && x.len() == rows * c.channels_in, "pool: an input of {} numbers", x.len());
    let length = rows - 2 * margin;
    assert!(segments.iter().all(|s| s.start < s.end && s.end <= length), "pool: segments of {length} steps");
    assert_eq!(out.len(), segments.len() * filters.statistics(), "pool: outputs");
    run!(isa, Pool<'a, T> = Pool { filters, margin, length, x, segments, out })
}

pub(crate) struct Pool<'a, T> {
    filters: &'a PooledFilters<'a, T>,
    margin: usize,
    length: usize,
    x: &'a [T],
    segments: &'a [Range<usize>],
    out: &'a mut [T],
}

impl<T: Real> Kernel<T> for Pool<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        // Numbers of channels known to the compiler: a step's row needs no checks.
        match self.filters.geometry.channels_in {
            4 => segments::<T, S, 4>(s, self),
            8 => segments::<T, S, 8>(s, self),
            _ => segments::<T, S, 0>(s, self),
        }
    }
}

/// Segment after segment, vector after vector of filters; `CHANNELS` is the number of channels, or 0 for any.
#[inline(always)]
fn segments<T: Real, S: Simd<T>, const CHANNELS: usize>(s: S, p: Pool<T>) {
    let filters = p.filters.bias.len();
    for (steps, out) in p.segments.iter().zip(p.out.chunks_exact_mut(p.filters.statistics())) {
        out.fill(T::ZERO);
        for lane in (0..filters).step_by(S::LANES) {
            let lanes = (filters - lane).min(S::LANES);
            for first in steps.clone().step_by(STEPS) {
                let v = respond::<T, S, CHANNELS>(s, p.filters, [p.margin, p.length], p.x, first, lane, lanes);
                let count = (steps.end - first).min(STEPS);
                let mut sum = load(s, lanes, &out[lane..]);
                for i in 0..STEPS {
                    if i < count {
                        sum = s.add(sum, v[i]);
                    }
                }
                store(s, lanes, sum, &mut out[lane..]);
                let thresholds = p.filters.thresholds.chunks_exact(filters);
                for (above, threshold) in out[filters..].chunks_exact_mut(filters).zip(thresholds) {
                    let threshold = load(s, lanes, &threshold[lane..]);
                    let mut sum = load(s, lanes, &above[lane..]);
                    for i in 0..STEPS {
                        if i < count {
                            let one = s.select(s.lt(threshold, v[i]), s.splat(T::ONE), s.splat(T::ZERO));
                            sum = s.add(sum, one);
                        }
                    }
                    store(s, lanes, sum, &mut above[lane..]);
                }
            }
        }
        let count = T::from_f64(steps.len() as f64);
        out.iter_mut().for_each(|sum| *sum = *sum / count);
    }
}

/// Responses of the filters `lane..lane + lanes` at the steps `first..first + STEPS`; those behind the input mean nothing.
#[inline(always)]
fn respond<T: Real, S: Simd<T>, const CHANNELS: usize>(
    s: S,
    f: &PooledFilters<T>,
    [margin, length]: [usize; 2],
    x: &[T],
    first: usize,
    lane: usize,
    lanes: usize,
) -> [S::V; STEPS] {
    let (c, filters) = (f.geometry, f.bias.len());
    let channels = if CHANNELS == 0 { c.channels_in } else { CHANNELS };
    let mut v = [load(s, lanes, &f.bias[lane..]); STEPS];
    // Taps that fall on the input at no step would add zeros.
    let begin = c.padding.saturating_sub(first + STEPS - 1).div_ceil(c.dilation);
    let end = (length + c.padding - first).div_ceil(c.dilation).min(c.taps);
    for k in begin..end {
        let rows = &x[(margin + first + k * c.dilation - c.padding) * channels..][..STEPS * channels];
        let weights = &f.weights[k * channels * filters..][..channels * filters];
        for channel in 0..channels {
            let weight = load(s, lanes, &weights[channel * filters + lane..]);
            for i in 0..STEPS {
                v[i] = s.mul_add(s.splat(rows[i * channels + channel]), weight, v[i]);
            }
        }
    }
    let slope = s.splat(f.slope);
    for i in 0..STEPS {
        v[i] = s.max(v[i], s.mul(slope, v[i]));
    }
    v
}

/// `lanes` numbers; whole vectors without a mask.
#[inline(always)]
fn load<T: Real, S: Simd<T>>(s: S, lanes: usize, from: &[T]) -> S::V {
    if lanes == S::LANES { s.load(from) } else { s.load_first(lanes, from) }
}

/// The counterpart of [`load`].
#[inline(always)]
fn store<T: Real, S: Simd<T>>(s: S, lanes: usize, v: S::V, to: &mut [T]) {
    if lanes == S::LANES { s.store(v, to) } else { s.store_first(lanes, v, to) }
}
