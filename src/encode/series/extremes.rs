//! What picking points of a long channel would skip: values far from their surroundings.
//!
//! A channel longer than `L` is cut into `L` stretches, those values nearest to each step. A stretch's extreme is its value
//! farthest from the median of the five stretches around it (fewer at the ends). Of a channel of `L` steps every value is a
//! stretch of its own. Where an extreme is farther out than training cases let expect, its step takes that value.
//!
//! Means over stretches would show extremes too, but make every longer case smoother than training cases are, noise above
//! all; so steps keep their picked values, and a longer case without such extremes is the same as ever.

use std::ops::Range;

use super::resample;

/// Stretches on either side whose values count as surroundings.
const BESIDE: usize = 2;

/// Values `start..end` that are nearest to the steps `steps` of `length`, for a channel of at least `length` values.
fn stretches(values: usize, length: usize, steps: Range<usize>) -> Range<usize> {
    // Step `i` lies at value i·(values − 1)/(length − 1), and its stretch begins half a step earlier.
    let begin = |i: usize| match i {
        0 => 0,
        i if i == length => values,
        i => ((2 * i - 1) * (values - 1)).div_ceil(2 * (length - 1)),
    };
    begin(steps.start)..begin(steps.end)
}

/// The extreme of each of the `length` stretches of a channel at least as long, and its distance from the median.
fn extremes(channel: &[f64], length: usize) -> impl Iterator<Item = (f64, f64)> {
    let mut around = Vec::new();
    (0..length).map(move |i| {
        around.clear();
        let beside = i.saturating_sub(BESIDE)..(i + BESIDE + 1).min(length);
        around.extend_from_slice(&channel[stretches(channel.len(), length, beside)]);
        let middle = around.len() / 2;
        let median = *around.select_nth_unstable_by(middle, f64::total_cmp).1;
        let own = &channel[stretches(channel.len(), length, i..i + 1)];
        own.iter().fold((median, 0.0), |(value, distance), &v| {
            // Halves would not overflow; an infinite distance is the largest all the same.
            let of_v = (v - median).abs();
            if of_v > distance { (v, of_v) } else { (value, distance) }
        })
    })
}

/// The largest distance of an extreme of a channel, which is `line` after resampling.
pub(super) fn largest_extreme(channel: &[f64], line: &[f64]) -> f64 {
    let seen = if channel.len() > line.len() { channel } else { line };
    extremes(seen, line.len()).fold(0.0, |largest, (_, distance)| distance.max(largest))
}

/// As [`resample`]; but where a channel is longer than `out`, a step takes its stretch's extreme if that is farther out than
/// `limit`.
pub(super) fn resample_with_extremes(channel: &[f64], limit: f64, out: &mut [f64]) {
    resample(channel, out);
    if channel.len() > out.len() {
        let length = out.len();
        for (v, (extreme, distance)) in out.iter_mut().zip(extremes(channel, length)) {
            if distance > limit {
                *v = extreme;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(channel: &[f64], limit: f64, length: usize) -> Vec<f64> {
        let mut out = vec![f64::NAN; length];
        resample_with_extremes(channel, limit, &mut out);
        out
    }

    #[test]
    fn stretches_hold_every_value_once_and_lie_around_their_steps() {
        for length in [1, 2, 3, 7, 30] {
            for values in (length..4 * length + 5).chain([3000]) {
                let all: Vec<usize> = (0..length).flat_map(|i| stretches(values, length, i..i + 1)).collect();
                assert_eq!(all, (0..values).collect::<Vec<_>>(), "{values} values in {length}");
                for i in 0..length {
                    let own = stretches(values, length, i..i + 1);
                    let step = (i * (values - 1)) as f64 / (length - 1).max(1) as f64;
                    assert!(!own.is_empty());
                    if length > 1 {
                        assert!(
                            own.clone().all(|j| (j as f64 - step).abs() <= 0.5 * (values as f64) / (length - 1) as f64)
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_extreme_is_seen_wherever_it_is_and_the_rest_is_as_resampled() {
        for length in [1, 2, 3, 4, 5, 8, 30] {
            for values in [length + 1, length + 2, 2 * length, 5 * length / 2 + 1, 10 * length + 3] {
                if values < 3 {
                    continue;
                }
                let plain: Vec<f64> = (0..values).map(|j| (0.2 * j as f64).sin()).collect();
                assert_eq!(to(&plain, 2.5, length), to(&plain, f64::INFINITY, length));
                for at in 0..values {
                    for size in [-1e6, 9.0, f64::MAX] {
                        let mut channel = plain.clone();
                        channel[at] = size;
                        let seen = to(&channel, 2.5, length);
                        assert!(seen.contains(&size), "{size} at {at} of {values} in {length}: {seen:?}");
                        let away = |i: usize| {
                            !stretches(values, length, i.saturating_sub(1)..(i + 2).min(length)).contains(&at)
                        };
                        let as_ever = to(&plain, 2.5, length);
                        assert!((0..length).all(|i| !away(i) || seen[i] == as_ever[i]));
                    }
                }
            }
        }
    }

    #[test]
    fn pulses_between_two_steps_are_seen_and_short_channels_are_resampled_alone() {
        // Steps at 0, 10, 20, …: the pulse falls on none.
        let mut channel = vec![0.0; 101];
        channel[43..48].fill(5.0);
        assert_eq!(to(&channel, f64::INFINITY, 11), [0.0; 11]);
        let seen = to(&channel, 1.0, 11);
        assert!(seen[4] == 5.0 && seen[5] == 5.0 && seen.iter().filter(|&&v| v != 0.0).count() == 2, "{seen:?}");
        let spiked = [0.0, 0.0, 1e9, 0.0, 0.0];
        assert_eq!(to(&spiked, 1.0, 5), spiked);
        assert_eq!(to(&spiked, 1.0, 9)[4], 1e9);
    }

    #[test]
    fn the_largest_extreme_is_that_of_the_values_seen() {
        let spiked = [0.0, 1.0, 0.0, 8.0, 0.0, 1.0, 0.0];
        // The median of 1, 0, 8, 0, 1 is 1.
        assert_eq!(largest_extreme(&spiked, &spiked), 7.0);
        assert_eq!(largest_extreme(&spiked, &[0.0, 0.0, 0.0]), 8.0);
        assert_eq!(largest_extreme(&[1.0, 2.0, 3.0], &[1.0, 1.5, 2.0, 2.5, 3.0]), 0.5);
    }
}
