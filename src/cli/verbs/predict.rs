//! `nafal predict`: a score, a p-value and whether it is anomalous, for every row.

use clap::Args;

use crate::cli::arguments::{Global, ModelAndData, OnBadRow, OutputArgs};
use crate::cli::messages::warnings::{ALPHA, of_threshold, unattainable};
use crate::cli::score_stream::{ScoreStream, Scored};
use crate::cli::table_writer::{Cell, TableWriter, columns};
use crate::detect::Threshold;
use crate::error::Result;

/// Score rows and call some of them anomalous
///
/// Prints `row,score,p_value,anomaly`, rows counted from 0, anomaly 0 or 1.
#[derive(Debug, Args)]
pub(in crate::cli) struct Predict {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Anomalous: a p-value of at most A, so that about this share of normal rows raises an alarm [default: 0.05]
    #[arg(long, value_name = "A", group = "rule")]
    alpha: Option<f64>,
    /// Anomalous: this share of the rows at hand, those with the highest scores: nothing is printed before the last row
    #[arg(long, value_name = "C", group = "rule")]
    contamination: Option<f64>,
    /// Anomalous: a score of at least T
    #[arg(long, value_name = "T", group = "rule", allow_negative_numbers = true)]
    threshold: Option<f64>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Predict {
    pub fn run(&self, global: &Global) -> Result<()> {
        let threshold = match (self.alpha, self.contamination, self.threshold) {
            (_, Some(share), _) => Threshold::Contamination(share),
            (_, _, Some(score)) => Threshold::Score(score),
            (alpha, _, _) => Threshold::Alpha(alpha.unwrap_or(ALPHA)),
        };
        threshold.check()?;
        let output = self.output.open(&[&self.inputs.model, &self.inputs.data])?;
        let model = global.memory().load(&self.inputs.model)?;
        if let Threshold::Alpha(alpha) = threshold {
            global.warn(&Vec::from_iter(unattainable(&model, alpha)));
        }
        let mut stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
        // Which rows are the highest is known only at the end; rows are read before the header is written, so that where
        // the first ones are bad nothing is printed.
        let mut next = match threshold {
            Threshold::Contamination(_) => Some(stream.rest()?),
            _ => stream.next()?,
        };
        let marks = self.inputs.on_bad_row == OnBadRow::Mark;
        let names = columns(&["row", "score", "p_value", "anomaly", "error"], marks);
        let mut table = TableWriter::new(output, global.json, names)?;
        while let Some(some) = next {
            let flagged = write(&mut table, &some, threshold, marks)?;
            global.warn(&Vec::from_iter(of_threshold(threshold, some.scores.len(), flagged)));
            next = stream.next()?;
        }
        table.finish()?;
        global.warn(&Vec::from_iter(stream.conclude()));
        Ok(())
    }
}

/// Writes the rows; returns how many of them are anomalous.
fn write(table: &mut TableWriter, some: &Scored, threshold: Threshold, marks: bool) -> Result<usize> {
    let flags = threshold.apply(&some.scores, &some.p_values);
    let flagged = flags.iter().filter(|&&flag| flag).count();
    for (number, row) in some.rows() {
        match row {
            Ok(i) => {
                let (score, p) = (Cell::Number(some.scores[i]), Cell::Number(some.p_values[i]));
                table.row(&[Cell::Count(number), score, p, Cell::Flag(flags[i])])?;
            }
            Err(error) if marks => table.bad_row(number, error)?,
            Err(_) => {}
        }
    }
    table.flush().map(|()| flagged)
}
