//! Missing values of a channel: the straight line between the neighbours in time, the nearest value at the ends.

/// Replaces each NaN of `channel`. Returns false, and leaves it alone, if nothing is known of the channel.
pub(super) fn fill(channel: &mut [f64]) -> bool {
    let Some(first) = channel.iter().position(|v| !v.is_nan()) else { return false };
    let start = channel[first];
    channel[..first].fill(start);
    let mut known = first;
    for t in first + 1..channel.len() {
        if channel[t].is_nan() {
            continue;
        }
        let (a, b, gap) = (channel[known], channel[t], (t - known) as f64);
        for (step, v) in channel[known + 1..t].iter_mut().enumerate() {
            let share = (step + 1) as f64 / gap;
            // Weighted ends instead of a + (b − a)·share: the difference of two finite values may overflow.
            *v = a * (1.0 - share) + b * share;
        }
        known = t;
    }
    let end = channel[known];
    channel[known + 1..].fill(end);
    true
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn gaps_are_bridged_by_a_line_and_ends_by_the_nearest_value() {
        let n = f64::NAN;
        let mut x = [n, n, 2.0, n, n, 8.0, n];
        assert!(fill(&mut x));
        let want = [2.0, 2.0, 2.0, 4.0, 6.0, 8.0, 8.0];
        assert!(x.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12), "{x:?}");
        let mut huge = [f64::MAX, n, -f64::MAX];
        assert!(fill(&mut huge) && huge[1] == 0.0);
        assert!(!fill(&mut [n, n]) && !fill(&mut []));
    }
}
