//! `nafal score`: a score and a p-value a row, as the rows come.

use std::path::PathBuf;

use clap::Args;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{Global, ModelAndData, OutputArgs};
use crate::cli::output::Output;
use crate::cli::scores::{Listing, ScoreStream, points};
use crate::error::{Error, Result};

/// Score rows: a higher score is more anomalous; the p-value is the share of normal rows as surprising
///
/// Prints `row,score,p_value`, rows counted from 0, with a first column `file` for several files, in each of which rows are
/// counted anew, and the columns that are carried along behind `row`. Rows are scored as they come, in bounded memory. With
/// --explain also what of the row has the largest share in its score, as `nafal explain --top 1`. A note says where the rows
/// look different from the training rows as a whole.
#[derive(Debug, Args)]
pub(in crate::cli) struct Score {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Most anomalous rows first: nothing is printed before the last row, and rows are kept, 24 bytes each
    #[arg(long)]
    sort: bool,
    /// Add the column with the largest share in the score, its value and the value that would have been normal; of series the
    /// channel and the stretch of steps
    #[arg(long, conflicts_with = "sort")]
    explain: bool,
    /// Of a log: print `row,score` for every reading, the mean score of the windows that cover it, after the last one is read
    #[arg(long, conflicts_with_all = ["sort", "explain"])]
    points: bool,
    /// Draw the scores in the order of the rows
    #[arg(long, value_name = "FILE.svg", conflicts_with_all = ["sort", "points"])]
    plot: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Score {
    pub fn run(&self, global: &Global) -> Result<()> {
        let paths = self.inputs.paths()?;
        keep_apart(&paths, &[self.output.path()].into_iter().chain(self.plot.as_deref()).collect::<Vec<_>>())?;
        let output = self.output.open(&paths)?;
        let plot = self.plot.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let model = global.memory().load(&self.inputs.model)?;
        if self.explain {
            model.check_explains()?;
        }
        if self.points {
            if !model.reading().has_windows() {
                let problem =
                    "--points is for windows of a log, and the model was not fitted to any; fit one with --window";
                return Err(Error::Usage(problem.into()));
            }
            if !self.inputs.keep.is_empty() {
                let problem = "--points prints row and score alone; leave out --keep, and join by the row";
                return Err(Error::Usage(problem.into()));
            }
            let stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
            return points::write(stream.keeping_cases(true), &self.inputs, output, global);
        }
        let listing = Listing {
            model: &model,
            inputs: &self.inputs,
            threshold: None,
            explained: self.explain,
            sorted: self.sort,
            only_anomalies: false,
        };
        listing.write(output, plot, global).map(drop)
    }
}
