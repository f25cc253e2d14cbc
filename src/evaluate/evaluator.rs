//! Every method on every task of a data set, seed by seed: fit on normal cases, score the others, all metrics.
//!
//! Methods that are ours and share a configuration are fitted together, bit for bit as apart. A deterministic method is
//! run once where the split does not depend on the seed, and stands for every seed. Detectors that do not scale columns
//! themselves see standardised ones (of tables; series are never scaled).

use std::time::Instant;

use super::Method;
use super::metrics::{auroc, average_precision, f1, f1_at_true_ratio};
use super::protocol::Task;
use super::results::{Dataset, Failure, Record, Results, Run, Sink, summarise};
use crate::data::{self, Kind};
use crate::detect::{ActiveConfiguration, Detector, Experts, Fitted, Preset};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// What stays the same over the data sets of an experiment.
#[derive(Clone)]
pub struct Evaluator<'a> {
    /// The experiment, such as `table1`.
    pub table: &'static str,
    /// Methods in the order wanted; all that take the data if empty.
    pub methods: Vec<Method>,
    /// Seeds `0..seeds`.
    pub seeds: u64,
    /// The level of F1 at a p-value threshold.
    pub alpha: f64,
    /// The preset of detectors that have presets.
    pub preset: Preset,
    /// Hash of our configuration, which all methods but variants have or stand beside.
    pub config: String,
    /// Receiver of progress.
    pub progress: &'a dyn Progress,
}

/// A data set to evaluate on.
pub struct Suite<'a> {
    /// Its name.
    pub dataset: &'a str,
    /// Sizes and what was done to the cases, for people.
    pub description: String,
    /// What a case is.
    pub kind: Kind,
    /// How its cases were split, in results.
    pub split: &'a str,
    /// Its tasks.
    pub tasks: Tasks<'a>,
}

/// The tasks of a data set.
pub enum Tasks<'a> {
    /// One, whose split follows from the seed.
    Seeded(&'a dyn Fn(u64) -> Result<Task>),
    /// Tasks with the same split for every seed.
    Fixed(&'a [Task]),
}

/// What a fitted method gave for a task's test cases, and the seconds of fitting and scoring.
#[derive(Clone)]
struct Scores {
    scores: Vec<f64>,
    p_values: Option<Vec<f64>>,
    fit_s: f64,
    score_s: f64,
}

impl Evaluator<'_> {
    /// Fits and scores every method on every task for every seed, and gives `sink` the data set, each run and then the
    /// results.
    ///
    /// # Errors
    /// [`Error::Usage`] for a method that does not take the data, before `sink` got anything; [`Error::Interrupted`], and what a fit or the sink
    /// fails with; but a training of a variant that fails, such as the paper's joint loss running away, is recorded and
    /// left out.
    pub fn evaluate(&self, suite: &Suite, sink: &mut dyn Sink) -> Result<(Results, Vec<Run>)> {
        let methods = Method::choose(&self.methods, suite.kind)?;
        let (table, name) = (self.table.into(), suite.dataset.into());
        sink.record(&Record::Dataset(Dataset { table, name, description: suite.description.clone() }))?;
        let mut runs = Vec::new();
        match suite.tasks {
            Tasks::Seeded(task) => {
                for seed in 0..self.seeds {
                    self.run(suite, &methods, &task(seed)?, seed, &mut Vec::new(), sink, &mut runs)?;
                }
            }
            Tasks::Fixed(tasks) => {
                for task in tasks {
                    let mut deterministic = Vec::new();
                    for seed in 0..self.seeds {
                        self.run(suite, &methods, task, seed, &mut deterministic, sink, &mut runs)?;
                    }
                }
            }
        }
        let results = summarise(&runs);
        sink.record(&Record::Results(results.clone()))?;
        Ok((results, runs))
    }

    /// Every method on one task with one seed. `deterministic` holds the scores of deterministic methods on the same task
    /// with earlier seeds.
    fn run(
        &self,
        suite: &Suite,
        methods: &[Method],
        task: &Task,
        seed: u64,
        deterministic: &mut Vec<(Method, Scores)>,
        sink: &mut dyn Sink,
        runs: &mut Vec<Run>,
    ) -> Result<()> {
        let ours = self.fit_together(suite, task, methods, seed)?;
        for &method in methods {
            self.begin(suite, task, method, seed)?;
            let known = ours.iter().chain(&*deterministic).find(|(m, _)| *m == method);
            let scores =
                match known.map(|(_, scores)| Ok(scores.clone())).unwrap_or_else(|| self.fit(task, method, seed)) {
                    Err(Error::Training(message)) if method.configuration().is_some() => {
                        sink.record(&Record::Failure(self.failure(suite, task, method, seed, message)))?;
                        continue;
                    }
                    scores => scores?,
                };
            for run in self.values(suite, task, method, seed, &scores)? {
                sink.record(&Record::Run(run.clone()))?;
                runs.push(run);
            }
            if !method.is_random() && seed == 0 {
                deterministic.push((method, scores));
            }
        }
        Ok(())
    }

    /// Tells what comes next.
    fn begin(&self, suite: &Suite, task: &Task, method: Method, seed: u64) -> Result<()> {
        self.progress.begin(&format!("{} {} {}: {method}, seed {seed}", self.table, suite.dataset, task.name), 1);
        if self.progress.cancelled() { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Those of our methods that share a configuration, from one fit: they share all training before the first round of
    /// active learning. Each is charged an equal part of the fit's time.
    fn fit_together(&self, suite: &Suite, task: &Task, methods: &[Method], seed: u64) -> Result<Vec<(Method, Scores)>> {
        let sharing = |&method: &Method| Some((method, method.active_learning(self.preset)?));
        let (ours, actives): (Vec<Method>, Vec<Option<ActiveConfiguration>>) =
            methods.iter().filter_map(sharing).unzip();
        let [first, ..] = ours[..] else { return Ok(Vec::new()) };
        self.begin(suite, task, first, seed)?;
        let builder =
            Detector::builder().experts(Experts::Flows).preset(self.preset).seed(seed).progress(self.progress);
        let started = Instant::now();
        let models = builder.fit_each(task.raw.train(false), &actives)?;
        let fit_s = started.elapsed().as_secs_f64() / models.len() as f64;
        ours.into_iter()
            .zip(models)
            .map(|(method, model)| Ok((method, score(&model, &*task.raw.test, fit_s)?)))
            .collect()
    }

    /// One fit and one scoring.
    fn fit(&self, task: &Task, method: Method, seed: u64) -> Result<Scores> {
        let detector = method.detector(self.preset);
        let cases = if detector.scales_itself() { &task.raw } else { &task.scaled };
        let started = Instant::now();
        let fitted = detector.fit(cases.train(detector.needs_repeats()), seed, self.progress)?;
        score(&*fitted, &*cases.test, started.elapsed().as_secs_f64())
    }

    /// One run a metric.
    fn values(&self, suite: &Suite, task: &Task, method: Method, seed: u64, scores: &Scores) -> Result<Vec<Run>> {
        let p_values = scores.p_values.as_ref().map(|p| task.expand(p));
        let values = metrics(&task.labels, &task.expand(&scores.scores), p_values.as_deref(), self.alpha)?;
        let run = |(metric, value)| Run {
            table: self.table.into(),
            dataset: suite.dataset.into(),
            task: task.name.clone(),
            method,
            metric,
            seed,
            split: suite.split.into(),
            value,
            fit_s: scores.fit_s,
            score_s: scores.score_s,
            config: self.config(method),
        };
        Ok(values.into_iter().map(run).collect())
    }

    fn failure(&self, suite: &Suite, task: &Task, method: Method, seed: u64, message: String) -> Failure {
        Failure {
            table: self.table.into(),
            dataset: suite.dataset.into(),
            task: task.name.clone(),
            method,
            seed,
            split: suite.split.into(),
            message,
            config: self.config(method),
        }
    }

    /// Hash of a variant's own configuration, or of the experiment's.
    fn config(&self, method: Method) -> String {
        method.configuration().map_or_else(|| self.config.clone(), |configuration| configuration.hash())
    }
}

fn score(fitted: &dyn Fitted, test: &dyn data::Dataset, fit_s: f64) -> Result<Scores> {
    let started = Instant::now();
    let (scores, p_values) = fitted.score_with_p_values(test)?;
    Ok(Scores { scores, p_values, fit_s, score_s: started.elapsed().as_secs_f64() })
}

/// All metrics of scores, and of p-values if there are any, against labels (`true` is an anomaly).
fn metrics(labels: &[bool], scores: &[f64], p_values: Option<&[f64]>, alpha: f64) -> Result<Vec<(&'static str, f64)>> {
    let mut values = vec![
        ("f1_at_true_ratio", f1_at_true_ratio(labels, scores)?),
        ("auroc", auroc(labels, scores)?),
        ("average_precision", average_precision(labels, scores)?),
    ];
    if let Some(p_values) = p_values {
        let flags: Vec<bool> = p_values.iter().map(|&p| p <= alpha).collect();
        values.push(("f1_at_alpha", f1(labels, &flags)?));
    }
    Ok(values)
}
