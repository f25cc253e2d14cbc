//! Linear resampling of a channel to a fixed number of time steps.

/// Writes `channel` at `out.len()` evenly spaced times, the first and the last at its ends; a channel of the same length
/// is copied, one of a single value is repeated. A single output takes the middle of the channel.
///
/// Panics if `channel` is empty.
pub fn resample(channel: &[f64], out: &mut [f64]) {
    let last = channel.len() - 1;
    let steps = out.len().saturating_sub(1);
    for (t, v) in out.iter_mut().enumerate() {
        // Position t·last/steps as a whole number and a remainder: exact, whatever the lengths.
        let (numerator, denominator) = if steps == 0 { (last, 2) } else { (t * last, steps) };
        let (i, rest) = (numerator / denominator, numerator % denominator);
        *v = if rest == 0 {
            channel[i]
        } else {
            let share = rest as f64 / denominator as f64;
            channel[i] * (1.0 - share) + channel[i + 1] * share
        };
    }
}

#[cfg(test)]
mod tests {
    use super::resample;

    fn to(channel: &[f64], length: usize) -> Vec<f64> {
        let mut out = vec![f64::NAN; length];
        resample(channel, &mut out);
        out
    }

    #[test]
    fn lines_stay_lines_and_ends_stay_ends() {
        assert_eq!(to(&[1.0, 2.0, 3.0], 5), [1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(to(&[0.0, 9.0, 1.0, 9.0, 2.0], 3), [0.0, 1.0, 2.0]);
        assert_eq!(to(&[4.0], 3), [4.0; 3]);
        assert_eq!(to(&[4.0, 6.0], 1), [5.0]);
        let x = [0.1, -7.3, 2.2];
        assert_eq!(to(&x, 3), x);
        let back: Vec<f64> = to(&x.iter().rev().copied().collect::<Vec<_>>(), 8).into_iter().rev().collect();
        assert!(to(&x, 8).iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-14));
    }
}
