//! Scoring: a fitted detector applied to new rows.
//!
//! The score of a row is the root mean square over families of the mean over a family's views of `t²` (see `calibration`),
//! or the mean over all views of a likelihood. Its p-value compares, fold by fold, the score by the flows that left the fold out
//! with the fold's own training rows: `p = (1 + Σ_g #{i ∈ g : s_g(x_i) ≥ s_g(x)})/(n + 1)` (cross-conformal, Vovk 2015).

use std::path::Path;

use nafal_kernels::Isa;
use rayon::prelude::*;

use super::ScoreKind;
use super::calibration::Calibration;
use super::configuration::{Base, Configuration};
use super::content;
use super::family::{ViewFlow, surprisal};
use super::features::Features;
use super::schema::Schema;
use super::series::SeriesEncoder;
use super::view::View;
use crate::data::container;
use crate::data::{Dataset, Kind};
use crate::error::{Error, Result};
use crate::flow::{Density, Scratch};

/// Cases scored together by one task.
const CHUNK: usize = 64;

/// When a row is called anomalous.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// p-value at most this, in (0, 1).
    Alpha(f64),
    /// This share of the rows at hand, those with the highest scores, in (0, 1).
    Contamination(f64),
    /// Score at least this.
    Score(f64),
}

/// One family of a fitted detector.
#[derive(Clone, Debug)]
pub(super) struct FittedFamily {
    pub(super) flows: Vec<ViewFlow>,
    pub(super) calibration: Calibration,
}

/// What fitting saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Summary {
    /// Training rows.
    pub(super) rows: usize,
    /// Mean final training loss of each family's flows, in nats.
    pub(super) losses: Vec<f64>,
    /// Augmented samples of each family.
    pub(super) augmented: Vec<usize>,
}

/// A fitted detector.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) schema: Schema,
    pub(super) normals: Vec<String>,
    pub(super) seed: u64,
    pub(super) configuration: Configuration,
    pub(super) families: Vec<FittedFamily>,
    /// For each fold, the scores of its rows by the flows that left it out, ascending.
    pub(super) conformal: Vec<Vec<f64>>,
    pub(super) summary: Summary,
    pub(super) isa: Isa,
}

/// What each view contributes before calibration.
pub(super) fn raw_scores(kind: ScoreKind, density: &Density) -> Vec<f64> {
    let values = match kind {
        ScoreKind::Calibrated | ScoreKind::Likelihood => &density.log_density,
        ScoreKind::Latent => &density.log_base,
    };
    values.iter().map(|&v| surprisal(v)).collect()
}

/// Adds up contributions of views: into the root mean square over families of their means (calibrated), so that one family
/// that is much surprised is heard, or into the mean over all views (likelihoods).
struct Mean {
    kind: ScoreKind,
    family: (f64, f64),
    families: (f64, f64),
}

impl Mean {
    fn new(kind: ScoreKind) -> Self {
        Mean { kind, family: (0.0, 0.0), families: (0.0, 0.0) }
    }
    fn add(&mut self, calibration: &Calibration, view: usize, score: f64) {
        let contribution = match self.kind {
            ScoreKind::Calibrated => calibration.contribution(view, score),
            ScoreKind::Likelihood | ScoreKind::Latent => score,
        };
        self.family.0 += contribution;
        self.family.1 += 1.0;
    }
    fn end_family(&mut self) {
        let (sum, count) = std::mem::take(&mut self.family);
        if self.kind != ScoreKind::Calibrated {
            self.families.0 += sum;
            self.families.1 += count;
        } else if count > 0.0 {
            self.families.0 = self.families.0.hypot(sum / count);
            self.families.1 += 1.0;
        }
    }
    fn value(&self) -> f64 {
        let count = self.families.1.max(1.0);
        if self.kind == ScoreKind::Calibrated { self.families.0 / count.sqrt() } else { self.families.0 / count }
    }
}

/// Scores of the rows of fold `fold` by the views that left it out; `held_out[family][view][row of the fold]`.
pub(super) fn fold_scores(
    configuration: &Configuration,
    families: &[FittedFamily],
    held_out: &[Vec<Vec<f64>>],
    fold: usize,
    rows: usize,
) -> Vec<f64> {
    let score = |row: usize| {
        let mut mean = Mean::new(configuration.score);
        for ((family, fitted), scores) in configuration.families.iter().zip(families).zip(held_out) {
            for (v, scores) in scores.iter().enumerate() {
                if fitted.flows[v / family.views_per_flow].fold == fold {
                    mean.add(&fitted.calibration, v, scores[row]);
                }
            }
            mean.end_family();
        }
        mean.value()
    };
    (0..rows).map(score).collect()
}

impl Model {
    /// One score a case; higher = more anomalous. A case's bits do not depend on the other cases or on the threads. Cost:
    /// one masked pass of every view's flow per case, and of series the encoder.
    ///
    /// # Errors
    /// [`Error::Data`] if a table lacks a column of [`Model::columns`], series have another number of channels, or the
    /// cases are of the other kind than the training cases.
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
        let (bound, n) = (self.schema.bind(cases)?, cases.len());
        let chunks: Vec<Vec<(f64, f64)>> = (0..n.div_ceil(CHUNK))
            .into_par_iter()
            .map_init(Scratch::default, |scratch, c| {
                let range = c * CHUNK..((c + 1) * CHUNK).min(n);
                self.score_features(&bound.features(self.isa, range.clone()), range.len(), scratch)
            })
            .collect();
        Ok(chunks.into_iter().flatten().unzip())
    }

    /// Score and p-value of each of `n` cases.
    fn score_features(&self, features: &Features, n: usize, scratch: &mut Scratch<f32>) -> Vec<(f64, f64)> {
        let (d, folds) = (self.schema.width(), self.configuration.folds);
        let rows: Vec<usize> = (0..n).collect();
        let kind = self.configuration.score;
        let mut totals: Vec<Mean> = rows.iter().map(|_| Mean::new(kind)).collect();
        let mut by_fold: Vec<Mean> = (0..rows.len() * folds).map(|_| Mean::new(kind)).collect();
        for (family, fitted) in self.configuration.families.iter().zip(&self.families) {
            let base = match family.base {
                Base::Standard => &features.standard,
                Base::Normal => &features.normal,
            };
            for (f, flow) in fitted.flows.iter().enumerate() {
                let scores = raw_scores(kind, &flow.densities(base, d, &rows, scratch));
                for (v, scores) in scores.chunks(rows.len()).enumerate() {
                    let view = f * family.views_per_flow + v;
                    for (i, &score) in scores.iter().enumerate() {
                        totals[i].add(&fitted.calibration, view, score);
                        by_fold[i * folds + flow.fold].add(&fitted.calibration, view, score);
                    }
                }
            }
            totals.iter_mut().chain(&mut by_fold).for_each(Mean::end_family);
        }
        let p_value = |i: usize| self.p_value(by_fold[i * folds..(i + 1) * folds].iter().map(Mean::value));
        totals.iter().enumerate().map(|(i, total)| (total.value(), p_value(i))).collect()
    }

    fn p_value(&self, fold_scores: impl Iterator<Item = f64>) -> f64 {
        let at_least = |(sorted, s): (&Vec<f64>, f64)| sorted.len() - sorted.partition_point(|&v| v < s);
        let count: usize = self.conformal.iter().zip(fold_scores).map(at_least).sum();
        (1 + count) as f64 / (1 + self.calibration_rows()) as f64
    }

    /// Training rows that some flow left out: all, unless there are fewer flows than folds.
    pub fn calibration_rows(&self) -> usize {
        self.conformal.iter().map(Vec::len).sum()
    }

    /// Whether each case is anomalous.
    ///
    /// # Errors
    /// [`Error::Usage`] for a threshold outside its domain, else as [`Model::score`].
    pub fn predict(&self, cases: &dyn Dataset, threshold: Threshold) -> Result<Vec<bool>> {
        threshold.check()?;
        let (scores, p_values) = self.score_with_p_values(cases)?;
        Ok(threshold.apply(&scores, &p_values))
    }

    /// The feature columns of a table the model expects, in its order; none for a model of series.
    pub fn columns(&self) -> &[String] {
        match &self.schema {
            Schema::Table { columns, .. } => columns,
            Schema::Series { .. } => &[],
        }
    }
    /// The encoder of a model of series.
    pub fn encoder(&self) -> Option<&SeriesEncoder> {
        match &self.schema {
            Schema::Table { .. } => None,
            Schema::Series { encoder, .. } => Some(encoder),
        }
    }
    /// The kind of data the model is for.
    pub fn kind(&self) -> Kind {
        match &self.schema {
            Schema::Table { .. } => Kind::Table,
            Schema::Series { .. } => Kind::Series,
        }
    }
    /// What the model looks at, in words: "8 columns", "3 channels of 206 steps".
    pub fn inputs(&self) -> String {
        match self.encoder() {
            None => format!("{} columns", self.columns().len()),
            Some(encoder) => format!("{} channels of {} steps", encoder.channels(), encoder.length()),
        }
    }
    /// The label column seen at fitting, if any.
    pub fn label_column(&self) -> Option<&str> {
        self.schema.label()
    }
    /// The labels of normal cases.
    pub fn normal_labels(&self) -> &[String] {
        &self.normals
    }
    /// Rows the model was fitted on.
    pub fn training_rows(&self) -> usize {
        self.summary.rows
    }
    /// Columns that no view looks at: in a very wide table the views may be too few for all of them.
    pub fn unseen_columns(&self) -> usize {
        let mut seen = vec![false; self.schema.width()];
        for flow in self.families.iter().flat_map(|family| &family.flows) {
            let axes = flow.views.views().map(|views| views.iter().map(View::axes).collect::<Option<Vec<_>>>());
            match axes.flatten() {
                Some(axes) => axes.into_iter().flatten().for_each(|&a| seen[a as usize] = true),
                // A dense view looks at all.
                None => return 0,
            }
        }
        seen.iter().filter(|&&s| !s).count()
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
        content::write(self).header_json()
    }
    /// The model file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        content::write(self).to_bytes()
    }
    /// Reads the bytes of a model file; `name` is used in messages.
    ///
    /// # Errors
    /// [`Error::ModelFile`] for anything but a whole, undamaged file of a known version.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Model> {
        content::read(&container::Container::from_bytes(bytes, name)?)
    }
    /// Writes the model file atomically.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        content::write(self).save(path)
    }
    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] if it is missing or anything but a whole, undamaged file of a known version.
    pub fn load(path: impl AsRef<Path>) -> Result<Model> {
        content::read(&container::Container::load(path)?)
    }
}

impl Threshold {
    /// Checks the threshold's domain.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn check(self) -> Result<()> {
        let (name, value) = match self {
            Threshold::Alpha(a) => ("alpha", a),
            Threshold::Contamination(c) => ("contamination", c),
            Threshold::Score(s) if s.is_nan() => return Err(Error::Usage("the threshold is not a number".into())),
            Threshold::Score(_) => return Ok(()),
        };
        if value > 0.0 && value < 1.0 {
            return Ok(());
        }
        Err(Error::Usage(format!("{name} is {value}; it must lie strictly between 0 and 1")))
    }

    /// Which rows are anomalous, given their scores and p-values. A contamination share flags that many rows, rounded, by
    /// descending score, and every row that ties with the last of them.
    pub fn apply(self, scores: &[f64], p_values: &[f64]) -> Vec<bool> {
        match self {
            Threshold::Alpha(alpha) => p_values.iter().map(|&p| p <= alpha).collect(),
            Threshold::Score(threshold) => scores.iter().map(|&s| s >= threshold).collect(),
            Threshold::Contamination(share) => {
                let count = (share * scores.len() as f64).round() as usize;
                if count == 0 {
                    return vec![false; scores.len()];
                }
                let mut sorted = scores.to_vec();
                sorted.sort_by(|a, b| b.total_cmp(a));
                let cut = sorted[count - 1];
                scores.iter().map(|&s| s >= cut).collect()
            }
        }
    }
}
