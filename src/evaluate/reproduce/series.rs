//! Tables 2 and 3: series of some classes are normal, the archive's own split, AUROC as a mean over classes.

use std::time::Instant;

use super::record::{Dataset, Record, Results, Run, Sink};
use super::runner::metrics;
use super::{Options, summarise};
use crate::detect::{DetectorBuilder, Model};
use crate::error::{Error, Result};
use crate::evaluate::Method;
use crate::evaluate::series::{ARCHIVE, Archive, NormalClasses, SeriesTask};
use crate::progress::{Progress, Quiet};

/// The task that stands for all classes: the mean over them, seed by seed.
pub const MEAN: &str = "mean";

/// Seeds unless told otherwise.
const SEEDS: u64 = 3;

/// Runs the data sets that `options` ask for.
pub fn run(
    table: &'static str,
    normals: NormalClasses,
    options: &Options,
    builder: &DetectorBuilder,
    progress: &dyn Progress,
    sink: &mut dyn Sink,
) -> Result<()> {
    let normals = options.normals.map_or(normals, NormalClasses::Count);
    let methods = options.methods(&Method::OF_SERIES);
    if let Some(method) = methods.iter().find(|m| !Method::OF_SERIES.contains(m)) {
        return Err(Error::Usage(format!("the method `{method}` is for tables: use it with table1 or dev")));
    }
    let config = builder.series_configuration().hash();
    let builder = builder.clone().progress(progress);
    let seeds = options.seeds.unwrap_or(SEEDS);
    let mut all = Vec::new();
    for name in options.datasets(&ARCHIVE)? {
        let archive = Archive::read(&options.data, name)?;
        let tasks = archive.tasks(normals)?;
        describe(table, &archive, &tasks, sink)?;
        let judge = Judge { table, dataset: name, methods: &methods, seeds, alpha: options.alpha, config: &config };
        let results = summarise_classes(&judge.runs(&tasks, &builder, progress, sink)?, tasks.len());
        sink.record(&Record::Results(results.clone()))?;
        all.push(results);
    }
    sink.record(&Record::Overview(all))
}

fn describe(table: &str, archive: &Archive, tasks: &[SeriesTask], sink: &mut dyn Sink) -> Result<()> {
    let sizes: Vec<usize> = tasks.iter().map(|t| t.train.len()).collect();
    let description = format!(
        "{} classes, {} channels of up to {} steps; {} to {} training series, {} test series",
        archive.classes.len(),
        archive.train.channels(),
        archive.train.longest(),
        sizes.iter().min().unwrap_or(&0),
        sizes.iter().max().unwrap_or(&0),
        archive.test.len()
    );
    sink.record(&Record::Dataset(Dataset { table: table.into(), name: archive.name.clone(), description }))
}

/// What stays the same over the tasks of a data set.
struct Judge<'a> {
    table: &'static str,
    dataset: &'a str,
    methods: &'a [Method],
    seeds: u64,
    alpha: f64,
    config: &'a str,
}

/// Scores and p-values, and the seconds of fitting and scoring.
#[derive(Clone)]
struct Judged {
    scores: Vec<f64>,
    p_values: Option<Vec<f64>>,
    seconds: [f64; 2],
}

impl Judge<'_> {
    /// Every method on every task, seed by seed; a method without a random part is run once and stands for every seed.
    fn runs(
        &self,
        tasks: &[SeriesTask],
        builder: &DetectorBuilder,
        progress: &dyn Progress,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Run>> {
        let mut runs: Vec<Run> = Vec::new();
        for task in tasks {
            let mut certain: Vec<(Method, Judged)> = Vec::new();
            for seed in 0..self.seeds {
                let ours = self.ours(task, builder, seed, progress)?;
                for &method in self.methods {
                    self.begin(task, method.name(), seed, progress)?;
                    let known = |judged: &[(Method, Judged)]| judged.iter().find(|(m, _)| *m == method).cloned();
                    let judged = match known(&ours).or_else(|| known(&certain)) {
                        Some((_, judged)) => judged,
                        None => judge(task, method, builder, seed)?,
                    };
                    for run in self.values(task, method, seed, &judged)? {
                        sink.record(&Record::Run(run.clone()))?;
                        runs.push(run);
                    }
                    if !method.is_random() && seed == 0 {
                        certain.push((method, judged));
                    }
                }
            }
        }
        Ok(runs)
    }

    /// Says what comes next.
    fn begin(&self, task: &SeriesTask, what: &str, seed: u64, progress: &dyn Progress) -> Result<()> {
        let (table, dataset) = (self.table, self.dataset);
        progress.begin(&format!("{table} {dataset} {}: {what}, seed {seed}", task.name), 1);
        if progress.cancelled() { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// The variants of our detector among the methods, from one fit: they share the encoder and all training before the
    /// first round of active learning. Each is charged an equal part of the fit's time.
    fn ours(
        &self,
        task: &SeriesTask,
        builder: &DetectorBuilder,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Vec<(Method, Judged)>> {
        let variant = |&method: &Method| Some((method, method.ours(builder)?.active_learning()));
        let (methods, actives): (Vec<Method>, Vec<_>) = self.methods.iter().filter_map(variant).unzip();
        let [first, ..] = methods[..] else { return Ok(Vec::new()) };
        self.begin(task, first.name(), seed, progress)?;
        let started = Instant::now();
        // The training series are the normal ones already; the detector must not see labels.
        let models = builder.clone().seed(seed).fit_each(&task.train.clone().without_labels(), &actives)?;
        let fit_s = started.elapsed().as_secs_f64() / models.len() as f64;
        let judge = |(method, model): (Method, Model)| {
            let started = Instant::now();
            let (scores, p_values) = model.score_with_p_values(&task.test)?;
            let seconds = [fit_s, started.elapsed().as_secs_f64()];
            Ok((method, Judged { scores, p_values: Some(p_values), seconds }))
        };
        methods.into_iter().zip(models).map(judge).collect()
    }

    fn values(&self, task: &SeriesTask, method: Method, seed: u64, judged: &Judged) -> Result<Vec<Run>> {
        let values = metrics(&task.labels, &judged.scores, judged.p_values.as_deref(), self.alpha)?;
        let run = |(metric, value)| Run {
            table: self.table.into(),
            dataset: self.dataset.into(),
            task: task.name.clone(),
            method,
            metric,
            seed,
            split: "archive".into(),
            value,
            fit_s: judged.seconds[0],
            score_s: judged.seconds[1],
            config: self.config.into(),
        };
        Ok(values.into_iter().map(run).collect())
    }
}

/// One fit and one scoring of a method that is not ours.
fn judge(task: &SeriesTask, method: Method, builder: &DetectorBuilder, seed: u64) -> Result<Judged> {
    let started = Instant::now();
    let fitted = method.detector(builder)?.fit(&task.train, seed, &Quiet)?;
    let fit_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let scores = fitted.score(&task.test)?;
    Ok(Judged { scores, p_values: None, seconds: [fit_s, started.elapsed().as_secs_f64()] })
}

/// The results of the mean over the classes, and behind them the summaries of each class.
fn summarise_classes(runs: &[Run], classes: usize) -> Results {
    let mut means: Vec<Run> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let share = 1.0 / classes as f64;
    for run in runs {
        if !names.contains(&run.task.as_str()) {
            names.push(&run.task);
        }
        let same = |m: &&mut Run| m.method == run.method && m.metric == run.metric && m.seed == run.seed;
        match means.iter_mut().find(same) {
            Some(mean) => {
                mean.value += run.value * share;
                mean.fit_s += run.fit_s * share;
                mean.score_s += run.score_s * share;
            }
            None => means.push(Run {
                task: MEAN.into(),
                value: run.value * share,
                fit_s: run.fit_s * share,
                score_s: run.score_s * share,
                ..run.clone()
            }),
        }
    }
    let mut results = summarise(&means);
    for name in names {
        let of_class: Vec<Run> = runs.iter().filter(|r| r.task == name).cloned().collect();
        results.summaries.extend(summarise(&of_class).summaries);
    }
    results
}
