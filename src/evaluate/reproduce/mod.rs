//! The paper's tables again: every method on the same splits, paired by seed, under one configuration.
//!
//! [`run`] tells a [`Sink`] what comes out as it comes, and prints nothing itself.

mod datasets;
mod dev;
mod paper;
mod record;
mod runner;
mod series;
mod series_text;
mod summary;
mod table1;
mod text;

use std::path::PathBuf;
use std::str::FromStr;

pub use record::{Dataset, Difference, Inventory, JsonLines, Record, Results, Run, Sink, Summary};
pub use summary::{mean_and_sd, summarise};
pub use text::TextTables;

use super::Method;
use super::protocol::Split;
use super::series::NormalClasses;
use crate::detect::{DetectorBuilder, Progress};
use crate::error::{Error, Result};

/// What can be reproduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Experiment {
    /// Table 1: F1 on six tables.
    Table1,
    /// Table 2: AUROC on five sets of series, one class normal.
    Table2,
    /// Table 3: AUROC on five sets of series, all classes but one normal.
    Table3,
    /// The 13 development tables, on which a configuration may be chosen.
    Dev,
    /// Tables 4 and 5: sizes of the data sets.
    Datasets,
}

impl FromStr for Experiment {
    type Err = Error;
    fn from_str(text: &str) -> Result<Experiment> {
        match text.to_ascii_lowercase().as_str() {
            "table1" => Ok(Experiment::Table1),
            "table2" => Ok(Experiment::Table2),
            "table3" => Ok(Experiment::Table3),
            "dev" => Ok(Experiment::Dev),
            "datasets" => Ok(Experiment::Datasets),
            _ => Err(Error::Usage(format!("unknown experiment `{text}`: use table1, table2, table3, dev or datasets"))),
        }
    }
}

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder with `tabular/`, `dev/`, `kdd/`, `timeseries/`.
    pub data: PathBuf,
    /// Data sets, matched without case; all if empty.
    pub datasets: Vec<String>,
    /// Methods in the order wanted; all if empty.
    pub methods: Vec<Method>,
    /// Seeds `0..seeds`; the experiment's own number if `None` (5 for table1, 3 for series, 2 for dev).
    pub seeds: Option<u64>,
    /// How normal rows are halved; KDD's are permuted whatever this says, and so are the development sets'. Series have
    /// the archive's own split.
    pub split: Split,
    /// Number of normal classes of series, if not the table's own.
    pub normals: Option<usize>,
    /// The level of F1 at a p-value threshold.
    pub alpha: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            data: PathBuf::new(),
            datasets: Vec::new(),
            methods: Vec::new(),
            seeds: None,
            split: Split::Random,
            normals: None,
            alpha: 0.05,
        }
    }
}

impl Options {
    /// The methods asked for; `all` if none is named.
    fn methods(&self, all: &[Method]) -> Vec<Method> {
        if self.methods.is_empty() { all.to_vec() } else { self.methods.clone() }
    }

    /// The names asked for among `known`, in the order of `known`.
    fn datasets<'k>(&self, known: &[&'k str]) -> Result<Vec<&'k str>> {
        for name in &self.datasets {
            if !known.iter().any(|k| k.eq_ignore_ascii_case(name)) {
                return Err(Error::Usage(format!("unknown data set `{name}`: use {}", known.join(", "))));
            }
        }
        let asked = |k: &str| self.datasets.is_empty() || self.datasets.iter().any(|n| n.eq_ignore_ascii_case(k));
        Ok(known.iter().copied().filter(|k| asked(k)).collect())
    }
}

/// Runs an experiment and tells `sink` what comes out.
///
/// `builder` holds the one configuration of our detector; its seed and its active learning are set per run.
///
/// # Errors
/// [`Error::Usage`] for an unknown name or no seeds, [`Error::Data`] for files that are missing or damaged,
/// [`Error::Interrupted`] if `progress` asks to stop, and what a fit or the sink fails with.
pub fn run(
    experiment: Experiment,
    options: &Options,
    builder: &DetectorBuilder,
    progress: &dyn Progress,
    sink: &mut dyn Sink,
) -> Result<()> {
    if options.seeds == Some(0) {
        return Err(Error::Usage("at least one seed is needed".into()));
    }
    match experiment {
        Experiment::Table1 => table1::run(options, builder, progress, sink),
        Experiment::Table2 => series::run("table2", NormalClasses::One, options, builder, progress, sink),
        Experiment::Table3 => series::run("table3", NormalClasses::AllButOne, options, builder, progress, sink),
        Experiment::Dev => dev::run(options, builder, progress, sink),
        Experiment::Datasets => datasets::run(options, sink),
    }
}
