//! What an experiment gives while it runs, record by record, to a sink.

use std::io;

use super::figure::Figure;
use crate::error::{Error, Result};
use crate::evaluate::Method;
use crate::evaluate::protocol::Task;

/// The task that stands for all tasks of a data set: the mean over them, seed by seed.
pub const MEAN: &str = "mean";

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

/// One thing that came out of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A data set begins.
    Dataset(Dataset),
    /// A detector was fitted and scored once: one value of one metric.
    Run(Run),
    /// A fit of a variant ended without a detector.
    Failure(Failure),
    /// A data set ends.
    Results(Results),
    /// All data sets have ended.
    Overview(Vec<Results>),
    /// How far each method stays behind the best simple one.
    Regrets(Vec<Regret>),
    /// Counts of a data set's files.
    Inventory(Inventory),
    /// A figure is done.
    Figure(Figure),
}

/// A data set.
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
    /// How the rows were split.
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
    /// How the rows were split.
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
    /// How the rows were split.
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
    /// Whether `left` is our better variant and `right` the best baseline.
    pub best_baseline: bool,
    /// Mean of `left − right`.
    pub mean: f64,
    /// Standard error of that mean; 0 for one pair.
    pub standard_error: f64,
    /// Number of pairs.
    pub pairs: usize,
    /// How the rows were split.
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

/// A method's regret in a metric over some data sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Regret {
    /// The experiment.
    pub table: String,
    /// Names of the yardsticks that ran, by the best of which a regret is measured.
    pub measured_by: String,
    /// The method.
    pub method: Method,
    /// The metric's name.
    pub metric: &'static str,
    /// Mean of the metric over data sets.
    pub value: f64,
    /// Mean regret.
    pub mean: f64,
    /// Largest regret.
    pub worst: f64,
    /// Where it is largest.
    pub worst_dataset: String,
    /// Data sets on which it is ahead of the best yardstick, level with it, and behind.
    pub standing: [usize; 3],
    /// Mean seconds of a fit.
    pub fit_s: f64,
    /// Test rows scored in a second, over all data sets.
    pub rows_per_s: f64,
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

impl Run {
    /// Whether it is one class of several, not the data set's result.
    pub(super) fn is_of_a_class(&self) -> bool {
        !matches!(self.task.as_str(), Task::ONE_CLASS | MEAN)
    }
}

/// An output that failed.
pub(super) fn write_error(source: io::Error) -> Error {
    Error::Write { path: OUTPUT.into(), source }
}
