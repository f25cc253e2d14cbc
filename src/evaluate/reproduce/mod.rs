//! The paper's tables again: every method on the same splits, paired by seed, under one configuration.
//!
//! [`run`] gives what comes out to a [`Sink`] as it comes, and prints nothing itself.

mod contamination;
mod datasets;
mod dev;
mod figure3;
mod figure4;
mod figure6;
mod options;
mod series;
mod table1;

use std::str::FromStr;

pub use options::Options;

pub use super::results::{Cell, Drawing, Figure, JsonLines, Line, OUTPUT, Plane, Record, Rows, Sink, TextTables};
use super::series::NormalClasses;
use crate::error::{Error, Result, quoted};
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
    /// Anomalies among the training rows of development tables.
    Contamination,
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
    pub const ALL: [Experiment; 10] = [
        Experiment::Table1,
        Experiment::Table2,
        Experiment::Table3,
        Experiment::Dev,
        Experiment::Contamination,
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
            Experiment::Contamination => "contamination",
            Experiment::Ablation => "ablation",
            Experiment::Datasets => "datasets",
            Experiment::Figure3 => "figure3",
            Experiment::Figure4 => "figure4",
            Experiment::Figure6 => "figure6",
        }
    }

    /// Refuses options that it would not look at.
    fn check(self, options: &Options) -> Result<()> {
        let tables = [Self::Table1, Self::Table2, Self::Table3, Self::Dev, Self::Contamination, Self::Ablation];
        let of_methods = tables.contains(&self);
        let of_series = [Self::Table2, Self::Table3].contains(&self);
        let unused = if options.normals.is_some() && !of_series {
            "--normals"
        } else if !options.methods.is_empty() && !of_methods {
            "--methods"
        } else {
            return Ok(());
        };
        Err(Error::Usage(format!("{} does not use {unused}; leave it out", self.name())))
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
            Error::Usage(format!("unknown experiment {}; use {}", quoted(text), names.join(", ")))
        })
    }
}

/// Runs an experiment and gives `sink` what comes out.
///
/// # Errors
/// [`Error::Usage`] for an unknown name or no seeds, [`Error::Data`] for files that are missing or damaged,
/// [`Error::Interrupted`] if `progress` asks to stop, and what a fit or the sink fails with.
pub fn run(experiment: Experiment, options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    if options.seeds == Some(0) {
        return Err(Error::Usage("there is no seed; give at least one".into()));
    }
    experiment.check(options)?;
    match experiment {
        Experiment::Table1 => table1::run(options, progress, sink),
        Experiment::Table2 => series::run("table2", NormalClasses::One, options, progress, sink),
        Experiment::Table3 => series::run("table3", NormalClasses::AllButOne, options, progress, sink),
        Experiment::Dev => dev::run(options, progress, sink),
        Experiment::Contamination => contamination::run(options, progress, sink),
        Experiment::Ablation => dev::ablation(options, progress, sink),
        Experiment::Datasets => datasets::run(options, sink),
        Experiment::Figure3 => figure3::run(options, progress, sink),
        Experiment::Figure4 => figure4::run(options, progress, sink),
        Experiment::Figure6 => figure6::run(progress, sink),
    }
}
