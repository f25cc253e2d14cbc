//! Pooling of a filter's responses over time: mean and shares above fixed thresholds, per segment.

use std::ops::Range;

/// Lanes of a running sum; fixed, so that the bits do not depend on the machine.
const LANES: usize = 16;

/// Steps of segment `s` of `count` in a series of `length` steps; never empty.
pub(super) fn segment(length: usize, count: usize, s: usize) -> Range<usize> {
    let start = (s * length / count).min(length - 1);
    start..((s + 1) * length / count).max(start + 1)
}

/// Mean of `responses`, then the share above each threshold, into `out: [1 + thresholds]`.
pub(super) fn pool(responses: &[f32], thresholds: &[f32], out: &mut [f32]) {
    let n = responses.len() as f32;
    out[0] = sum(responses) / n;
    for (share, &threshold) in out[1..].iter_mut().zip(thresholds) {
        let above: u32 = responses.iter().map(|&v| u32::from(v > threshold)).sum();
        *share = above as f32 / n;
    }
}

fn sum(x: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let chunks = x.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (l, &v) in lanes.iter_mut().zip(chunk) {
            *l += v;
        }
    }
    for (l, &v) in lanes.iter_mut().zip(rest) {
        *l += v;
    }
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The `q`-quantiles of `values` (reordered), by the nearest order statistic below.
pub(super) fn quantiles(values: &mut [f32], q: &[f64]) -> Vec<f32> {
    q.iter()
        .map(|q| {
            let at = (q * (values.len() - 1) as f64) as usize;
            *values.select_nth_unstable_by(at, f32::total_cmp).1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cover_every_step_once_unless_they_outnumber_the_steps() {
        for length in [3, 7, 30, 206] {
            let covered: Vec<usize> = (0..3).flat_map(|s| segment(length, 3, s)).collect();
            assert_eq!(covered, (0..length).collect::<Vec<_>>());
        }
        assert!((0..3).all(|s| segment(1, 3, s) == (0..1)));
    }

    #[test]
    fn pooled_values_are_mean_and_shares() {
        let x: Vec<f32> = (0..37).map(|v| v as f32).collect();
        let mut out = [0.0; 3];
        pool(&x, &[9.0, 36.0], &mut out);
        assert_eq!(out, [18.0, 27.0 / 37.0, 0.0]);
        assert_eq!(quantiles(&mut x.clone(), &[0.0, 0.25, 1.0]), [0.0, 9.0, 36.0]);
    }
}
