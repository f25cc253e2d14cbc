//! What an experiment tells while it runs, and the lines of JSON of each telling.
//!
//! A sink receives the records in order; `JsonLines` and `TextTables` are the two that write text.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::figure::Figure;
use crate::error::{Error, Result};
use crate::evaluate::Method;

/// The path in an error of the writer that a sink was given.
pub const OUTPUT: &str = "<output>";

/// Receives records as they come.
pub trait Sink {
    /// Takes one record.
    ///
    /// # Errors
    /// If it cannot be written.
    fn record(&mut self, record: &Record) -> Result<()>;
}

/// One thing an experiment tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A data set begins.
    Dataset(Dataset),
    /// A detector was fitted and judged once: one value of one metric.
    Run(Run),
    /// A fit of a variant ended without a detector.
    Failure(Failure),
    /// A data set ends.
    Results(Results),
    /// All data sets have ended.
    Overview(Vec<Results>),
    /// Counts of a data set's files.
    Inventory(Inventory),
    /// A figure is done.
    Figure(Figure),
}

/// What is learnt from and judged on.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The experiment, such as `table1`.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Sizes and what was done to the rows, for people.
    pub description: String,
}

/// One value of one metric of one fitted detector.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The experiment.
    pub table: String,
    /// The data set.
    pub dataset: String,
    /// What is normal: `one-class` in tables, a class of a set of series.
    pub task: String,
    /// The method.
    pub method: Method,
    /// The metric's name.
    pub metric: &'static str,
    /// Seed of the split and of the detector.
    pub seed: u64,
    /// How the rows were divided.
    pub split: String,
    /// The metric, in [0, 1].
    pub value: f64,
    /// Wall time of the fit in seconds.
    pub fit_s: f64,
    /// Wall time of scoring all test rows in seconds.
    pub score_s: f64,
    /// Hash of the one configuration of the whole experiment.
    pub config: String,
}

/// A fit that ended without a detector: in an ablation that is a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The experiment.
    pub table: String,
    /// The data set.
    pub dataset: String,
    /// What is normal.
    pub task: String,
    /// The method.
    pub method: Method,
    /// Seed of the split and of the detector.
    pub seed: u64,
    /// How the rows were divided.
    pub split: String,
    /// What the fit said.
    pub message: String,
    /// Hash of the configuration.
    pub config: String,
}

/// Mean of a metric over seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The experiment.
    pub table: String,
    /// The data set.
    pub dataset: String,
    /// What is normal.
    pub task: String,
    /// The method.
    pub method: Method,
    /// The metric's name.
    pub metric: &'static str,
    /// Mean over the seeds.
    pub mean: f64,
    /// Standard deviation over the seeds (n − 1); 0 for one seed.
    pub sd: f64,
    /// Number of seeds.
    pub seeds: usize,
    /// The paper's own figure for this cell, if it prints one.
    pub paper: Option<f64>,
    /// Mean wall time of the fit in seconds.
    pub fit_s: f64,
    /// Mean wall time of scoring in seconds.
    pub score_s: f64,
    /// How the rows were divided.
    pub split: String,
    /// Hash of the configuration.
    pub config: String,
}

/// Mean difference of two methods over runs paired by seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The experiment.
    pub table: String,
    /// The data set.
    pub dataset: String,
    /// What is normal.
    pub task: String,
    /// The metric's name.
    pub metric: &'static str,
    /// The method whose value counts positive.
    pub left: Method,
    /// The other.
    pub right: Method,
    /// Whether `left` is our better variant and `right` the best rival.
    pub best_rival: bool,
    /// Mean of `left − right`.
    pub mean: f64,
    /// Standard error of that mean; 0 for one pair.
    pub standard_error: f64,
    /// Number of pairs.
    pub pairs: usize,
    /// How the rows were divided.
    pub split: String,
    /// Hash of the left method's configuration.
    pub config: String,
}

/// What came out for a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// One a method and metric.
    pub summaries: Vec<Summary>,
    /// Paired differences.
    pub differences: Vec<Difference>,
}

/// Counts of a data set beside the paper's.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    /// `table4` or `table5`.
    pub table: String,
    /// The data set.
    pub dataset: String,
    /// Name, what the files say, what the paper says.
    pub counts: Vec<(&'static str, f64, f64)>,
    /// What the paper's figures need to be understood.
    pub note: &'static str,
}

impl Record {
    /// One JSON object a line, without line ends.
    pub fn to_json(&self) -> Vec<String> {
        match self {
            Record::Dataset(_) | Record::Overview(_) => Vec::new(),
            Record::Run(run) => vec![run.to_json().to_string()],
            Record::Failure(failure) => vec![failure.to_json().to_string()],
            Record::Results(results) => {
                let summaries = results.summaries.iter().map(|s| s.to_json().to_string());
                summaries.chain(results.differences.iter().map(|d| d.to_json().to_string())).collect()
            }
            Record::Inventory(inventory) => vec![inventory.to_json().to_string()],
            Record::Figure(figure) => figure.to_json().iter().map(Value::to_string).collect(),
        }
    }
}

impl Run {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "method": self.method.name(),
            "metric": self.metric, "seed": self.seed, "split": self.split, "value": self.value,
            "fit_s": self.fit_s, "score_s": self.score_s, "config": self.config,
        })
    }
}

impl Failure {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "method": self.method.name(),
            "seed": self.seed, "split": self.split, "failed": self.message, "config": self.config,
        })
    }
}

impl Summary {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "method": self.method.name(),
            "metric": self.metric, "split": self.split, "mean": self.mean, "sd": self.sd, "seeds": self.seeds,
            "paper": self.paper, "fit_s": self.fit_s, "score_s": self.score_s, "config": self.config,
        })
    }
}

impl Difference {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "metric": self.metric,
            "split": self.split, "config": self.config,
            "difference": format!("{} - {}", self.left, self.right), "best_rival": self.best_rival,
            "mean_difference": self.mean, "standard_error": self.standard_error, "pairs": self.pairs,
        })
    }
}

impl Inventory {
    fn to_json(&self) -> Value {
        let mut line = json!({ "table": self.table, "dataset": self.dataset, "note": self.note });
        for (name, counted, paper) in &self.counts {
            line[*name] = json!(counted);
            line[format!("paper_{name}")] = json!(paper);
        }
        line
    }
}

/// Writes records as lines of JSON.
#[derive(Debug)]
pub struct JsonLines<W>(pub W);

impl<W: Write> Sink for JsonLines<W> {
    fn record(&mut self, record: &Record) -> Result<()> {
        let write = |out: &mut W| -> io::Result<()> {
            for line in record.to_json() {
                writeln!(out, "{line}")?;
            }
            out.flush()
        };
        write(&mut self.0).map_err(write_error)
    }
}

/// An output that failed.
pub(super) fn write_error(source: io::Error) -> Error {
    Error::Write { path: OUTPUT.into(), source }
}
