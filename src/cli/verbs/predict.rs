//! `nafal predict`: a score, a p-value and whether it is anomalous, for every row.

use clap::Args;

use crate::cli::alpha::{ALPHA, note_unattainable};
use crate::cli::arguments::{Global, ModelAndData, OutputArgs};
use crate::cli::score_stream::{ScoreStream, ScoredChunk};
use crate::cli::table_writer::{Cell, TableWriter};
use crate::detect::{Model, Threshold};
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
    /// Anomalous: this share of the rows at hand, those with the highest scores
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
        let model = Model::load(&self.inputs.model)?;
        if let Threshold::Alpha(alpha) = threshold {
            note_unattainable(&model, alpha, global);
        }
        let mut stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
        // Which rows are the highest is known only at the end; rows are read before the header is written, so that where
        // the first ones are bad nothing is printed.
        let mut next = match threshold {
            Threshold::Contamination(_) => Some(stream.rest()?),
            _ => stream.next()?,
        };
        let mut table = TableWriter::new(output, global.json, &["row", "score", "p_value", "anomaly"])?;
        while let Some(some) = next {
            write(&mut table, &some, threshold)?;
            next = stream.next()?;
        }
        table.finish()
    }
}

fn write(table: &mut TableWriter, some: &ScoredChunk, threshold: Threshold) -> Result<()> {
    let flags = threshold.apply(&some.scores, &some.p_values);
    for (i, anomaly) in flags.into_iter().enumerate() {
        let (score, p) = (some.scores[i], some.p_values[i]);
        table.row(&[Cell::Count(some.first + i), Cell::Number(score), Cell::Number(p), Cell::Flag(anomaly)])?;
    }
    table.flush()
}
