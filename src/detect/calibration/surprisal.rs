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

    /// `t(v) ≥ 0`; zero below the smallest pooled score.
    pub(super) fn at(&self, v: f64) -> f64 {
        let i = self.values.partition_point(|&p| p <= v);
        if i == 0 {
            return 0.0;
        }
        let (value, surprise) = (self.values[i - 1], self.surprisals[i - 1]);
        match self.values.get(i) {
            None => surprise + (v - value) / self.tail_scale,
            Some(next) => surprise + (self.surprisals[i] - surprise) * (v - value) / (next - value),
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
