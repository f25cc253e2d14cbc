//! Pooling of a filter's responses over time: mean and shares above fixed thresholds, per segment.

use std::ops::Range;

/// Steps of segment `s` of `count` in a series of `length` steps; never empty.
pub(super) fn segment(length: usize, count: usize, s: usize) -> Range<usize> {
    let start = (s * length / count).min(length - 1);
    start..((s + 1) * length / count).max(start + 1)
}

/// Pools `responses: [steps, F]`, all steps of one segment: for each filter the mean, then the share above each of its
/// thresholds, into `out[f·stride + s]`, `s = 0 … Q`. `thresholds` is `[Q, F]`; `sums` is a buffer.
pub(super) fn pool(
    responses: &[f32],
    filters: usize,
    thresholds: &[f32],
    sums: &mut Vec<f32>,
    out: &mut [f32],
    stride: usize,
) {
    let steps = (responses.len() / filters) as f32;
    let statistics = 1 + thresholds.len() / filters;
    sums.clear();
    sums.resize(statistics * filters, 0.0);
    let (means, shares) = sums.split_at_mut(filters);
    for row in responses.chunks_exact(filters) {
        for (sum, &v) in means.iter_mut().zip(row) {
            *sum += v;
        }
        for (shares, thresholds) in shares.chunks_exact_mut(filters).zip(thresholds.chunks_exact(filters)) {
            for ((count, &v), &threshold) in shares.iter_mut().zip(row).zip(thresholds) {
                *count += if v > threshold { 1.0 } else { 0.0 };
            }
        }
    }
    for (s, sums) in sums.chunks_exact(filters).enumerate() {
        for (f, &sum) in sums.iter().enumerate() {
            out[f * stride + s] = sum / steps;
        }
    }
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
        let two: Vec<f32> = x.iter().flat_map(|&v| [v, -v]).collect();
        let mut out = [7.0; 8];
        pool(&two, 2, &[9.0, -9.0, 36.0, -36.0], &mut Vec::new(), &mut out, 4);
        assert_eq!(out, [18.0, 27.0 / 37.0, 0.0, 7.0, -18.0, 9.0 / 37.0, 36.0 / 37.0, 7.0]);
        assert_eq!(quantiles(&mut x.clone(), &[0.0, 0.25, 1.0]), [0.0, 9.0, 36.0]);
    }
}
