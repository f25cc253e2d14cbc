//! The paper's tables again: every method on the same splits, paired by seed, under one configuration.
//!
//! [`run`] tells a [`Sink`] what comes out as it comes, and prints nothing itself.

mod datasets;
mod dev;
mod figure;
mod figure3;
mod figure4;
mod figure6;
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

pub use figure::{Cell, Drawing, Figure, Line, Plane, Rows};
pub use record::{Dataset, Difference, Failure, Inventory, JsonLines, OUTPUT, Record, Results, Run, Sink, Summary};
pub use summary::{mean_and_sd, summarise};
pub use text::TextTables;

use super::Method;
use super::protocol::Split;
use super::series::NormalClasses;
use crate::detect::DetectorBuilder;
use crate::error::{Error, Result};
use crate::progress::Progress;

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
    /// What each departure from the paper is worth, on the development tables.
    Ablation,
    /// Tables 4 and 5: sizes of the data sets.
    Datasets,
    /// Scores before and after training.
    Figure3,
    /// F1 against the share of augmented samples and against the number of views.
    Figure4,
    /// Strategies of active learning in the plane.
    Figure6,
}

impl Experiment {
    /// All of them.
    pub const ALL: [Experiment; 9] = [
        Experiment::Table1,
        Experiment::Table2,
        Experiment::Table3,
        Experiment::Dev,
        Experiment::Ablation,
        Experiment::Datasets,
        Experiment::Figure3,
        Experiment::Figure4,
        Experiment::Figure6,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Experiment::Table1 => "table1",
            Experiment::Table2 => "table2",
            Experiment::Table3 => "table3",
            Experiment::Dev => "dev",
            Experiment::Ablation => "ablation",
            Experiment::Datasets => "datasets",
            Experiment::Figure3 => "figure3",
            Experiment::Figure4 => "figure4",
            Experiment::Figure6 => "figure6",
        }
    }

    /// Whether it makes figures.
    pub fn is_figure(self) -> bool {
        matches!(self, Experiment::Figure3 | Experiment::Figure4 | Experiment::Figure6)
    }
}

impl FromStr for Experiment {
    type Err = Error;
    fn from_str(text: &str) -> Result<Experiment> {
        let found = Experiment::ALL.into_iter().find(|e| e.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| {
            let names: Vec<&str> = Experiment::ALL.iter().map(|e| e.name()).collect();
            Error::Usage(format!("unknown experiment `{text}`: use {}", names.join(", ")))
        })
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
    /// Seeds `0..seeds`; the experiment's own number if `None` (5 for table1, 3 for series and figure4, 2 for dev and ablation).
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
        Experiment::Ablation => dev::ablation(options, builder, progress, sink),
        Experiment::Datasets => datasets::run(options, sink),
        Experiment::Figure3 => figure3::run(options, builder, progress, sink),
        Experiment::Figure4 => figure4::run(options, builder, progress, sink),
        Experiment::Figure6 => figure6::run(progress, sink),
    }
}
