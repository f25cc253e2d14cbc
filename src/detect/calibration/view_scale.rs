//! Centre and scale of each view's scores, so that views of one expert can be pooled.
//!
//! The centre `μ_k` is the median, the scale `v_k` the mean absolute deviation from it, shrunk towards the family's mean.

/// Scores further than this from a view's median count as this far when its scale is measured.
const CLIP: f64 = 1e3;

/// Held-out scores a view's own scale must outweigh.
const PRIOR: f64 = 20.0;

/// Centre and scale of one view's scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ViewScale {
    pub(super) centre: f64,
    pub(super) scale: f64,
}

impl ViewScale {
    /// Of views whose scores compare as they are.
    pub(super) const NONE: ViewScale = ViewScale { centre: 0.0, scale: 1.0 };

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

/// Centre and scale of each view from some of its scores.
pub(super) fn view_scales(scores: &[Vec<f64>]) -> Vec<ViewScale> {
    let centres: Vec<f64> = scores.iter().map(|s| median(s)).collect();
    let spreads: Vec<f64> = scores
        .iter()
        .zip(&centres)
        .map(|(s, c)| s.iter().map(|v| (v - c).abs().min(CLIP)).sum::<f64>() / s.len().max(1) as f64)
        .collect();
    let family = spreads.iter().sum::<f64>() / spreads.len().max(1) as f64;
    let shrunk = |(s, &own): (&Vec<f64>, &f64)| {
        let n = s.len() as f64;
        (n * own + PRIOR * family) / (n + PRIOR) + 1e-6
    };
    let scales = scores.iter().zip(&spreads).map(shrunk);
    centres.iter().zip(scales).map(|(&centre, scale)| ViewScale { centre, scale }).collect()
}
