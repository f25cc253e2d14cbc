//! Which experts a model keeps, decided without labels.
//!
//! From some held-out cases, cases are made that are certainly none of the data (see
//! [`Encoder::made`](crate::encode::Encoder::made)). An expert's criterion is how well its surprisals tell the held-out cases
//! from the made ones: the share of pairs in the right order, the mean over the kinds of made cases. Every expert judges a
//! fold's cases by the views that never saw the fold. Flows tell made cases apart better than anything else, since they
//! follow the data closest, and do not find anomalies the better for it: the best of them and the best other experts are
//! chosen apart (docs/decisions/0004).

use std::collections::BTreeMap;

use crate::data::Dataset;
use crate::detect::ScoreKind;
use crate::detect::calibration::Calibration;
use crate::detect::configuration::SelectionConfiguration;
use crate::detect::experts::{Expert, TrainingData, Unseen};
use crate::encode::{Features, Making};
use crate::error::Result;
use crate::random::{Key, below, permutation, stream};

/// Made cases, ready to be judged.
#[derive(Debug)]
pub(in crate::detect) struct MadeCases {
    features: Features,
    /// Number of kinds.
    kinds: usize,
    /// Kind of each made case.
    kind_of: Vec<usize>,
    /// The made cases of each fold.
    rows_of: Vec<Vec<usize>>,
    /// The training case that each was made of.
    origin: Vec<usize>,
}

impl MadeCases {
    /// Makes cases of at most `settings.cases` of the kept cases, one of every kind of each.
    ///
    /// # Errors
    /// As [`Encoder::made`](crate::encode::Encoder::made).
    pub fn make(
        settings: &SelectionConfiguration,
        cases: &dyn Dataset,
        kept: &[usize],
        folds: usize,
        data: &TrainingData,
        seed: u64,
    ) -> Result<MadeCases> {
        let mut rng = stream(seed, Key::Makings);
        let mut of: Vec<usize> = permutation(&mut rng, kept.len());
        of.truncate(settings.cases);
        let kinds = data.encoder.made_kinds().len();
        let (mut makings, mut rows_of, mut origin) = (Vec::new(), vec![Vec::new(); folds], Vec::new());
        for kind in 0..kinds {
            for &i in &of {
                // One of the others of another fold, which the judges of this one have learned from.
                let mut other = below(&mut rng, kept.len());
                while data.folds[other] == data.folds[i] {
                    other = below(&mut rng, kept.len());
                }
                rows_of[data.folds[i]].push(makings.len());
                origin.push(i);
                makings.push(Making { kind, case: kept[i], other: kept[other], number: i as u64 });
            }
        }
        let made = data.encoder.made(cases, kept, &makings, seed)?;
        let features = data.encoder.bind(&*made)?.encode(0..makings.len());
        Ok(MadeCases { features, kinds, kind_of: makings.iter().map(|m| m.kind).collect(), rows_of, origin })
    }

    /// The criterion of each head of an expert: `calibrations[head]`, and `held_out[head]` the contributions of the training
    /// cases, `[views][cases of the view's fold]`.
    pub fn criteria(&self, expert: &dyn Expert, calibrations: &[Calibration], held_out: &[Vec<Vec<f64>>]) -> Vec<f64> {
        let unseen = Unseen { rows_of: &self.rows_of, origin: &self.origin };
        let raw = expert.held_out(ScoreKind::Calibrated, &self.features, unseen);
        let folds = self.rows_of.len();
        let criterion = |(head, calibration): (usize, &Calibration)| {
            let views = &raw[head * expert.views()..(head + 1) * expert.views()];
            let of_made = |(view, scores): (usize, &Vec<f64>)| -> Vec<f64> {
                scores.iter().map(|&s| calibration.contribution(view, s)).collect()
            };
            let made: Vec<Vec<f64>> = views.iter().enumerate().map(of_made).collect();
            let made = mean_by_fold(expert, folds, &made);
            let normal: Vec<f64> = mean_by_fold(expert, folds, &held_out[head]).concat();
            let separation = |kind: usize| {
                let of_kind = |fold: usize| {
                    let rows = self.rows_of[fold].iter().zip(&made[fold]);
                    rows.filter(|(row, _)| self.kind_of[**row] == kind).map(|(_, &t)| t).collect::<Vec<f64>>()
                };
                ordered_pairs(&normal, &(0..folds).flat_map(of_kind).collect::<Vec<_>>())
            };
            (0..self.kinds).map(separation).sum::<f64>() / self.kinds as f64
        };
        calibrations.iter().enumerate().map(criterion).collect()
    }
}

/// For each fold the mean over the views that left it out, case by case; none for a fold that no view left out.
pub(in crate::detect) fn mean_by_fold(expert: &dyn Expert, folds: usize, views: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let of_fold = |fold: usize| {
        let own: Vec<&Vec<f64>> = (0..views.len()).filter(|&v| expert.fold(v) == fold).map(|v| &views[v]).collect();
        let cases = own.first().map_or(0, |scores| scores.len());
        (0..cases).map(|i| own.iter().map(|scores| scores[i]).sum::<f64>() / own.len() as f64).collect()
    };
    (0..folds).map(of_fold).collect()
}

/// The share of pairs of a lower and a higher value that are in that order, ties counted half; ½ without pairs.
fn ordered_pairs(lower: &[f64], higher: &[f64]) -> f64 {
    if lower.is_empty() || higher.is_empty() {
        return 0.5;
    }
    let mut sorted = lower.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |&v: &f64| {
        let (less, at_most) = (sorted.partition_point(|&u| u < v), sorted.partition_point(|&u| u <= v));
        0.5 * (less + at_most) as f64
    };
    higher.iter().map(below).sum::<f64>() / (lower.len() * higher.len()) as f64
}

/// A candidate for the panel: a raw score of one expert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::detect) struct Candidate<'a> {
    /// How well it tells held-out cases from made ones.
    pub criterion: f64,
    /// What it is whatever it looks at: candidates of one name are one member of the panel.
    pub name: &'a str,
    /// Whether it is a flow.
    pub flow: bool,
}

/// The share of each candidate in the fusion, 0 for those that are not kept; all are kept without `settings`.
///
/// Kept are the `flows` best flows, and all candidates of the `keep` names whose best candidate is the best, the earlier one
/// first where they are equal. Every kept name has the same share, and so has each of its candidates.
pub(in crate::detect) fn shares(settings: Option<&SelectionConfiguration>, candidates: &[Candidate]) -> Vec<f64> {
    let (keep, mut flows) = settings.map_or((usize::MAX, usize::MAX), |s| (s.keep, s.flows));
    let mut kept: Vec<usize> = (0..candidates.len()).collect();
    kept.sort_by(|&a, &b| candidates[b].criterion.total_cmp(&candidates[a].criterion).then(a.cmp(&b)));
    let mut names: Vec<&str> = Vec::new();
    kept.retain(|&i| match candidates[i] {
        Candidate { flow: true, .. } => {
            let room = flows > 0;
            flows -= usize::from(room);
            room
        }
        Candidate { name, .. } if names.contains(&name) => true,
        Candidate { name, .. } => {
            let room = names.len() < keep;
            names.extend(room.then_some(name));
            room
        }
    });
    let mut of_name: BTreeMap<&str, usize> = BTreeMap::new();
    kept.iter().for_each(|&i| *of_name.entry(candidates[i].name).or_default() += 1);
    let mut shares = vec![0.0; candidates.len()];
    for i in kept {
        shares[i] = 1.0 / (of_name.len() * of_name[candidates[i].name]) as f64;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_with_ties_as_halves() {
        assert_eq!(ordered_pairs(&[1.0, 2.0], &[3.0]), 1.0);
        assert_eq!(ordered_pairs(&[1.0, 2.0], &[2.0]), 0.75);
        assert_eq!(ordered_pairs(&[2.0], &[1.0, 3.0]), 0.5);
        assert_eq!(ordered_pairs(&[], &[1.0]), 0.5);
    }

    #[test]
    fn names_are_kept_whole_and_share_alike() {
        let candidates = [
            (0.9, "near", false),
            (0.5, "flows", true),
            (0.8, "ratio", false),
            (0.6, "flows", true),
            (0.1, "near", false),
            (0.9, "tails", false),
        ];
        let candidates = candidates.map(|(criterion, name, flow)| Candidate { criterion, name, flow });
        let shares = |keep, flows| shares(Some(&SelectionConfiguration { keep, flows, cases: 1 }), &candidates);
        assert_eq!(shares(1, 0), [0.5, 0.0, 0.0, 0.0, 0.5, 0.0]);
        assert_eq!(shares(2, 1), [1.0 / 6.0, 0.0, 0.0, 1.0 / 3.0, 1.0 / 6.0, 1.0 / 3.0]);
        assert_eq!(shares(0, 2), [0.0, 0.5, 0.0, 0.5, 0.0, 0.0]);
        assert_eq!(shares(9, 9), super::shares(None, &candidates));
        assert_eq!(shares(9, 9), [0.125, 0.125, 0.25, 0.125, 0.125, 0.25]);
        assert_eq!(shares(0, 0), [0.0; 6]);
    }
}
