//! `nafal score`: a score and a p-value a row, as the rows come.

use clap::Args;

use crate::cli::arguments::{Global, ModelAndData, OutputArgs};
use crate::cli::score_stream::ScoreStream;
use crate::cli::table_writer::{Cell, TableWriter};
use crate::detect::Model;
use crate::error::Result;

/// Score rows: a higher score is more anomalous; the p-value is the share of normal rows as surprising
///
/// Prints `row,score,p_value`, rows counted from 0. Rows are scored as they come, in bounded memory.
#[derive(Debug, Args)]
pub(in crate::cli) struct Score {
    #[command(flatten)]
    inputs: ModelAndData,
    #[command(flatten)]
    output: OutputArgs,
}

impl Score {
    pub fn run(&self, global: &Global) -> Result<()> {
        let output = self.output.open(&[&self.inputs.model, &self.inputs.data])?;
        let model = Model::load(&self.inputs.model)?;
        let mut stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
        // Read before the header is written: where the first rows are bad, nothing is printed.
        let mut next = stream.next()?;
        let mut table = TableWriter::new(output, global.json, &["row", "score", "p_value"])?;
        while let Some(some) = next {
            for (i, (&score, &p)) in some.scores.iter().zip(&some.p_values).enumerate() {
                table.row(&[Cell::Count(some.first + i), Cell::Number(score), Cell::Number(p)])?;
            }
            table.flush()?;
            next = stream.next()?;
        }
        table.finish()
    }
}
