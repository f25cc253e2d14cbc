//! Calibration of a panel: every expert by its held-out scores, which of them are kept, and the scores of the training cases by the
//! views that left them out, for p-values.

use std::sync::Arc;

use rayon::prelude::*;

use super::fitted_expert::{FittedExpert, FittedHead, Origin};
use super::novelty::Novelty;
use super::selection::{Candidate, MadeCases, mean_by_fold, shares};
use crate::detect::calibration::{Calibration, Conformal, ScoreAggregator};
use crate::detect::configuration::{CalibrationKind, Configuration, FLOWS, ScoreKind};
use crate::detect::experts::{Expert, TrainingData, Unseen};

/// What is calibrated: the experts that are kept, and the scores of the training cases by the views that left them out.
pub(in crate::detect) type Calibrated = (Vec<FittedExpert>, Conformal);

/// A candidate for the panel: one head of an expert.
struct CalibratedHead {
    expert: usize,
    head: usize,
    calibration: Calibration,
    /// Contributions of the training cases, fold by fold; for a likelihood its raw scores.
    by_fold: Vec<Vec<f64>>,
}

/// Calibrates every expert on its held-out scores and selects those to keep; `made` is there if some are to be selected.
pub(in crate::detect) fn calibrate(
    configuration: &Configuration,
    data: &TrainingData,
    experts: Vec<(Origin, Arc<dyn Expert>)>,
    made: Option<&MadeCases>,
) -> Calibrated {
    let folds = configuration.folds;
    let rows_of: Vec<Vec<usize>> =
        (0..folds).map(|fold| (0..data.folds.len()).filter(|&i| data.folds[i] == fold).collect()).collect();
    let origin: Vec<usize> = (0..data.folds.len()).collect();
    let calibrate = |(number, (of, expert)): (usize, &(Origin, Arc<dyn Expert>))| {
        let unseen = Unseen { rows_of: &rows_of, origin: &origin };
        let raw = expert.held_out(configuration.score, data.features, unseen);
        let (mut heads, mut calibrations, mut contributions) = (Vec::new(), Vec::new(), Vec::new());
        for raw in raw.chunks_exact(expert.views().max(1)) {
            let (calibration, of_views) = match configuration.calibration {
                CalibrationKind::HeldOut => Calibration::fit(raw),
                CalibrationKind::LeaveOneOut => {
                    Calibration::fit_leave_one_out(raw, expert.in_sample(data.features, data.folds))
                }
            };
            let of_views = if configuration.score == ScoreKind::Calibrated { of_views } else { raw.to_vec() };
            heads.push(mean_by_fold(&**expert, folds, &of_views));
            calibrations.push(calibration);
            contributions.push(of_views);
        }
        let criteria = made.map(|made| made.criteria(&**expert, &calibrations, &contributions));
        let flow = matches!(of, Origin::Family(_));
        let head = |(head, (calibration, by_fold))| {
            let criterion = criteria.as_ref().map_or(0.0, |c| c[head]);
            let name = if flow { FLOWS } else { expert.heads()[head] };
            let candidate = Candidate { criterion, name, flow };
            (CalibratedHead { expert: number, head, calibration, by_fold }, candidate)
        };
        let offered = |head: &usize| match of {
            Origin::Family(_) => true,
            Origin::Learner(l) => configuration.learners[*l].offers(expert.heads()[*head]),
        };
        let heads = calibrations.into_iter().zip(heads).enumerate().filter(|(head, _)| offered(head));
        heads.map(head).collect::<Vec<_>>()
    };
    let (heads, candidates): (Vec<CalibratedHead>, Vec<Candidate>) =
        experts.par_iter().enumerate().flat_map(calibrate).unzip();
    let shares = shares(configuration.selection.as_ref(), &candidates);
    let judged = candidates.iter().map(|c| c.criterion).zip(shares);
    let heads: Vec<(CalibratedHead, (f64, f64))> =
        heads.into_iter().zip(judged).filter(|(_, (_, s))| *s > 0.0).collect();
    let score = |fold: usize, case: usize| {
        let mut score = ScoreAggregator::new(configuration);
        for (head, (_, share)) in &heads {
            let views = experts[head.expert].1.views_of_fold(fold);
            score.add_mean(views, head.by_fold[fold].get(case).copied(), *share);
        }
        score.value()
    };
    // A fold that no view left out calibrates nothing.
    let mut seen = vec![0; folds];
    let novelty = Novelty::of(data.encoder, folds);
    let in_fold = |(number, &fold): (usize, &usize)| {
        seen[fold] += 1;
        let case = seen[fold] - 1;
        let added = novelty.as_ref().map_or(0.0, |novelty| novelty.of_fold(data.features, number, fold));
        heads.iter().any(|(head, _)| case < head.by_fold[fold].len()).then(|| (number, score(fold, case) + added))
    };
    let (numbers, scores) = data.folds.iter().enumerate().filter_map(in_fold).unzip();
    let conformal = Conformal::of_training(scores, numbers);
    let mut fitted: Vec<FittedExpert> =
        experts.into_iter().map(|(origin, expert)| FittedExpert { origin, expert, heads: Vec::new() }).collect();
    for (CalibratedHead { expert, head, calibration, .. }, (criterion, share)) in heads {
        fitted[expert].heads.push(FittedHead { head, calibration, criterion, share });
    }
    fitted.retain(|expert| !expert.heads.is_empty());
    (fitted, conformal)
}
