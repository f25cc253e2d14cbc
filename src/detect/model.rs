//! Scoring: a fitted detector applied to new cases.
//!
//! The score of a case is a mean over experts of the mean over an expert's views of `t²` (see `calibration` and `fusion`), or
//! the mean over all views of a likelihood.
//!
//! A model file holds the header's fields below, what the encoder writes, and for each expert that is kept tensors
//! `family{f}.…` of a family of flows or `learner{l}.…` of a learner:
//!
//! | tensor | type, shape | what |
//! |---|---|---|
//! | `columns.…`, `encoder.…` | f64, f32, u32 | the encoder of tables, of series |
//! | `family{f}.flow{i}.block{b}.…` | f32 | parameters, `[rows, cols]` with masked entries zero, or `[n]` |
//! | `family{f}.flow{i}.extractor.…` | f32 | its extractor, if any, with the folded views `[V·h, d+1]`, or |
//! | `family{f}.flow{i}.axes`, `.scale` or `.matrix`; `.shift` | u32, f32 `[V, m]` or `[V, m, d]`; `[V, m]` | its views |
//! | `learner{l}.fold{g}.…` | see the learner's file | what it learned without fold `g` |
//! | `….SCORE.views`, `.surprisal`, `.tail_scale` | f64 `[K, 2]`, `[points, 2]`, `[1]` | calibration of a raw score |
//! | `conformal.scores` | f64 `[n]` | scores of the training cases, in their order |
//! | `reference.…` | see `explanation::reference` | training cases kept for explanations, if any |
//!
//! Every size the header claims is held against the tensors before anything of that size is built.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::calibration::{Conformal, ScoreAggregator, Threshold};
use super::configuration::Configuration;
use super::experts::{Scratch, Trained};
use super::explanation::Reference;
use super::fitted_expert::{FittedExpert, FittedHead, PanelMember};
use super::traits::Fitted;
use crate::data::container::Container;
use crate::data::{Dataset, Kind, ReadOptions};
use crate::encode::{self, Encoder, Features, Held};
use crate::error::Result;

/// The names of our own detectors in model files: flows without active learning and with it, and the panel.
const NAMES: [&str; 3] = ["naf-ad", "naf-al", "panel"];

/// Cases scored together by one task.
const CHUNK: usize = 64;

/// Bytes of encoded cases beside which a task takes no further one.
const CHUNK_BYTES: usize = 1 << 25;

/// What fitting saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Summary {
    /// Training cases.
    pub(super) rows: usize,
    /// Cases that were left out as unusual, and calibrate all the same.
    pub(super) trimmed: usize,
    /// The cases that those given were a sample of, if they were one.
    pub(super) drawn_from: Option<usize>,
    /// Mean final training loss of each family's flows, in nats.
    pub(super) losses: Vec<f64>,
    /// Augmented samples of each family.
    pub(super) augmented: Vec<usize>,
}

impl Summary {
    /// What a fit saw: so many cases, those left out, those they were a sample of, and the flows of each family.
    pub(super) fn of(rows: usize, trimmed: usize, drawn_from: Option<usize>, trained: &[Vec<Trained>]) -> Summary {
        let mean = |f: &Vec<Trained>| f.iter().map(|t| t.loss).sum::<f64>() / f.len() as f64;
        let augmented = trained.iter().map(|f| f.iter().map(|t| t.augmented).sum()).collect();
        Summary { rows, trimmed, drawn_from, losses: trained.iter().map(mean).collect(), augmented }
    }
}

/// A fitted detector. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) encoder: Arc<dyn Encoder>,
    pub(super) normals: Vec<String>,
    pub(super) seed: u64,
    pub(super) configuration: Configuration,
    pub(super) experts: Vec<FittedExpert>,
    pub(super) conformal: Conformal,
    pub(super) summary: Summary,
    pub(super) reference: Option<Reference>,
}

impl Model {
    /// One score a case; higher = more anomalous. A case's bits do not depend on the other cases or on the threads. Cost:
    /// one masked pass of every view's flow per case, and of series the encoder.
    ///
    /// # Errors
    /// [`crate::Error::Data`] if a table lacks a column of [`Model::input_names`], series have another number of channels, or
    /// the cases are of the other kind than the training cases.
    pub fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        Ok(self.score_with_p_values(cases)?.0)
    }

    /// Conformal p-values, one a case: small where a case is anomalous, at least `1/(n + 1)` for `n` training cases.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub fn p_values(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        Ok(self.score_with_p_values(cases)?.1)
    }

    /// Scores and p-values in one pass.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub fn score_with_p_values(&self, cases: &dyn Dataset) -> Result<(Vec<f64>, Vec<f64>)> {
        let chunks = self.by_chunk(cases, |features, scratch| self.score_features(features, scratch))?;
        Ok(chunks.into_iter().flatten().unzip())
    }

    /// What `of_chunk` makes of the features of at most [`CHUNK`] cases at a time, in order.
    fn by_chunk<T: Send>(
        &self,
        cases: &dyn Dataset,
        of_chunk: impl Fn(&Features, &mut Scratch) -> T + Sync,
    ) -> Result<Vec<T>> {
        let (bound, n) = (self.encoder.bind(cases)?, cases.len());
        let most = (CHUNK_BYTES / self.bytes_a_case().max(1)).clamp(1, CHUNK);
        let range = |c: usize| c * most..((c + 1) * most).min(n);
        let chunks = (0..n.div_ceil(most)).into_par_iter();
        Ok(chunks.map_init(Scratch::default, |scratch, c| of_chunk(&bound.encode(range(c)), scratch)).collect())
    }

    /// Hands on the raw scores of each member of the panel, a slice a view, of at least one case.
    fn each_member(
        &self,
        features: &Features,
        scratch: &mut Scratch,
        mut member: impl FnMut(&FittedHead, std::slice::Chunks<f64>),
    ) {
        for FittedExpert { expert, heads, .. } in &self.experts {
            let mut wanted = vec![false; expert.heads().len()];
            heads.iter().for_each(|fitted| wanted[fitted.head] = true);
            let raw = expert.scores(self.configuration.score, features, &wanted, scratch);
            let of_head = raw.len() / expert.heads().len();
            for fitted in heads {
                member(fitted, raw[fitted.head * of_head..(fitted.head + 1) * of_head].chunks(features.cases()));
            }
        }
    }

    /// Score and p-value of each case.
    fn score_features(&self, features: &Features, scratch: &mut Scratch) -> Vec<(f64, f64)> {
        let mut scores: Vec<ScoreAggregator> =
            (0..features.cases()).map(|_| ScoreAggregator::new(&self.configuration)).collect();
        self.each_member(features, scratch, |FittedHead { calibration, share, .. }, views| {
            for (view, of_view) in views.enumerate() {
                scores.iter_mut().zip(of_view).for_each(|(score, &raw)| score.add(calibration, view, raw));
            }
            scores.iter_mut().for_each(|score| score.end_family(*share));
        });
        scores.iter().map(ScoreAggregator::value).map(|score| (score, self.conformal.p_value(score))).collect()
    }

    /// Bytes that a thread needs to score a case, beside the case: what long series take while they are looked at.
    pub fn bytes_a_case(&self) -> usize {
        self.encoder.bytes_a_case()
    }
    /// Training rows that some flow left out: all, unless there are fewer flows than folds.
    pub fn calibration_rows(&self) -> usize {
        self.conformal.cases()
    }

    /// Whether each case is anomalous.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a threshold outside its domain, else as [`Model::score`].
    pub fn predict(&self, cases: &dyn Dataset, threshold: Threshold) -> Result<Vec<bool>> {
        threshold.check()?;
        let (scores, p_values) = self.score_with_p_values(cases)?;
        Ok(threshold.apply(&scores, &p_values))
    }

    /// Names of what a case consists of, in the model's order: the columns of a table, the channels of series.
    pub fn input_names(&self) -> &[String] {
        self.encoder.input_names()
    }
    /// The kind of data the model is for.
    pub fn kind(&self) -> Kind {
        self.encoder.kind()
    }
    /// What the model looks at, in words: "8 columns", "3 channels of 206 steps".
    pub fn inputs(&self) -> String {
        self.encoder.describe()
    }
    /// The figures of [`Model::inputs`] as fields of JSON.
    pub fn inputs_json(&self) -> Map<String, Value> {
        self.encoder.sizes().into_iter().map(|(name, size)| (name.to_owned(), size.into())).collect()
    }
    /// How to read a file of cases for this model: its columns, where a case has columns, and the labels of `label`.
    pub fn read_options(&self, label: Option<&str>) -> ReadOptions {
        let columns = self.encoder.columns().map(<[String]>::to_vec);
        ReadOptions { label: label.map(str::to_owned), columns, ..ReadOptions::default() }
    }
    /// The label column seen at fitting, if any.
    pub fn label_column(&self) -> Option<&str> {
        self.encoder.label()
    }
    /// The labels of normal cases.
    pub fn normal_labels(&self) -> &[String] {
        &self.normals
    }
    /// Rows the model was fitted on.
    pub fn training_rows(&self) -> usize {
        self.summary.rows
    }
    /// Training rows that a robust fit left out, the most unusual ones; they calibrate p-values all the same.
    pub fn trimmed_rows(&self) -> usize {
        self.summary.trimmed
    }
    /// The number of cases that those given to the fit were a sample of, if they were one.
    pub fn drawn_from(&self) -> Option<usize> {
        self.summary.drawn_from
    }
    /// Columns that no view looks at: in a very wide table the views may be too few for all of them.
    pub fn unseen_columns(&self) -> usize {
        let mut seen = vec![false; self.encoder.input_names().len()];
        for fitted in &self.experts {
            match fitted.expert.features_seen() {
                Some(features) => features.into_iter().for_each(|a| seen[a as usize] = true),
                None => return 0,
            }
        }
        seen.iter().filter(|&&s| !s).count()
    }
    /// The raw scores that are fused, expert by expert.
    pub fn panel(&self) -> Vec<PanelMember> {
        self.experts.iter().flat_map(|expert| expert.members(&self.configuration)).collect()
    }
    /// The contribution of each member of [`Model::panel`] to the scores, `[members][cases]`: a case's score is the root of
    /// their sum, each times its member's share.
    ///
    /// # Errors
    /// As [`Model::score`].
    pub fn contributions(&self, cases: &dyn Dataset) -> Result<Vec<Vec<f64>>> {
        let chunks = self.by_chunk(cases, |features, scratch| {
            let mut members = Vec::new();
            self.each_member(features, scratch, |FittedHead { calibration, .. }, views| {
                let (mut mean, count) = (vec![0.0; features.cases()], views.len() as f64);
                for (view, of_view) in views.enumerate() {
                    let means = mean.iter_mut().zip(of_view);
                    means.for_each(|(mean, &raw)| *mean += calibration.contribution(view, raw) / count);
                }
                members.push(mean);
            });
            members
        })?;
        let of_member =
            |member: usize| chunks.iter().flat_map(|chunk: &Vec<Vec<f64>>| &chunk[member]).copied().collect();
        Ok((0..self.panel().len()).map(of_member).collect())
    }
    /// The most that any part of the model keeps of the training cases, and its file with it, beside their scores.
    pub fn holds(&self) -> Held {
        let own = if self.reference.is_some() { Held::Cases } else { self.encoder.holds() };
        self.experts.iter().map(|e| e.expert.holds()).fold(own, Held::max)
    }
    /// Training rows that a model file holds, at most: the experts of different folds hold different ones, up to all, and
    /// some are kept for explanations ([`Model::reference_rows`]).
    pub fn rows_held(&self) -> usize {
        let of_all: usize = self.experts.iter().map(|e| e.expert.rows_held()).sum();
        (of_all + self.reference_rows()).min(self.training_rows())
    }
    /// Views of the flows that are kept.
    pub fn flow_views(&self) -> usize {
        self.experts.iter().map(|e| if e.expert.has_density() { e.expert.views() } else { 0 }).sum()
    }
    /// The scores of the training cases, in their order, each by the views that never saw it: what p-values rank a score
    /// among. Where views are so few that some folds are left out by none, the cases of those folds have none.
    pub fn training_scores(&self) -> &[f64] {
        self.conformal.scores()
    }
    /// Every constant of the detector.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }
    /// The smallest p-value any row can get, `1/(n + 1)` for `n` training rows that calibrate.
    pub fn smallest_p_value(&self) -> f64 {
        1.0 / (1 + self.calibration_rows()) as f64
    }
    /// The header of the model file as JSON text, keys sorted.
    pub fn header_json(&self) -> String {
        self.container().header_json()
    }
    /// The model file's bytes.
    ///
    /// # Errors
    /// As for [`Container::to_bytes`]: a value is not finite, or names and views do not fit into the header.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.container().to_bytes()
    }
    /// Reads the bytes of a model file; `name` is used in messages.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] for anything but a whole, undamaged file of a known version.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Model> {
        Self::read(&Container::from_bytes(bytes, name)?)
    }
    /// Writes the model file atomically.
    ///
    /// # Errors
    /// As for [`Model::to_bytes`], and [`crate::Error::Write`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.container().save(path)
    }
    /// Reads a model file.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] if it is missing or anything but a whole, undamaged file of a known version.
    pub fn load(path: impl AsRef<Path>) -> Result<Model> {
        Self::read(&Container::load(path)?)
    }
}

impl Model {
    fn container(&self) -> Container {
        let mut file = Container::new();
        Fitted::write(self, &mut file);
        file
    }

    /// A model from what [`Fitted::write`] wrote.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
    pub(super) fn read(file: &Container) -> Result<Model> {
        let header = file.header();
        if !NAMES.contains(&header.str("detector")?) {
            return Err(header.error("detector", "is another detector than NAF: read it by `detect::registry::load`"));
        }
        let configuration = Configuration::read(&header.object("configuration")?)?;
        let encoder = encode::read(file)?;
        if encoder.kind() != configuration.kind() {
            return Err(header.error("kind", "does not agree with the configuration"));
        }
        let training = header.object("training")?;
        let augmented: Vec<usize> = training.numbers("augmented")?.into_iter().map(|v| v as usize).collect();
        let experts = header.objects("experts")?;
        let experts: Vec<FittedExpert> =
            experts.iter().map(|f| FittedExpert::read(file, f, &configuration, &*encoder)).collect::<Result<_>>()?;
        if experts.is_empty() {
            return Err(header.error("experts", "is an empty list"));
        }
        let rows = training.usize_in("rows", 1..=1 << 48)?;
        // The cases were assigned to folds in turn; those of a fold that no flow left out calibrate nothing.
        let of_fold = |fold: usize| {
            let folds = configuration.folds;
            if configuration.leaves_out(fold) { (rows + folds - 1 - fold) / folds } else { 0 }
        };
        let trimmed = training.usize_in("trimmed", 0..=1 << 48)?;
        let drawn_from = match training.contains("drawn_from") {
            true => Some(training.usize_in("drawn_from", 1..=1 << 48)?),
            false => None,
        };
        let calibrating = (0..configuration.folds).map(of_fold).sum::<usize>() + trimmed;
        Ok(Model {
            normals: header.strings("normal")?,
            seed: header.u64("seed")?,
            summary: Summary { rows, trimmed, drawn_from, losses: training.numbers("losses")?, augmented },
            conformal: Conformal::read(file, calibrating)?,
            reference: Reference::read(file, encoder.kind(), encoder.input_names())?,
            encoder,
            configuration,
            experts,
        })
    }
}

impl Fitted for Model {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        Model::score(self, cases)
    }
    fn score_with_p_values(&self, cases: &dyn Dataset) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        let (scores, p_values) = Model::score_with_p_values(self, cases)?;
        Ok((scores, Some(p_values)))
    }
    fn write(&self, file: &mut Container) {
        let augmented = self.configuration.active.is_some_and(|active| active.augment);
        let name = if self.configuration.learners.is_empty() { NAMES[usize::from(augmented)] } else { NAMES[2] };
        file.set("detector", name);
        file.set("crate_version", env!("CARGO_PKG_VERSION"));
        file.set("seed", self.seed);
        file.set("normal", self.normals.clone());
        file.set("configuration", self.configuration.to_json());
        let summary = &self.summary;
        let mut training = json!({"rows": summary.rows, "trimmed": summary.trimmed, "losses": summary.losses, "augmented": summary.augmented});
        if let Some(cases) = summary.drawn_from {
            training["drawn_from"] = cases.into();
        }
        file.set("training", training);
        self.encoder.write(file);
        file.set("experts", self.experts.iter().map(FittedExpert::to_json).collect::<Vec<_>>());
        self.experts.iter().for_each(|expert| expert.write(file));
        self.conformal.write(file);
        self.reference.iter().for_each(|reference| reference.write(file));
    }
}
