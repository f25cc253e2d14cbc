//! From pooled scores to surprisals: `t(v) = −ln Pr(pool ≥ v)`, linear between pooled scores, exponential beyond the
//! largest, so that gross outliers stay ordered.

use crate::data::container::{Container, Tensor};
use crate::error::Result;

/// Most points kept of a pool; the largest are always kept.
const MAX_POINTS: usize = 4096;

/// `t(v) = −ln Pr(pool ≥ v)` as a strictly growing, piecewise linear function with an exponential tail.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Surprisal {
    /// Pooled scores, strictly ascending.
    values: Vec<f64>,
    /// `t` at each, strictly ascending.
    surprisals: Vec<f64>,
    /// Mean excess over the largest five per cent: the scale of the tail.
    tail_scale: f64,
}

impl Surprisal {
    /// From the standardised held-out scores of a family.
    pub(super) fn fit(mut pool: Vec<f64>) -> Surprisal {
        pool.sort_by(f64::total_cmp);
        let n = pool.len();
        let threshold = pool[n - n.div_ceil(20)];
        let excess: Vec<f64> = pool.iter().filter(|&&v| v > threshold).map(|v| v - threshold).collect();
        let spread = (pool[n - 1] - pool[0]).max(1e-6);
        let mean_excess = excess.iter().sum::<f64>() / excess.len().max(1) as f64;
        let tail_scale = if mean_excess > 0.0 { mean_excess } else { spread };
        let stride = n.div_ceil(MAX_POINTS / 2).max(1);
        let (mut values, mut surprisals) = (Vec::new(), Vec::new());
        let mut i = 0;
        while i < n {
            // The first of equal scores: all of them are at least that large.
            if values.last().is_none_or(|&last| pool[i] > last) {
                values.push(pool[i]);
                surprisals.push(-(((n - i + 1) as f64) / (n as f64 + 1.0)).ln());
            }
            i += if n - i <= MAX_POINTS / 2 { 1 } else { stride };
        }
        Surprisal { values, surprisals, tail_scale }
    }

    /// As [`Surprisal::fit`], with the exponential tail from the largest twentieth on (at least ten, at most a quarter of the
    /// scores); also returns for each score, in the order given, the surprisal that the others alone give it.
    pub(super) fn fit_tail(pool: &[f64]) -> (Surprisal, Vec<f64>) {
        let n = pool.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| pool[a].total_cmp(&pool[b]));
        let sorted: Vec<f64> = order.iter().map(|&i| pool[i]).collect();
        let tail = n.div_ceil(20).max(10.min(n / 4)).min(n.saturating_sub(2)).max(1);
        let body = n - tail.min(n - 1);
        let spread = (sorted[n - 1] - sorted[0]).max(1e-6);
        let scale = |mean_excess: f64| mean_excess.max(1e-3 * spread);
        let sum: f64 = sorted[n - tail..].iter().sum();
        // The threshold is the largest score that is not in the tail.
        let threshold = sorted[body - 1];
        let stride = body.div_ceil(MAX_POINTS).max(1);
        let (mut values, mut surprisals) = (Vec::new(), Vec::new());
        for i in (0..body).step_by(stride).chain([body - 1]) {
            if values.last().is_none_or(|&last| sorted[i] > last) {
                // The first of equal scores: all of them are at least that large.
                let first = sorted.partition_point(|&v| v < sorted[i]);
                values.push(sorted[i]);
                surprisals.push(-(((n - first + 1) as f64) / (n as f64 + 1.0)).ln());
            }
        }
        let tail_scale = scale(sum / tail as f64 - threshold);
        let mut others = vec![0.0; n];
        for (i, &case) in order.iter().enumerate() {
            others[case] = among_others(&sorted, i, tail, sum, scale);
        }
        (Surprisal { values, surprisals, tail_scale }, others)
    }

    /// `t(v) ≥ 0`; zero below the smallest pooled score.
    pub(super) fn at(&self, v: f64) -> f64 {
        let i = self.values.partition_point(|&p| p <= v);
        if i == 0 {
            return 0.0;
        }
        let (value, surprisal) = (self.values[i - 1], self.surprisals[i - 1]);
        match self.values.get(i) {
            None => surprisal + (v - value) / self.tail_scale,
            Some(next) => surprisal + (self.surprisals[i] - surprisal) * (v - value) / (next - value),
        }
    }

    /// `PREFIX.surprisal` f64 `[points, 2]`: pooled score and surprisal; `PREFIX.tail_scale` f64 `[1]`.
    pub(super) fn write(&self, file: &mut Container, prefix: &str) {
        let points = self.values.iter().zip(&self.surprisals).flat_map(|(&v, &t)| [v, t]).collect();
        file.insert(&format!("{prefix}.surprisal"), Tensor::f64(&[self.values.len(), 2], points));
        file.insert(&format!("{prefix}.tail_scale"), Tensor::f64(&[1], vec![self.tail_scale]));
    }

    /// What [`Surprisal::write`] wrote.
    pub(super) fn read(file: &Container, prefix: &str) -> Result<Surprisal> {
        let name = format!("{prefix}.surprisal");
        let points = file.tensor(&name)?.shape().first().copied().unwrap_or(0);
        let points = file.tensor_f64(&name, &[points, 2])?;
        let (values, surprisals): (Vec<f64>, Vec<f64>) = points.chunks_exact(2).map(|p| (p[0], p[1])).unzip();
        let tail_scale = file.tensor_f64(&format!("{prefix}.tail_scale"), &[1])?[0];
        if values.is_empty() || !values.is_sorted() || !surprisals.is_sorted() || tail_scale <= 0.0 {
            return Err(file.error(&name, "does not grow"));
        }
        Ok(Surprisal { values, surprisals, tail_scale })
    }
}

/// The surprisal of the `i`-th of ascending scores among the others, whose largest `tail` are the tail; `sum` is that of the
/// largest `tail` of all.
fn among_others(sorted: &[f64], i: usize, tail: usize, sum: f64, scale: impl Fn(f64) -> f64) -> f64 {
    let (n, v) = (sorted.len(), sorted[i]);
    let share = |at_least: usize| -((at_least + 1) as f64 / n as f64).ln();
    if n < tail + 2 {
        return share(n - 1 - i);
    }
    // Without a score of the tail, or the one below it, the others reach one further down.
    let body = n - tail;
    let (threshold, sum) = if i >= body {
        (sorted[body.saturating_sub(2)], sum + sorted[body - 1] - v)
    } else if i == body - 1 {
        (sorted[body.saturating_sub(2)], sum)
    } else {
        (sorted[body - 1], sum)
    };
    let first = sorted.partition_point(|&u| u < threshold);
    if v > threshold {
        let at_least = n - first - usize::from(i >= first);
        return share(at_least) + (v - threshold) / scale(sum / tail as f64 - threshold);
    }
    let equal = sorted.partition_point(|&u| u < v)..sorted.partition_point(|&u| u <= v);
    if equal.len() > 1 {
        return share(n - equal.start - 1);
    }
    if i == 0 {
        return 0.0;
    }
    let (below, above) = (sorted[i - 1], sorted[i + 1]);
    let of_below = share(n - 1 - sorted.partition_point(|&u| u < below));
    of_below + (share(n - 1 - i) - of_below) * (v - below) / (above - below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprisal_grows_strictly_and_without_bound() {
        let s = Surprisal::fit((0..1000).map(|i| (f64::from(i) * 0.37).sin() * 3.0).collect());
        let mut last = -1.0;
        for i in 0..200 {
            let t = s.at(-3.0 + 0.001 + 0.05 * f64::from(i) * f64::from(i));
            assert!(t > last, "step {i}");
            last = t;
        }
        assert_eq!(s.at(-1e9), 0.0);
        assert!(s.at(1e12) > 1e9 && s.at(1e12).is_finite());
    }

    #[test]
    fn surprisal_is_the_log_of_the_share_above() {
        let s = Surprisal::fit((1..=99).map(f64::from).collect());
        for k in 1..=99 {
            let share = (99.0 - f64::from(k) + 2.0) / 100.0;
            assert!((s.at(f64::from(k)) + share.ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn large_pools_are_thinned_but_their_tail_is_kept() {
        let s = Surprisal::fit((0..100_000).map(f64::from).collect());
        assert!(s.values.len() <= MAX_POINTS + 2);
        assert!((s.at(99_999.0) - 100_001f64.ln() + 2f64.ln()).abs() < 1e-12);
        assert!((s.at(50_000.0) - 2f64.ln()).abs() < 1e-3);
    }
}
