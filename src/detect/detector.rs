//! Fitting: from a table of normal rows to a [`Model`].
//!
//! Steps: leave out rows that are not normal; map every column to a normal shape; deal the rows into folds; train the
//! flows of all families in parallel, each without its fold; calibrate every view on its held-out fold; score every
//! training row by the flows that never saw it, for p-values.

use nafal_kernels::Isa;
use rayon::prelude::*;

use super::calibration::Calibration;
use super::configuration::{ActiveConfiguration, Configuration};
use super::family::{self, FlowReport, TrainingRows, ViewFlow};
use super::features::FeatureMap;
use super::model::{FittedFamily, Model, Summary};
use super::{Progress, Quiet};
use crate::data::Table;
use crate::error::{DataError, Error, Result};
use crate::flow::Scratch;
use crate::random::{Purpose, permutation, stream};

/// Fewest training rows a detector accepts.
pub const MIN_ROWS: usize = 8;

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ScoreKind {
    /// Out-of-bag calibrated surprise per view, squared and averaged per family (the default).
    #[default]
    Calibrated,
    /// Mean over views of `−log p`.
    Likelihood,
    /// Mean over views of `−log p_Z(z)`, Eq. 7 as printed.
    Latent,
}

impl ScoreKind {
    /// Its name on the command line and in model files.
    pub fn name(self) -> &'static str {
        match self {
            ScoreKind::Calibrated => "calibrated",
            ScoreKind::Likelihood => "likelihood",
            ScoreKind::Latent => "latent",
        }
    }
}

/// A named configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Preset {
    /// The recipe chosen on development data.
    #[default]
    Default,
    /// The same families with fewer flows, trained for a quarter of the steps.
    Fast,
    /// The paper's set-up taken literally: 256 dense Gaussian views, an extractor of 8 leaky-ReLU nodes trained together
    /// with one flow of 4 blocks; scores by mean −log p unless told otherwise. For studies: see docs/method.md.
    Paper,
}

impl Preset {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Default => "default",
            Preset::Fast => "fast",
            Preset::Paper => "paper",
        }
    }

    /// The kind of score it uses unless told otherwise.
    pub fn score(self) -> ScoreKind {
        match self {
            Preset::Default | Preset::Fast => ScoreKind::Calibrated,
            Preset::Paper => ScoreKind::Likelihood,
        }
    }
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
            configuration: None,
            views: None,
            active: false,
            control: false,
            score: None,
            progress: &Quiet,
        }
    }
}

/// Options of a fit; see [`Detector::builder`].
#[derive(Clone)]
pub struct DetectorBuilder<'p> {
    seed: u64,
    normal: String,
    preset: Preset,
    configuration: Option<Configuration>,
    views: Option<usize>,
    active: bool,
    control: bool,
    score: Option<ScoreKind>,
    progress: &'p dyn Progress,
}

impl std::fmt::Debug for DetectorBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DetectorBuilder")
            .field("seed", &self.seed)
            .field("normal", &self.normal)
            .field("configuration", &self.configuration())
            .finish_non_exhaustive()
    }
}

impl<'p> DetectorBuilder<'p> {
    /// Seed of every random stream (default 0).
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
    /// Label of normal rows, for tables with labels (default `"0"`; compared as numbers if both parse).
    pub fn normal(mut self, normal: impl Into<String>) -> Self {
        self.normal = normal.into();
        self
    }
    /// Named configuration.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }
    /// A configuration of one's own, instead of a preset.
    pub fn with_configuration(mut self, configuration: Configuration) -> Self {
        self.configuration = Some(configuration);
        self
    }
    /// About how many views `K`, shared out over the families.
    pub fn views(mut self, views: usize) -> Self {
        self.views = Some(views);
        self
    }
    /// Algorithm 1's active learning (default off).
    pub fn active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }
    /// The control of active learning: the same training steps without augmented samples.
    pub fn control(mut self, control: bool) -> Self {
        self.control = control;
        self
    }
    /// Kind of score (default: the preset's).
    pub fn score(mut self, score: ScoreKind) -> Self {
        self.score = Some(score);
        self
    }
    /// Receiver of progress.
    pub fn progress<'q>(self, progress: &'q dyn Progress) -> DetectorBuilder<'q> {
        DetectorBuilder { progress, ..self }
    }

    /// The configuration a fit will use.
    pub fn configuration(&self) -> Configuration {
        let preset = || Configuration::preset(self.preset, self.score.unwrap_or(self.preset.score()));
        let mut configuration = self.configuration.clone().unwrap_or_else(preset);
        if let Some(views) = self.views {
            configuration = configuration.with_views(views);
        }
        if self.active || self.control {
            configuration.active = Some(ActiveConfiguration { augment: !self.control, ..Default::default() });
        }
        configuration
    }

    /// Hash of [`Self::configuration`].
    pub fn config_hash(&self) -> String {
        self.configuration().hash()
    }

    /// Fits a model to the normal rows of `table` (all rows, if it has no labels).
    ///
    /// Cost: the training steps of the configuration, whatever the number of rows, plus one pass over the rows.
    ///
    /// # Errors
    /// [`Error::Data`] with no normal rows or fewer than [`MIN_ROWS`]; [`Error::Training`] if a likelihood becomes
    /// non-finite; [`Error::Interrupted`] if the progress receiver asks to stop.
    pub fn fit(&self, table: &Table) -> Result<Model> {
        if self.views == Some(0) {
            return Err(Error::Usage("the number of views must be at least 1".into()));
        }
        let configuration = self.configuration().covering(table.columns());
        let kept = table.require_normal_rows(&self.normal)?;
        if kept.len() < MIN_ROWS {
            let problem = format!(
                "{} training rows; at least {MIN_ROWS} normal rows are needed to fit and calibrate a detector",
                kept.len()
            );
            return Err(DataError::new(table.source(), problem).into());
        }
        let isa = Isa::detect();
        let d = table.columns();
        let values: Vec<f64> = kept.iter().flat_map(|&i| table.row(i).iter().copied()).collect();
        self.progress.begin("mapping columns", 1);
        let map = FeatureMap::fit(isa, &values, d);
        let features = map.apply(isa, &values);
        self.progress.advance(1);
        let folds = deal(kept.len(), configuration.folds, self.seed);
        let data = TrainingRows { features: &features, columns: d, folds: &folds };
        let trained = self.train(isa, &configuration, &data)?;
        let summary = Summary::of(kept.len(), &trained);
        let (families, conformal) = calibrate(&configuration, &data, trained);
        Ok(Model {
            columns: table.names().to_vec(),
            label: table.label_name().map(str::to_owned),
            normal: self.normal.clone(),
            seed: self.seed,
            summary,
            configuration,
            map,
            families,
            conformal,
            isa,
        })
    }

    /// Trains every flow of every family, the costliest first.
    fn train(
        &self,
        isa: Isa,
        configuration: &Configuration,
        data: &TrainingRows,
    ) -> Result<Vec<Vec<(ViewFlow, FlowReport)>>> {
        let mut jobs: Vec<(usize, usize)> = configuration
            .families
            .iter()
            .enumerate()
            .flat_map(|(f, family)| (0..family.flows).map(move |i| (f, i)))
            .collect();
        jobs.sort_by_key(|&(f, _)| {
            let family = &configuration.families[f];
            let width = family.features.min(data.columns) * family.units * 3 * family.hidden;
            std::cmp::Reverse(family.steps * (family.batch * width * family.blocks) as u64)
        });
        let total = jobs.iter().map(|&(f, _)| family::steps(configuration, &configuration.families[f])).sum();
        self.progress.begin("training flows", total);
        let train = |&(f, i): &(usize, usize)| {
            let trained = family::train(isa, configuration, f, i, data, self.seed, self.progress)?;
            Ok(((f, i), trained))
        };
        let mut trained: Vec<((usize, usize), (ViewFlow, FlowReport))> =
            jobs.par_iter().with_max_len(1).map(train).collect::<Result<_>>()?;
        trained.sort_by_key(|(job, _)| *job);
        let mut families: Vec<Vec<(ViewFlow, FlowReport)>> =
            configuration.families.iter().map(|_| Vec::new()).collect();
        for ((f, _), result) in trained {
            families[f].push(result);
        }
        Ok(families)
    }
}

impl Summary {
    fn of(rows: usize, trained: &[Vec<(ViewFlow, FlowReport)>]) -> Summary {
        let mean = |f: &Vec<(ViewFlow, FlowReport)>| f.iter().map(|(_, r)| r.loss).sum::<f64>() / f.len() as f64;
        let augmented = |f: &Vec<(ViewFlow, FlowReport)>| f.iter().map(|(_, r)| r.augmented).sum();
        let losses = trained.iter().map(mean).collect();
        Summary { rows, losses, augmented: trained.iter().map(augmented).collect() }
    }
}

/// The fold of each of `n` rows: a random order dealt out in turn.
fn deal(n: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut fold = vec![0; n];
    for (position, row) in permutation(&mut stream(seed, Purpose::Folds, 0, 0), n).into_iter().enumerate() {
        fold[row] = position % folds;
    }
    fold
}

/// Calibrates every family on its held-out scores; returns the families and each fold's sorted conformal
/// scores.
fn calibrate(
    configuration: &Configuration,
    data: &TrainingRows,
    trained: Vec<Vec<(ViewFlow, FlowReport)>>,
) -> (Vec<FittedFamily>, Vec<Vec<f64>>) {
    let rows_of: Vec<Vec<usize>> = (0..configuration.folds)
        .map(|fold| (0..data.folds.len()).filter(|&i| data.folds[i] == fold).collect())
        .collect();
    let mut families = Vec::new();
    // Per family and view, the scores of the rows of the view's fold.
    let mut held_out: Vec<Vec<Vec<f64>>> = Vec::new();
    for (family, results) in configuration.families.iter().zip(trained) {
        let base = data.base(family.base);
        let scores: Vec<Vec<Vec<f64>>> = results
            .par_iter()
            .map(|(flow, _)| {
                let rows = &rows_of[flow.fold];
                let density = flow.densities(base, data.columns, rows, &mut Scratch::default());
                let scores = super::model::raw_scores(configuration.score, &density);
                scores.chunks(rows.len()).map(<[f64]>::to_vec).collect()
            })
            .collect();
        let scores: Vec<Vec<f64>> = scores.into_iter().flatten().collect();
        families.push(FittedFamily {
            calibration: Calibration::fit(&scores),
            flows: results.into_iter().map(|(flow, _)| flow).collect(),
        });
        held_out.push(scores);
    }
    let conformal = (0..configuration.folds)
        .map(|fold| {
            if !configuration.leaves_out(fold) {
                return Vec::new();
            }
            let mut scores = super::model::fold_scores(configuration, &families, &held_out, fold, rows_of[fold].len());
            scores.sort_by(f64::total_cmp);
            scores
        })
        .collect();
    (families, conformal)
}
