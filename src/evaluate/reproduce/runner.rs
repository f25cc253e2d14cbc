//! Every method on every seed's split of one data set after the other.

use std::time::Instant;

use super::record::{Failure, Record, Results, Run, Sink};
use super::{Options, summarise};
use crate::detect::DetectorBuilder;
use crate::error::{Error, Result};
use crate::evaluate::Method;
use crate::evaluate::metrics::{auroc, average_precision, f1, f1_at_true_ratio};
use crate::evaluate::protocol::Task;
use crate::progress::{Progress, Quiet};

/// What stays the same over the data sets of an experiment.
pub struct Runner<'a> {
    table: &'static str,
    methods: Vec<Method>,
    seeds: u64,
    alpha: f64,
    builder: DetectorBuilder<'a>,
    progress: &'a dyn Progress,
}

/// The one task of a table.
const TASK: &str = "one-class";

/// A task as it is and standardised.
struct Prepared {
    raw: Task,
    standardised: Task,
}

impl<'a> Runner<'a> {
    /// A runner for the methods and seeds of `options`.
    pub fn new(
        table: &'static str,
        options: &Options,
        default_seeds: u64,
        builder: &DetectorBuilder<'_>,
        progress: &'a dyn Progress,
    ) -> Runner<'a> {
        Runner {
            table,
            methods: options.methods(&Method::OF_TABLES),
            seeds: options.seeds.unwrap_or(default_seeds),
            alpha: options.alpha,
            builder: builder.clone().progress(progress),
            progress,
        }
    }

    /// Fits and judges every method on `task(seed)` for every seed, and tells `sink` each run and then the results.
    ///
    /// A training that fails ends the experiment; but that of a variant, such as the paper's joint loss running away, is
    /// told and left out.
    pub fn judge(
        &self,
        dataset: &str,
        split: &str,
        task: impl Fn(u64) -> Result<Task>,
        sink: &mut dyn Sink,
    ) -> Result<(Results, Vec<Run>)> {
        let mut runs = Vec::new();
        for seed in 0..self.seeds {
            let raw = task(seed)?;
            let prepared = Prepared { standardised: raw.standardised()?, raw };
            for &method in &self.methods {
                self.progress.begin(&format!("{} {dataset}: {method}, seed {seed}", self.table), 1);
                let of_once = match (self.once(dataset, split, method, seed, &prepared), method) {
                    (Err(Error::Training(message)), Method::Variant(_)) => {
                        sink.record(&Record::Failure(self.failure(dataset, split, method, seed, message)))?;
                        continue;
                    }
                    (of_once, _) => of_once?,
                };
                for run in of_once {
                    sink.record(&Record::Run(run.clone()))?;
                    runs.push(run);
                }
            }
        }
        let results = summarise(&runs);
        sink.record(&Record::Results(results.clone()))?;
        Ok((results, runs))
    }

    /// One fit, one scoring, all metrics.
    fn once(&self, dataset: &str, split: &str, method: Method, seed: u64, task: &Prepared) -> Result<Vec<Run>> {
        if self.progress.cancelled() {
            return Err(Error::Interrupted);
        }
        let detector = method.detector(&self.builder)?;
        let task = if detector.scales_itself() { &task.raw } else { &task.standardised };
        let started = Instant::now();
        let fitted = detector.fit(task.train(detector.needs_repeats()), seed, &Quiet)?;
        let fit_s = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let (scores, p_values) = fitted.score_with_p_values(&task.test)?;
        let score_s = started.elapsed().as_secs_f64();
        let p_values = p_values.map(|p| task.expand(&p));
        let values = metrics(&task.labels, &task.expand(&scores), p_values.as_deref(), self.alpha)?;
        let config = method.config(&self.builder);
        let run = |(metric, value)| Run {
            table: self.table.into(),
            dataset: dataset.into(),
            task: TASK.into(),
            method,
            metric,
            seed,
            split: split.into(),
            value,
            fit_s,
            score_s,
            config: config.clone(),
        };
        Ok(values.into_iter().map(run).collect())
    }

    fn failure(&self, dataset: &str, split: &str, method: Method, seed: u64, message: String) -> Failure {
        Failure {
            table: self.table.into(),
            dataset: dataset.into(),
            task: TASK.into(),
            method,
            seed,
            split: split.into(),
            message,
            config: method.config(&self.builder),
        }
    }
}

/// All metrics of scores, and of p-values if there are any, against labels (`true` is an anomaly).
pub fn metrics(
    labels: &[bool],
    scores: &[f64],
    p_values: Option<&[f64]>,
    alpha: f64,
) -> Result<Vec<(&'static str, f64)>> {
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
