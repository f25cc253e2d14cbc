//! What a filter's responses are pooled over, segments of time, and compared with, quantiles of responses on normal cases.

use std::ops::Range;

/// Steps of segment `s` of `count` in a series of `length` steps; never empty.
pub(super) fn segment(length: usize, count: usize, s: usize) -> Range<usize> {
    let start = (s * length / count).min(length - 1);
    start..((s + 1) * length / count).max(start + 1)
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
    fn quantiles_are_order_statistics() {
        let x: Vec<f32> = (0..37).rev().map(|v| v as f32).collect();
        assert_eq!(quantiles(&mut x.clone(), &[0.0, 0.25, 1.0]), [0.0, 9.0, 36.0]);
    }
}
