//! A learner once for each view: member `v` looks at one block and leaves out fold `v mod folds`, or, of learners that can
//! leave one case out afterwards, the case itself.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::expert::{Expert, FeatureSample, Scratch, TrainingData, Unseen};
use super::learners::{LEARNERS, Learned, Learner, Stream, named};
use crate::data::container::Container;
use crate::detect::configuration::{LearnerConfiguration, LeftOut, ScoreKind, ViewInput};
use crate::encode::{Encoder, Features, Held};
use crate::error::{Error, Result, quoted};

/// Name of the block of fold `fold`, where `*` in `input` stands for the fold.
pub(in crate::detect) fn block_of_fold(input: &str, fold: usize) -> String {
    input.replace('*', &fold.to_string())
}

/// The members of a learner.
#[derive(Clone, Debug)]
pub(in crate::detect) struct OutOfFold {
    learner: &'static dyn Learner,
    left_out: LeftOut,
    folds: usize,
    /// Block and model of each view.
    members: Vec<(usize, Arc<dyn Learned>)>,
}

impl OutOfFold {
    /// The block of each view.
    fn blocks_of(settings: &LearnerConfiguration, folds: usize, encoder: &dyn Encoder) -> Result<Vec<usize>> {
        let missing = |what: String| {
            let (learner, kind) = (quoted(&settings.learner), encoder.kind());
            Error::Usage(format!(
                "learner {learner}: the encoder of the kind {kind} makes no {what}; name a block that it makes"
            ))
        };
        let block = |view: usize| match &settings.input {
            ViewInput::Block(input) => {
                let name = block_of_fold(input, view % folds);
                encoder.block_named(&name).ok_or_else(|| missing(format!("block {}", quoted(&name))))
            }
            ViewInput::BlockAView if view < encoder.blocks_of_views() => Ok(view),
            ViewInput::BlockAView => Err(missing(format!("block of view {view}"))),
        };
        (0..settings.views).map(block).collect()
    }

    fn learner(settings: &LearnerConfiguration) -> Result<&'static dyn Learner> {
        let LearnerConfiguration { learner: name, left_out, .. } = settings;
        let learner = named(name).ok_or_else(|| {
            Error::Usage(format!("there is no learner {}; use {}", quoted(name), LEARNERS.map(|l| l.name()).join(", ")))
        })?;
        if *left_out == LeftOut::Case && !learner.leaves_one_out() {
            return Err(Error::Usage(format!(
                "learner {} cannot leave out one case; let it leave out a fold",
                quoted(name)
            )));
        }
        Ok(learner)
    }

    /// Refuses settings of a learner, or with scores, that there is not.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn check(settings: &LearnerConfiguration) -> Result<()> {
        let heads = Self::learner(settings)?.heads();
        match settings.scores.iter().find(|score| !heads.contains(&score.as_str())) {
            None => Ok(()),
            Some(score) => {
                let (learner, score) = (&settings.learner, quoted(score));
                Err(Error::Usage(format!("learner `{learner}` gives no score {score}; use {}", heads.join(", "))))
            }
        }
    }

    /// Learns the members of the `number`-th learner of a detector.
    ///
    /// # Errors
    /// [`Error::Usage`] for a learner or a block that there is not; [`Error::Training`] if there is no model of the rows.
    pub fn fit(
        settings: &LearnerConfiguration,
        number: usize,
        folds: usize,
        data: &TrainingData,
        seed: u64,
    ) -> Result<OutOfFold> {
        let (learner, left_out) = (Self::learner(settings)?, settings.left_out);
        let member = |(view, block): (usize, usize)| {
            let rows = match left_out {
                LeftOut::Fold => data.without_fold(view % folds),
                LeftOut::Case => (0..data.folds.len()).collect(),
            };
            let rows = data.features.block(block).points(rows.into_iter());
            let stream = Stream { seed, learner: number as u64, view: view as u64 };
            Ok((block, Arc::from(learner.fit(rows, stream)?)))
        };
        let blocks: Vec<_> = Self::blocks_of(settings, folds, data.encoder)?.into_iter().enumerate().collect();
        let members = blocks.into_par_iter().map(member).collect::<Result<_>>()?;
        Ok(OutOfFold { learner, left_out, folds, members })
    }

    /// What [`Expert::write`] wrote.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor that is missing or makes no sense.
    pub fn read(
        file: &Container,
        prefix: &str,
        settings: &LearnerConfiguration,
        folds: usize,
        encoder: &dyn Encoder,
    ) -> Result<OutOfFold> {
        let unsound = |e: Error| file.error(prefix, &format!("does not agree with the encoder ({e})"));
        let learner = Self::learner(settings).map_err(unsound)?;
        let widths = encoder.widths();
        let blocks = Self::blocks_of(settings, folds, encoder).map_err(unsound)?;
        let member = |(view, block): (usize, usize)| {
            Ok((block, Arc::from(learner.read(file, &format!("{prefix}.view{view}"), widths[block])?)))
        };
        let members = blocks.into_iter().enumerate().map(member).collect::<Result<_>>()?;
        Ok(OutOfFold { learner, left_out: settings.left_out, folds, members })
    }
}

impl Expert for OutOfFold {
    fn heads(&self) -> &'static [&'static str] {
        self.learner.heads()
    }
    fn views(&self) -> usize {
        self.members.len()
    }
    fn fold(&self, view: usize) -> usize {
        view % self.folds
    }
    fn blocks(&self) -> Vec<usize> {
        self.members.iter().map(|(block, _)| *block).collect()
    }
    fn scores(&self, _: ScoreKind, features: &Features, wanted: &[bool], _: &mut Scratch) -> Vec<f64> {
        let (n, heads) = (features.cases(), self.heads().len());
        let mut all = vec![0.0; heads * self.views() * n];
        for (view, (block, member)) in self.members.iter().enumerate() {
            let scores = member.scores(&features.block(*block).points(0..n), wanted);
            for (head, scores) in scores.chunks_exact(n).enumerate() {
                let start = (head * self.views() + view) * n;
                all[start..start + n].copy_from_slice(scores);
            }
        }
        all
    }
    fn held_out(&self, _: ScoreKind, features: &Features, cases: Unseen) -> Vec<Vec<f64>> {
        let of_member = |(view, (block, member)): (usize, &(usize, Arc<dyn Learned>))| -> Vec<Vec<f64>> {
            let rows = &cases.rows_of[self.fold(view)];
            if rows.is_empty() {
                return vec![Vec::new(); self.heads().len()];
            }
            let points = features.block(*block).points(rows.iter().copied());
            let wanted = vec![true; self.heads().len()];
            let scores = match self.left_out {
                LeftOut::Fold => member.scores(&points, &wanted),
                LeftOut::Case => {
                    let left_out: Vec<usize> = rows.iter().map(|&row| cases.origin[row]).collect();
                    member.scores_without(&points, &wanted, &left_out)
                }
            };
            scores.chunks_exact(rows.len()).map(<[f64]>::to_vec).collect()
        };
        let by_member: Vec<Vec<Vec<f64>>> = self.members.par_iter().enumerate().map(of_member).collect();
        (0..self.heads().len()).flat_map(|head| by_member.iter().map(move |m| m[head].clone())).collect()
    }
    fn in_sample(&self, _: &Features, _: &[usize]) -> Option<Vec<Vec<f64>>> {
        None
    }
    fn features_seen(&self) -> Option<Vec<u32>> {
        None
    }
    fn holds(&self) -> Held {
        self.learner.holds()
    }
    fn rows_held(&self) -> usize {
        self.members.iter().map(|(_, member)| member.rows_held()).sum()
    }
    fn has_density(&self) -> bool {
        false
    }
    fn sample(&self, _: usize, _: &mut ChaCha8Rng) -> Result<FeatureSample> {
        Err(Error::Usage(format!("the expert \"{}\" has no density to draw from", self.learner.name())))
    }
    fn write(&self, file: &mut Container, prefix: &str) {
        for (view, (_, member)) in self.members.iter().enumerate() {
            member.write(file, &format!("{prefix}.view{view}"));
        }
    }
}
