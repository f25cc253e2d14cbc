//! `nafal reproduce`: the paper's experiments, with baselines on the same splits.

use std::path::PathBuf;

use clap::Args;

use crate::cli::apart::keep_out_of;
use crate::cli::arguments::{Global, OutputArgs, PresetArg};
use crate::cli::pages::FigureFiles;
use crate::cli::progress::ProgressReporter;
use crate::data::OutputFolder;
use crate::error::{Error, Result};
use crate::evaluate::Method;
use crate::evaluate::protocol::Split;
use crate::evaluate::reproduce::{Experiment, JsonLines, OUTPUT, Options, Sink, TextTables, run};

/// Repeat an experiment of the paper, every method on the same splits
///
/// With --json: one object a run and metric as they come, then one per data set, method and metric.
#[derive(Debug, Args)]
pub(in crate::cli) struct Reproduce {
    /// Experiment: table1 (tables), table2 and table3 (series), dev (the tables for choosing a configuration),
    /// contamination (anomalies among their training rows), ablation (what each departure from the paper is worth), datasets
    /// (their sizes), figure3, figure4 or figure6
    experiment: Experiment,
    /// Folder with the data sets: tabular/, dev/, kdd/, timeseries/; figure6 needs none
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only these data sets
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    datasets: Vec<String>,
    /// Only these methods
    #[arg(long, value_name = "M,N", value_delimiter = ',')]
    methods: Vec<Method>,
    /// Seeds 0 to N-1 [default: the experiment's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// How normal rows are split: random or first-half (the order of the file)
    #[arg(long, value_name = "SPLIT", default_value = "random")]
    split: Split,
    /// Of series: number of normal classes [default: table2 one, table3 all but one]
    #[arg(long, value_name = "M")]
    normals: Option<usize>,
    /// Configuration of our detector
    #[arg(long, value_enum, default_value_t)]
    preset: PresetArg,
    /// Folder for the SVG and CSV files of a figure
    #[arg(long, value_name = "DIR", default_value = "figures")]
    out: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

impl Reproduce {
    pub fn run(&self, global: &Global) -> Result<()> {
        let output = self.output.path();
        if let Some(data) = &self.data {
            keep_out_of(data, output)?;
        }
        if self.experiment.is_figure() && output.extension().is_some_and(|end| end == "svg" || end == "csv") {
            // Which figures there will be is known only when they are drawn.
            keep_out_of(&self.out, output)?;
        }
        let data = match &self.data {
            Some(data) => data.clone(),
            None if self.experiment == Experiment::Figure6 => PathBuf::new(),
            None => {
                let problem =
                    format!("{} lacks its data; add --data DIR, the folder with the data sets", self.experiment.name());
                return Err(Error::Usage(problem));
            }
        };
        let options = Options {
            data,
            datasets: self.datasets.clone(),
            methods: self.methods.clone(),
            seeds: self.seeds,
            split: self.split,
            normals: self.normals,
            preset: self.preset.into(),
            ..Options::default()
        };
        let progress = ProgressReporter::new(global, true);
        let mut output = self.output.open(&[])?;
        let folder = self.experiment.is_figure().then(|| OutputFolder::make(&self.out)).transpose()?;
        let ran = if global.json {
            self.run_with_sink(&options, &progress, global, &mut JsonLines(&mut output))
        } else {
            self.run_with_sink(&options, &progress, global, &mut TextTables::new(&mut output))
        };
        ran.map_err(|e| match e {
            Error::Write { path, source } if path.as_os_str() == OUTPUT => output.failed(source),
            other => other,
        })?;
        folder.into_iter().for_each(OutputFolder::keep);
        output.finish()
    }

    fn run_with_sink(
        &self,
        options: &Options,
        progress: &ProgressReporter,
        global: &Global,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let mut sink = FigureFiles::new(&self.out, global, sink);
        run(self.experiment, options, progress, &mut sink)
    }
}
