//! The detector: fit on normal rows, score new ones. Higher score = more anomalous.

use std::path::Path;

use super::Progress;
use crate::data::Table;
use crate::error::Result;

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ScoreKind {
    /// Out-of-bag calibrated tails per view, pooled per family (the default).
    #[default]
    Calibrated,
    /// Mean over views of `−log p`.
    Likelihood,
    /// Mean over views of `−log p_Z(z)`, Eq. 7 as printed.
    Latent,
}

/// A named configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Preset {
    /// The recipe chosen on development data.
    #[default]
    Default,
    /// The paper, literally.
    Paper,
    /// Fewer views and steps.
    Fast,
}

/// When a row is called anomalous.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// p-value at most this.
    Alpha(f64),
    /// This share of the rows at hand, those with the highest scores.
    Contamination(f64),
    /// Score at least this.
    Score(f64),
}

/// Entry point: `Detector::builder()`.
#[derive(Debug)]
pub struct Detector;

impl Detector {
    /// A builder with the default configuration.
    pub fn builder() -> DetectorBuilder<'static> {
        DetectorBuilder {
            seed: 0,
            normal: "0".into(),
            preset: Preset::Default,
            views: None,
            active: None,
            score: ScoreKind::Calibrated,
            progress: &super::Quiet,
        }
    }
}

/// Options of a fit; see [`Detector::builder`].
#[derive(Clone)]
pub struct DetectorBuilder<'p> {
    seed: u64,
    normal: String,
    preset: Preset,
    views: Option<usize>,
    active: Option<bool>,
    score: ScoreKind,
    progress: &'p dyn Progress,
}

impl<'p> DetectorBuilder<'p> {
    /// Seed of every random stream (default 0).
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
    /// Label of normal rows (default `"0"`; compared as numbers if both parse).
    pub fn normal(mut self, normal: impl Into<String>) -> Self {
        self.normal = normal.into();
        self
    }
    /// Named configuration.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }
    /// Number of views.
    pub fn views(mut self, views: usize) -> Self {
        self.views = Some(views);
        self
    }
    /// Algorithm 1's active learning on or off.
    pub fn active(mut self, active: bool) -> Self {
        self.active = Some(active);
        self
    }
    /// Kind of score.
    pub fn score(mut self, score: ScoreKind) -> Self {
        self.score = score;
        self
    }
    /// Receiver of progress.
    pub fn progress<'q>(self, progress: &'q dyn Progress) -> DetectorBuilder<'q> {
        DetectorBuilder { progress, ..self }
    }
    /// Fits a model to the normal rows of `table`.
    pub fn fit(&self, table: &Table) -> Result<Model> {
        let _ = table;
        todo!()
    }
}

/// A fitted detector.
#[derive(Debug)]
pub struct Model;

/// What `nafal info` prints.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// The header of the model file as JSON text (sorted keys).
    pub json: String,
}

/// Draws from the flows of a model.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Names of the columns of `values`.
    pub names: Vec<String>,
    /// View each sample was drawn for.
    pub view: Vec<usize>,
    /// Row-major `[n, names.len()]`, NaN where a view does not have that feature.
    pub values: Vec<f64>,
    /// `log p` of each sample under its flow.
    pub log_density: Vec<f64>,
}

impl Model {
    /// One score a row; higher = more anomalous.
    pub fn score(&self, table: &Table) -> Result<Vec<f64>> {
        let _ = table;
        todo!()
    }
    /// Conformal p-values, one a row.
    pub fn p_values(&self, table: &Table) -> Result<Vec<f64>> {
        let _ = table;
        todo!()
    }
    /// Scores and p-values in one pass.
    pub fn score_with_p_values(&self, table: &Table) -> Result<(Vec<f64>, Vec<f64>)> {
        let _ = table;
        todo!()
    }
    /// Whether each row is anomalous.
    pub fn predict(&self, table: &Table, threshold: Threshold) -> Result<Vec<bool>> {
        let _ = (table, threshold);
        todo!()
    }
    /// The feature columns the model expects.
    pub fn columns(&self) -> &[String] {
        todo!()
    }
    /// The label column seen at fitting, if any.
    pub fn label_column(&self) -> Option<&str> {
        todo!()
    }
    /// The label of normal rows.
    pub fn normal_label(&self) -> &str {
        todo!()
    }
    /// Draws `n` samples from the flows, spread over the views.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Samples> {
        let _ = (n, seed);
        todo!()
    }
    /// Header and training summary.
    pub fn info(&self) -> ModelInfo {
        todo!()
    }
    /// The model file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }
    /// Reads the bytes of a model file; `name` is used in messages.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Model> {
        let _ = (bytes, name);
        todo!()
    }
    /// Writes the model file atomically.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let _ = path.as_ref();
        todo!()
    }
    /// Reads a model file.
    pub fn load(path: impl AsRef<Path>) -> Result<Model> {
        let _ = path.as_ref();
        todo!()
    }
}
