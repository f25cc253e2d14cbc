//! Fitting: from normal cases to a [`Model`].
//!
//! Steps: leave out cases that are not normal; assign the others to folds; fit the encoder, which makes blocks of features;
//! train the flows of all families in parallel, each without its fold; calibrate every view on its held-out fold; score
//! every training case by the flows that never saw it, for p-values.

use std::sync::Arc;

use nafal_kernels::Isa;
use rayon::prelude::*;

use super::configuration::{ActiveConfiguration, Configuration, Experts, MOST_VIEWS, Preset, ScoreKind};
use super::experts::{
    Expert, OutOfFold, Trained, TrainingData, block_width, check_room, held_by, most_columns, scores_of, train,
    training_cost, training_steps,
};
use super::model::{Model, Summary};
use super::panel::{MadeCases, Origin, calibrate};
use crate::data::{Dataset, Kind, Reading};
use crate::encode::{Held, Plan};
use crate::error::{Bounds, DataError, Error, Result};
use crate::progress::{Progress, Quiet};
use crate::random::{Key, permutation, stream};

/// Fewest training cases a detector accepts.
pub const MIN_ROWS: usize = 8;

/// Entry point: `Detector::builder()`.
#[derive(Debug)]
pub struct Detector;

impl Detector {
    /// A builder with the default configuration.
    pub fn builder() -> DetectorBuilder<'static> {
        DetectorBuilder {
            seed: 0,
            normals: vec!["0".into()],
            every_case: false,
            preset: Preset::Default,
            experts: Experts::Panel,
            members: Vec::new(),
            configuration: None,
            steps: None,
            views: None,
            robust: false,
            drawn_from: None,
            no_training_rows: false,
            impute: false,
            windows: false,
            reading: Reading::default(),
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
    /// Whether every case is normal, whatever its label.
    every_case: bool,
    preset: Preset,
    experts: Experts,
    members: Vec<String>,
    configuration: Option<Configuration>,
    steps: Option<u64>,
    views: Option<usize>,
    robust: bool,
    drawn_from: Option<usize>,
    no_training_rows: bool,
    impute: bool,
    windows: bool,
    reading: Reading,
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
            .field("preset", &self.preset)
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
    /// Every case counts as normal, whatever its label.
    pub(super) fn every_case(mut self) -> Self {
        self.every_case = true;
        self
    }
    /// Which experts: the panel, or flows alone.
    pub fn experts(mut self, experts: Experts) -> Self {
        self.experts = experts;
        self
    }
    /// The scores that make up the panel, by their names ([`PanelMember::name`](super::PanelMember::name)), instead of a
    /// selection.
    pub fn members(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.members = names.into_iter().map(Into::into).collect();
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
    /// That configuration as it is, whatever else the builder was told of experts, steps, views, scores and active learning.
    pub(super) fn exactly(mut self, configuration: Configuration) -> Self {
        (self.members, self.steps, self.views, self.score) = (Vec::new(), None, None, None);
        (self.active, self.control, self.no_training_rows) = (false, false, false);
        self.with_configuration(configuration)
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
    /// Whether some training cases may be anomalies: the most unusual ones are left out before anything else is fitted, and
    /// calibrate p-values all the same (default off: clean training cases are worth learning from). A configuration of one's
    /// own says so itself.
    pub fn robust(mut self, robust: bool) -> Self {
        self.robust = robust;
        self
    }
    /// The cases given are a sample of so many ([`Model::drawn_from`]).
    pub fn drawn_from(mut self, cases: usize) -> Self {
        self.drawn_from = Some(cases);
        self
    }
    /// Whether the model must hold no training case (default off: neighbours stand for election, and hold some). Then only
    /// experts that keep none do; of series, flows alone. Values of single columns may still be held ([`Model::holds`]).
    /// [`Model::explain`] then has no rows to take normal values from.
    pub fn no_training_rows(mut self, none: bool) -> Self {
        self.no_training_rows = none;
        self
    }
    /// Whether cells of a table may be missing (NaN): they are filled in from the others, as learned from the training rows
    /// (default off: a missing cell is an error).
    pub fn impute(mut self, impute: bool) -> Self {
        self.impute = impute;
        self
    }
    /// Whether the series are windows of one length, cut from a log: they are known by figures of their course (level, slope, noise,
    /// rhythm, …), which the configuration for tables looks at.
    pub fn windows(mut self, windows: bool) -> Self {
        self.windows = windows;
        self
    }
    /// How the training file was read, which the model remembers for the files that it scores: its dialect, and the columns that
    /// say what a row is called.
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
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

    /// The configuration a fit to data of the kind `kind` will use: the one of one's own or else the preset's, with the
    /// builder's steps, views, kind of score and active learning. Flows, noise and steps may still follow the number of
    /// cases and columns.
    ///
    /// # Errors
    /// [`Error::Usage`] for a preset that the kind does not have, a configuration for another kind or with numbers that make
    /// no sense ([`Configuration::check`]), or given experts that keep training rows where none shall be held.
    pub fn configuration(&self, kind: Kind) -> Result<Configuration> {
        let mut configuration = match &self.configuration {
            Some(own) if own.kind() != kind => {
                let problem = format!(
                    "the configuration is for data of the kind {}, and these are {kind}; take one for {kind}",
                    own.kind()
                );
                return Err(Error::Usage(problem));
            }
            Some(own) => own.clone(),
            None => {
                let experts = if self.members.is_empty() { self.experts } else { Experts::All };
                let preset = if self.robust { Configuration::robust } else { Configuration::preset };
                match self.windows && kind == Kind::Series {
                    true => preset(Kind::Table, experts, self.preset)?.of_windows(),
                    false => preset(kind, experts, self.preset)?,
                }
            }
        };
        configuration.score = self.score.unwrap_or(configuration.score);
        if !self.members.is_empty() {
            configuration = configuration.with_members(&self.members, scores_of)?;
        }
        if self.no_training_rows {
            configuration = configuration.without_training_rows(|learner| held_by(learner) == Held::Cases)?;
        }
        if let Some(steps) = self.steps {
            configuration = configuration.with_steps(steps);
        }
        if let Some(views) = self.views {
            Bounds(String::new()).size("number of views", views, 1..=MOST_VIEWS)?;
            configuration = configuration.with_views(views);
        }
        if self.impute {
            let series = || Error::Usage("series have no missing cells to fill in from others; leave that out".into());
            configuration.encoder = configuration.encoder.imputing().ok_or_else(series)?;
        }
        configuration.active = self.active_learning();
        configuration.check()?;
        Ok(configuration)
    }

    /// The active learning a fit will do, if any.
    pub fn active_learning(&self) -> Option<ActiveConfiguration> {
        let wanted = self.active || self.control;
        let ours = wanted.then(|| ActiveConfiguration { augment: !self.control, ..Default::default() });
        ours.or(self.configuration.as_ref().and_then(|c| c.active))
    }

    /// Fits a model to the normal cases of a table or of a set of series (all cases, if there are no labels).
    ///
    /// Works in rayon's current pool of threads; see the crate's documentation for systems that limit them.
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
        // Before anything is asked of the data, which may be large.
        let configuration = self.configuration(cases.kind())?;
        actives.iter().flatten().try_for_each(ActiveConfiguration::check)?;
        configuration.learners.iter().try_for_each(OutOfFold::check)?;
        let normal: Vec<usize> =
            if self.every_case { (0..cases.len()).collect() } else { cases.require_normal(&self.normals)? };
        if normal.len() < MIN_ROWS {
            let words = if self.windows { "windows" } else { cases.kind().cases() };
            let problem = format!(
                "{} training {words}, and at least {MIN_ROWS} normal {words} are needed to fit and calibrate a detector; add some",
                normal.len()
            );
            return Err(DataError::new(cases.source(), problem).into());
        }
        let isa = Isa::detect();
        let kept = self.usual(&configuration, cases, normal.clone())?;
        let configuration = configuration.for_rows(kept.len());
        let folds = assign_folds(kept.len(), configuration.folds, self.seed);
        self.progress.begin(configuration.encoder.stage(), 1);
        let (encoder, features) = configuration.encoder.fit(cases, &self.plan(&configuration, &kept, &folds))?;
        self.progress.advance(1);
        let widest = encoder.widths().iter().copied().max().unwrap_or(0);
        let configuration = configuration
            .covering(|family| block_width(family, &*encoder))?
            .electing(|learner| most_columns(learner) >= widest);
        configuration.check()?;
        check_room(&configuration.families, &*encoder)?;
        let data = TrainingData { features: &features, folds: &folds, encoder: &*encoder };
        let trained = self.train(isa, &configuration, actives, &data)?;
        let learners = self.learn(&configuration, &data)?;
        let made = match &configuration.selection {
            Some(selection) => Some(MadeCases::make(selection, cases, &kept, configuration.folds, &data, self.seed)?),
            None => None,
        };
        let model = |(&active, trained): (&Option<ActiveConfiguration>, Vec<Vec<Trained>>)| {
            let configuration = Configuration { active, ..configuration.clone() };
            let left_out = normal.len() - kept.len();
            let summary = Summary::of(kept.len(), left_out, self.drawn_from, &trained);
            let family = |(f, flows)| (Origin::Family(f), Arc::new(Trained::family(flows)) as Arc<dyn Expert>);
            let experts = trained.into_iter().enumerate().map(family).chain(learners.clone()).collect();
            let (experts, conformal) = calibrate(&configuration, &data, experts, made.as_ref());
            let mut looked_at = vec![false; encoder.widths().len()];
            experts.iter().flat_map(|e| e.expert.blocks()).for_each(|block| looked_at[block] = true);
            let (encoder, normals, seed) = (encoder.keeping(&looked_at), self.normals.clone(), self.seed);
            let reading = self.reading.clone();
            let reference = None;
            let model =
                Model { encoder, normals, seed, reading, summary, configuration, experts, conformal, reference };
            model.calibrated_by(cases, &normal, &kept)?.referring_to(cases, &kept, !self.no_training_rows)
        };
        actives.iter().zip(trained).map(model).collect()
    }

    /// Fits every learner without each fold.
    fn learn(&self, configuration: &Configuration, data: &TrainingData) -> Result<Vec<(Origin, Arc<dyn Expert>)>> {
        let learn = |(number, settings)| {
            let expert = OutOfFold::fit(settings, number, configuration.folds, data, self.seed)?;
            Ok((Origin::Learner(number), Arc::new(expert) as Arc<dyn Expert>))
        };
        configuration.learners.par_iter().enumerate().map(learn).collect()
    }

    /// What the encoder is asked for.
    fn plan<'a>(&self, configuration: &Configuration, kept: &'a [usize], folds: &'a [usize]) -> Plan<'a> {
        let (views, run, features) = configuration.blocks_of_views();
        Plan { kept, folds, fold_count: configuration.folds, views, run, features, seed: self.seed }
    }

    /// Trains every flow of every family, the costliest first: `[active][family][flow]`.
    fn train(
        &self,
        isa: Isa,
        configuration: &Configuration,
        actives: &[Option<ActiveConfiguration>],
        data: &TrainingData,
    ) -> Result<Vec<Vec<Vec<Trained>>>> {
        let mut jobs: Vec<(usize, usize)> = configuration
            .families
            .iter()
            .enumerate()
            .flat_map(|(f, family)| (0..family.flows).map(move |i| (f, i)))
            .collect();
        let widths: Vec<usize> =
            configuration.families.iter().map(|f| block_width(f, data.encoder)).collect::<Result<_>>()?;
        jobs.sort_by_key(|&(f, _)| std::cmp::Reverse(training_cost(&configuration.families[f], widths[f])));
        let total = jobs.iter().map(|&(f, _)| training_steps(&configuration.families[f], actives)).sum();
        self.progress.begin("training flows", total);
        let train =
            |&job: &(usize, usize)| Ok((job, train(isa, configuration, actives, job, data, self.seed, self.progress)?));
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

/// The fold of each of `n` cases: a random order, taken in turn.
fn assign_folds(n: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut fold = vec![0; n];
    for (position, row) in permutation(&mut stream(seed, Key::Folds), n).into_iter().enumerate() {
        fold[row] = position % folds;
    }
    fold
}
