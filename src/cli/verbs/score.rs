//! `nafal score`: a score and a p-value a row, as the rows come.

use clap::Args;

use crate::cli::arguments::{Global, ModelAndData, OnBadRow, OutputArgs};
use crate::cli::score_stream::ScoreStream;
use crate::cli::table_writer::{Cell, TableWriter, columns};
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
        let model = global.memory().load(&self.inputs.model)?;
        let mut stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
        // Read before the header is written: where the first rows are bad, nothing is printed.
        let mut next = stream.next()?;
        let marks = self.inputs.on_bad_row == OnBadRow::Mark;
        let mut table = TableWriter::new(output, global.json, columns(&["row", "score", "p_value", "error"], marks))?;
        while let Some(some) = next {
            for (number, row) in some.rows() {
                match row {
                    Ok(i) => {
                        let cells = [Cell::Count(number), Cell::Number(some.scores[i]), Cell::Number(some.p_values[i])];
                        table.row(&cells)?;
                    }
                    Err(error) if marks => table.bad_row(number, error)?,
                    Err(_) => {}
                }
            }
            table.flush()?;
            next = stream.next()?;
        }
        table.finish()?;
        global.warn(&Vec::from_iter(stream.conclude()));
        Ok(())
    }
}
