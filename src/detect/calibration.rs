//! From negative log-likelihoods of many views to one comparable scale.
//!
//! A view's held-out scores give its centre `μ_k` (median) and scale `v_k` (mean absolute deviation, shrunk towards the
//! family's); standardised held-out scores of all views of a family are pooled, and a score becomes the surprise of being
//! that far out, `t = −ln Pr(pool ≥ s)`: linear between pooled scores, exponential beyond the largest, so that gross
//! outliers stay ordered. A family's score is the mean of `t²` over its views.

/// Scores further than this from a view's median count as this far when its scale is measured.
const CLIP: f64 = 1e3;

/// Held-out scores a view's own scale must outweigh.
const PRIOR: f64 = 20.0;

/// Most points kept of a pool; the largest are always kept.
const MAX_POINTS: usize = 4096;

/// Centre and scale of one view's scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ViewScale {
    pub(super) centre: f64,
    pub(super) scale: f64,
}

impl ViewScale {
    pub(super) fn apply(&self, score: f64) -> f64 {
        (score - self.centre) / self.scale
    }
}

fn median(values: &[f64]) -> f64 {
    let mut v = values.to_vec();
    v.sort_by(f64::total_cmp);
    match v.len() {
        0 => 0.0,
        n if n % 2 == 1 => v[n / 2],
        n => 0.5 * (v[n / 2 - 1] + v[n / 2]),
    }
}

/// Centre and scale of each view from its held-out scores.
pub(super) fn view_scales(held_out: &[Vec<f64>]) -> Vec<ViewScale> {
    let centres: Vec<f64> = held_out.iter().map(|s| median(s)).collect();
    let spreads: Vec<f64> = held_out
        .iter()
        .zip(&centres)
        .map(|(s, c)| s.iter().map(|v| (v - c).abs().min(CLIP)).sum::<f64>() / s.len().max(1) as f64)
        .collect();
    let family = spreads.iter().sum::<f64>() / spreads.len().max(1) as f64;
    let shrunk = |(s, &own): (&Vec<f64>, &f64)| {
        let n = s.len() as f64;
        (n * own + PRIOR * family) / (n + PRIOR) + 1e-6
    };
    let scales = held_out.iter().zip(&spreads).map(shrunk);
    centres.iter().zip(scales).map(|(&centre, scale)| ViewScale { centre, scale }).collect()
}

/// `t(v) = −ln Pr(pool ≥ v)` as a strictly growing, piecewise linear function with an exponential tail.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Surprisal {
    /// Pooled scores, strictly ascending.
    pub(super) values: Vec<f64>,
    /// `t` at each, strictly ascending.
    pub(super) surprisals: Vec<f64>,
    /// Mean excess over the largest five per cent: the scale of the tail.
    pub(super) tail_scale: f64,
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
}

/// Calibration of one family of views.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibration {
    pub(super) views: Vec<ViewScale>,
    pub(super) surprise: Surprisal,
}

impl Calibration {
    /// From each view's held-out negative log-likelihoods.
    pub(super) fn fit(held_out: &[Vec<f64>]) -> Calibration {
        let views = view_scales(held_out);
        let pool = held_out.iter().zip(&views).flat_map(|(s, view)| s.iter().map(|&s| view.apply(s))).collect();
        Calibration { views, surprise: Surprisal::fit(pool) }
    }

    /// `t²` of view `view`'s negative log-likelihood.
    pub(super) fn contribution(&self, view: usize, score: f64) -> f64 {
        let t = self.surprise.at(self.views[view].apply(score));
        t * t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprise_grows_strictly_and_without_bound() {
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
    fn surprise_is_the_log_of_the_share_above() {
        let s = Surprisal::fit((1..=99).map(f64::from).collect());
        for k in 1..=99 {
            let share = (99.0 - f64::from(k) + 2.0) / 100.0;
            assert!((s.at(f64::from(k)) + share.ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn equal_scores_and_single_scores_calibrate() {
        let c = Calibration::fit(&[vec![2.0, 2.0, 2.0], vec![5.0], vec![]]);
        assert!(c.contribution(0, 2.0).is_finite() && c.contribution(1, 1e6) > c.contribution(1, 1e5));
    }

    #[test]
    fn large_pools_are_thinned_but_their_tail_is_kept() {
        let s = Surprisal::fit((0..100_000).map(f64::from).collect());
        assert!(s.values.len() <= MAX_POINTS + 2);
        assert!((s.at(99_999.0) - 100_001f64.ln() + 2f64.ln()).abs() < 1e-12);
        assert!((s.at(50_000.0) - 2f64.ln()).abs() < 1e-3);
    }
}
