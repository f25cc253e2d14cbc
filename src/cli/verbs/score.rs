//! `nafal score`: a score and a p-value a row, as the rows come.

use clap::Args;

use crate::cli::arguments::{Global, ModelAndData, OnBadRow, OutputArgs};
use crate::cli::reasons::Reasons;
use crate::cli::score_stream::ScoreStream;
use crate::cli::table_writer::{Cell, TableWriter, columns};
use crate::error::Result;

/// Score rows: a higher score is more anomalous; the p-value is the share of normal rows as surprising
///
/// Prints `row,score,p_value`, rows counted from 0. Rows are scored as they come, in bounded memory. With --explain also what
/// of the row has the largest share in its score, as `nafal explain --top 1`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Score {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Add the column with the largest share in the score, its value and the value that would have been normal; of series the
    /// channel and the stretch of steps
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    output: OutputArgs,
}

impl Score {
    pub fn run(&self, global: &Global) -> Result<()> {
        let output = self.output.open(&[&self.inputs.model, &self.inputs.data])?;
        let model = global.memory().load(&self.inputs.model)?;
        if self.explain {
            model.check_explains()?;
        }
        let reasons = Reasons::of(&model);
        let stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
        let mut stream = stream.keeping_cases(self.explain);
        // Read before the header is written: where the first rows are bad, nothing is printed.
        let mut next = stream.next()?;
        let marks = self.inputs.on_bad_row == OnBadRow::Mark;
        let why = if self.explain { reasons.columns() } else { &[] };
        let names = [&["row", "score", "p_value"], why, &["error"]].concat();
        let mut table = TableWriter::new(output, global.json, columns(&names, marks))?;
        while let Some(some) = next {
            let why = reasons.first(&some, |_| self.explain, 1)?;
            for (number, row) in some.rows() {
                match row {
                    Ok(i) => {
                        let mut cells =
                            vec![Cell::Count(number), Cell::Number(some.scores[i]), Cell::Number(some.p_values[i])];
                        cells.extend(
                            why.get(&i).and_then(|why| why.causes.first()).iter().flat_map(|c| reasons.cells(c)),
                        );
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
