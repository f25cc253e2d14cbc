//! From raw scores of a family's views to one comparable scale.
//!
//! A view's score is centred and scaled by its own held-out scores, and becomes the surprisal `t` of being that far out
//! among the pooled held-out scores of all views of the family. The family's score is the mean of `t²` over its views.

use super::surprisal::Surprisal;
use super::view_scale::{ViewScale, view_scales};
use crate::data::container::{Container, Tensor};
use crate::error::Result;

/// All scores, centred and scaled.
fn pool(scores: &[Vec<f64>], views: &[ViewScale]) -> Vec<f64> {
    scores.iter().zip(views).flat_map(|(s, view)| s.iter().map(|&s| view.apply(s))).collect()
}

/// Calibration of the views of one expert.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) struct Calibration {
    views: Vec<ViewScale>,
    surprisal: Surprisal,
}

impl Calibration {
    /// From each view's held-out scores; also returns each held-out score's contribution, `[views][cases of its fold]`.
    pub(in crate::detect) fn fit(held_out: &[Vec<f64>]) -> (Calibration, Vec<Vec<f64>>) {
        let views = view_scales(held_out);
        let calibration = Calibration { surprisal: Surprisal::fit(pool(held_out, &views)), views };
        let of_view = |(view, scores): (usize, &Vec<f64>)| -> Vec<f64> {
            scores.iter().map(|&s| calibration.contribution(view, s)).collect()
        };
        let contributions = held_out.iter().enumerate().map(of_view).collect();
        (calibration, contributions)
    }

    /// As [`Calibration::fit`], but views are centred and scaled by scores `in_sample` of their own training cases (not at
    /// all without those), and a held-out score's contribution is that which the other held-out scores give it.
    pub(in crate::detect) fn fit_leave_one_out(
        held_out: &[Vec<f64>],
        in_sample: Option<Vec<Vec<f64>>>,
    ) -> (Calibration, Vec<Vec<f64>>) {
        let views = in_sample.map_or_else(|| vec![ViewScale::NONE; held_out.len()], |scores| view_scales(&scores));
        let (surprisal, others) = Surprisal::fit_tail(&pool(held_out, &views));
        let mut others = others.into_iter().map(|t| t * t);
        let contributions = held_out.iter().map(|scores| others.by_ref().take(scores.len()).collect()).collect();
        (Calibration { views, surprisal }, contributions)
    }

    /// `t²` of view `view`'s negative log-likelihood.
    pub(in crate::detect) fn contribution(&self, view: usize, score: f64) -> f64 {
        let t = self.surprisal.at(self.views[view].apply(score));
        t * t
    }

    /// `PREFIX.views` f64 `[K, 2]`: centre and scale; and the surprisal's tensors.
    pub(in crate::detect) fn write(&self, file: &mut Container, prefix: &str) {
        let views: Vec<f64> = self.views.iter().flat_map(|v| [v.centre, v.scale]).collect();
        file.insert(&format!("{prefix}.views"), Tensor::f64(&[self.views.len(), 2], views));
        self.surprisal.write(file, prefix);
    }

    /// The calibration of `views` views that [`Calibration::write`] wrote.
    pub(in crate::detect) fn read(file: &Container, prefix: &str, views: usize) -> Result<Calibration> {
        let name = format!("{prefix}.views");
        let scales = file.tensor_f64(&name, &[views, 2])?;
        if scales.chunks_exact(2).any(|s| s[1] <= 0.0) {
            return Err(file.error(&name, "holds a scale that is not positive"));
        }
        let views = scales.chunks_exact(2).map(|s| ViewScale { centre: s[0], scale: s[1] }).collect();
        Ok(Calibration { views, surprisal: Surprisal::read(file, prefix)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_and_single_scores_calibrate() {
        let (c, _) = Calibration::fit(&[vec![2.0, 2.0, 2.0], vec![5.0], vec![]]);
        assert!(c.contribution(0, 2.0).is_finite() && c.contribution(1, 1e6) > c.contribution(1, 1e5));
    }
}
