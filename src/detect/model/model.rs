//! Scoring: a fitted detector applied to new cases.
//!
//! The score of a case is a mean over experts of the mean over an expert's views of `t²` (see `calibration` and `fusion`), or
//! the mean over all views of a likelihood.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::summary::Summary;
use crate::data::container::Container;
use crate::data::{Column, ColumnChoice, Dataset, Kind, ReadOptions, Reading};
use crate::detect::calibration::{Conformal, ScoreAggregator, Threshold};
use crate::detect::configuration::Configuration;
use crate::detect::experts::Scratch;
use crate::detect::explanation::Reference;
use crate::detect::panel::{FittedExpert, FittedHead, Novelty, PanelMember};
use crate::encode::{Encoder, Features, Held};
use crate::error::Result;

/// Cases scored together by one task.
const CHUNK: usize = 64;

/// Bytes of encoded cases beside which a task takes no further one.
const CHUNK_BYTES: usize = 1 << 25;

/// A fitted detector. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Model {
    pub(in crate::detect) encoder: Arc<dyn Encoder>,
    pub(in crate::detect) normals: Vec<String>,
    pub(in crate::detect) seed: u64,
    pub(in crate::detect) reading: Reading,
    pub(in crate::detect) configuration: Configuration,
    pub(in crate::detect) experts: Vec<FittedExpert>,
    pub(in crate::detect) conformal: Conformal,
    pub(in crate::detect) summary: Summary,
    pub(in crate::detect) reference: Option<Reference>,
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

    /// Conformal p-values, one a case: small where a case is anomalous, at least `1/(n + 1)` for `n` cases that
    /// calibrate.
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
        let novelty = Novelty::of(&*self.encoder, self.configuration.folds);
        let scored =
            |features: &Features, scratch: &mut Scratch| self.score_features(features, novelty.as_ref(), scratch);
        let chunks = self.by_chunk(cases, scored)?;
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
    fn score_features(&self, features: &Features, novelty: Option<&Novelty>, scratch: &mut Scratch) -> Vec<(f64, f64)> {
        let mut scores: Vec<ScoreAggregator> =
            (0..features.cases()).map(|_| ScoreAggregator::new(&self.configuration)).collect();
        self.each_member(features, scratch, |FittedHead { calibration, share, .. }, views| {
            for (view, of_view) in views.enumerate() {
                scores.iter_mut().zip(of_view).for_each(|(score, &raw)| score.add(calibration, view, raw));
            }
            scores.iter_mut().for_each(|score| score.end_family(*share));
        });
        let added = |case: usize| novelty.map_or(0.0, |novelty| novelty.mean(features, case));
        let with_p_value = |score: f64| (score, self.conformal.p_value(score));
        scores.iter().enumerate().map(|(case, score)| with_p_value(score.value() + added(case))).collect()
    }

    /// Bytes that a thread needs to score a case, beside the case: what long series take while they are looked at.
    pub fn bytes_a_case(&self) -> usize {
        self.encoder.bytes_a_case()
    }
    /// Rows that p-values rank a score among: the training rows that some flow left out (all, unless there are fewer flows than
    /// folds), or those given to [`Model::recalibrated`].
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
    /// One of its cases in words: "row", "series", "window".
    pub fn case(&self) -> &'static str {
        if self.reading.has_windows() { "window" } else { self.kind().case() }
    }
    /// Its cases, behind a number: "300 rows".
    pub fn cases(&self) -> &'static str {
        if self.reading.has_windows() { "windows" } else { self.kind().cases() }
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
        let columns = self.encoder.columns().map(<[Column]>::to_vec);
        let Reading { dialect, ids, windows } = self.reading.clone();
        ReadOptions {
            label: label.map(str::to_owned),
            columns,
            choice: ColumnChoice { ids, ..ColumnChoice::default() },
            missing: self.encoder.imputes(),
            windows,
            dialect,
            ..ReadOptions::default()
        }
    }
    /// How the training file was read: what is remembered of it for other files.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }
    /// Whether cells may be missing: they are filled in.
    pub fn imputes(&self) -> bool {
        self.encoder.imputes()
    }
    /// The label column seen at fitting, if any.
    pub fn label_column(&self) -> Option<&str> {
        self.encoder.label()
    }
    /// The seed of every random choice of the fit.
    pub fn seed(&self) -> u64 {
        self.seed
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
                Some(features) => features.into_iter().for_each(|a| seen[self.encoder.input_of(a as usize)] = true),
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
