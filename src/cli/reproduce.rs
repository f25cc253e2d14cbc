//! `nafal reproduce`: the paper's experiments, with rivals on the same splits.

use std::path::PathBuf;

use clap::Args;

use super::arguments::{Global, To};
use super::output::Output;
use super::progress::Stages;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::evaluate::Method;
use crate::evaluate::protocol::Split;
use crate::evaluate::reproduce::{Experiment, JsonLines, Options, TextTables, run};

/// Repeat an experiment of the paper, every method on the same splits
///
/// With --json: one object a run and metric as they come, then one per data set, method and metric.
#[derive(Debug, Args)]
pub(super) struct Reproduce {
    /// Experiment: table1 (tables), table2 and table3 (series), dev (the tables for choosing a configuration) or datasets
    /// (their sizes)
    experiment: Experiment,
    /// Folder with the data sets: tabular/, dev/, kdd/, timeseries/
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Only these data sets
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    datasets: Vec<String>,
    /// Only these methods
    #[arg(long, value_name = "M,N", value_delimiter = ',')]
    methods: Vec<Method>,
    /// Seeds 0 to N-1 [default: the experiment's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// How normal rows are divided: random or first-half (the order of the file)
    #[arg(long, value_name = "SPLIT", default_value = "random")]
    split: Split,
    /// Of series: number of normal classes [default: table2 one, table3 all but one]
    #[arg(long, value_name = "M")]
    normals: Option<usize>,
    #[command(flatten)]
    to: To,
}

impl Reproduce {
    pub fn run(&self, global: &Global) -> Result<()> {
        let options = Options {
            data: self.data.clone(),
            datasets: self.datasets.clone(),
            methods: self.methods.clone(),
            seeds: self.seeds,
            split: self.split,
            normals: self.normals,
            ..Options::default()
        };
        let builder = Detector::builder();
        let stages = Stages::new(global.quiet);
        let mut output = Output::open(self.to.output.as_deref())?;
        let ran = if global.json {
            run(self.experiment, &options, &builder, &stages, &mut JsonLines(&mut output))
        } else {
            run(self.experiment, &options, &builder, &stages, &mut TextTables::new(&mut output))
        };
        ran.map_err(|e| match e {
            Error::Write { source, .. } => output.failed(source),
            other => other,
        })?;
        output.finish()
    }
}
