//! Fitting: from normal rows or series to a [`Model`].
//!
//! Steps: leave out cases that are not normal; deal the others into folds; map every column of a table to a normal shape,
//! or learn the encoder of series; train the flows of all families in parallel, each without its fold; calibrate every
//! view on its held-out fold; score every training row by the flows that never saw it, for p-values.

use nafal_kernels::Isa;
use rayon::prelude::*;

use super::calibration::Calibration;
use super::configuration::{ActiveConfiguration, Configuration};
use super::family::{self, Trained, TrainingRows};
use super::model::{FittedFamily, Model, Summary};
use super::schema::Schema;
use crate::data::{Dataset, Kind};
use crate::error::{DataError, Error, Result};
use crate::flow::Scratch;
use crate::progress::{Progress, Quiet};
use crate::random::{Purpose, permutation, stream};

/// The kind of score of series unless told otherwise.
const SERIES_SCORE: ScoreKind = ScoreKind::Likelihood;

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
            normals: vec!["0".into()],
            preset: Preset::Default,
            configuration: None,
            steps: None,
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
    normals: Vec<String>,
    preset: Preset,
    configuration: Option<Configuration>,
    steps: Option<u64>,
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
            .field("normals", &self.normals)
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
    /// Label of normal cases, for data with labels (default `"0"`; compared as numbers if both parse).
    pub fn normal(self, normal: impl Into<String>) -> Self {
        self.normals([normal])
    }
    /// Labels of normal cases, if there are several.
    pub fn normals(mut self, normals: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.normals = normals.into_iter().map(Into::into).collect();
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
    /// Training steps of every flow, and of an extractor that is trained.
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = Some(steps);
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

    /// The configuration a fit to a table will use.
    pub fn configuration(&self) -> Configuration {
        self.adjusted(Configuration::preset(self.preset, self.score.unwrap_or(self.preset.score())))
    }

    /// The configuration a fit to series will use; noise and steps still follow the number of series.
    pub fn series_configuration(&self) -> Configuration {
        self.adjusted(Configuration::series(self.preset, self.score.unwrap_or(SERIES_SCORE)))
    }

    /// The configuration of one's own or else `preset`, with the builder's steps, views and active learning.
    fn adjusted(&self, preset: Configuration) -> Configuration {
        let mut configuration = self.configuration.clone().unwrap_or(preset);
        if let Some(steps) = self.steps {
            configuration = configuration.with_steps(steps);
        }
        if let Some(views) = self.views {
            configuration = configuration.with_views(views);
        }
        configuration.active = self.active_learning();
        configuration
    }

    /// The active learning a fit will do, if any.
    pub fn active_learning(&self) -> Option<ActiveConfiguration> {
        let wanted = self.active || self.control;
        let ours = wanted.then(|| ActiveConfiguration { augment: !self.control, ..Default::default() });
        ours.or(self.configuration.as_ref().and_then(|c| c.active))
    }

    /// Hash of [`Self::configuration`].
    pub fn config_hash(&self) -> String {
        self.configuration().hash()
    }

    /// Fits a model to the normal cases of a table or of a set of series (all cases, if there are no labels).
    ///
    /// Cost: the training steps of the configuration, whatever the number of rows, plus one pass over the rows; for series
    /// the steps grow with their number.
    ///
    /// # Errors
    /// [`Error::Data`] with no normal cases or fewer than [`MIN_ROWS`]; [`Error::Training`] if a likelihood becomes
    /// non-finite; [`Error::Usage`] for the paper's preset with series; [`Error::Interrupted`] if the progress receiver
    /// asks to stop.
    pub fn fit(&self, cases: &dyn Dataset) -> Result<Model> {
        let mut models = self.fit_each(cases, &[self.active_learning()])?;
        Ok(models.pop().expect("a model for the one kind of active learning"))
    }

    /// One model for each kind of active learning in `actives`, in place of the builder's own. They share everything up to
    /// the first round and are, bit for bit, the models that separate fits would give.
    ///
    /// # Errors
    /// As [`DetectorBuilder::fit`].
    pub fn fit_each(&self, cases: &dyn Dataset, actives: &[Option<ActiveConfiguration>]) -> Result<Vec<Model>> {
        if self.views == Some(0) {
            return Err(Error::Usage("the number of views must be at least 1".into()));
        }
        let kept = cases.require_normal(&self.normals)?;
        if kept.len() < MIN_ROWS {
            let problem = format!(
                "{} training rows; at least {MIN_ROWS} normal rows are needed to fit and calibrate a detector",
                kept.len()
            );
            return Err(DataError::new(cases.source(), problem).into());
        }
        let isa = Isa::detect();
        let (configuration, folds, schema, features) = match cases.kind() {
            Kind::Table => {
                let table = cases.expect::<crate::data::Table>(Kind::Table)?;
                self.progress.begin("mapping columns", 1);
                let configuration = self.configuration().covering(table.columns()).for_rows(kept.len());
                let (schema, features) = Schema::of_table(isa, table, &kept);
                let folds = deal(kept.len(), configuration.folds, self.seed);
                (configuration, folds, schema, features)
            }
            Kind::Series => {
                let set = cases.expect::<crate::data::SeriesSet>(Kind::Series)?;
                if self.preset == Preset::Paper {
                    return Err(Error::Usage(
                        "the preset `paper` is for tables; series have `default` and `fast`".into(),
                    ));
                }
                self.progress.begin("encoding series", 1);
                let mut configuration = self.series_configuration().for_rows(kept.len());
                let folds = deal(kept.len(), configuration.folds, self.seed);
                let (schema, features) = Schema::of_series(set, &kept, &folds, &mut configuration, self.seed)?;
                (configuration, folds, schema, features)
            }
        };
        self.progress.advance(1);
        let data = TrainingRows { features: &features, columns: schema.width(), folds: &folds };
        let trained = self.train(isa, &configuration, actives, &data)?;
        let model = |(&active, trained): (&Option<ActiveConfiguration>, Vec<Vec<Trained>>)| {
            let configuration = Configuration { active, ..configuration.clone() };
            let summary = Summary::of(kept.len(), &trained);
            let (families, conformal) = calibrate(&configuration, &data, trained);
            let (schema, normals, seed) = (schema.clone(), self.normals.clone(), self.seed);
            Model { schema, normals, seed, summary, configuration, families, conformal, isa }
        };
        Ok(actives.iter().zip(trained).map(model).collect())
    }

    /// Trains every flow of every family, the costliest first: `[active][family][flow]`.
    fn train(
        &self,
        isa: Isa,
        configuration: &Configuration,
        actives: &[Option<ActiveConfiguration>],
        data: &TrainingRows,
    ) -> Result<Vec<Vec<Vec<Trained>>>> {
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
        let total = jobs.iter().map(|&(f, _)| family::steps(&configuration.families[f], actives)).sum();
        self.progress.begin("training flows", total);
        let train = |&(f, i): &(usize, usize)| {
            let trained = family::train(isa, configuration, actives, f, i, data, self.seed, self.progress)?;
            Ok(((f, i), trained))
        };
        let mut trained: Vec<((usize, usize), Vec<Trained>)> =
            jobs.par_iter().with_max_len(1).map(train).collect::<Result<_>>()?;
        trained.sort_by_key(|(job, _)| *job);
        let families: Vec<Vec<Trained>> = configuration.families.iter().map(|_| Vec::new()).collect();
        let mut by_active = vec![families; actives.len()];
        for ((f, _), results) in trained {
            by_active.iter_mut().zip(results).for_each(|(families, result)| families[f].push(result));
        }
        Ok(by_active)
    }
}

impl Summary {
    fn of(rows: usize, trained: &[Vec<Trained>]) -> Summary {
        let mean = |f: &Vec<Trained>| f.iter().map(|(_, r)| r.loss).sum::<f64>() / f.len() as f64;
        let augmented = |f: &Vec<Trained>| f.iter().map(|(_, r)| r.augmented).sum();
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
    trained: Vec<Vec<Trained>>,
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
