//! `nafal predict`: scores with a verdict a row.

use clap::Args;

use super::arguments::{Global, Subject, To};
use super::model_scores::{ModelScores, Scored};
use super::output::{Cell, TableWriter};
use crate::detect::{Model, Threshold};
use crate::error::Result;

/// The level that `--alpha` has unless it is given.
pub(super) const ALPHA: f64 = 0.05;

/// Score rows and call some of them anomalous
///
/// Prints `row,score,p_value,anomaly`, rows counted from 0, anomaly 0 or 1.
#[derive(Debug, Args)]
pub(super) struct Predict {
    #[command(flatten)]
    subject: Subject,
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
    to: To,
}

impl Predict {
    pub fn run(&self, global: &Global) -> Result<()> {
        let threshold = match (self.alpha, self.contamination, self.threshold) {
            (_, Some(share), _) => Threshold::Contamination(share),
            (_, _, Some(score)) => Threshold::Score(score),
            (alpha, _, _) => Threshold::Alpha(alpha.unwrap_or(ALPHA)),
        };
        threshold.check()?;
        let model = Model::load(&self.subject.model)?;
        if let Threshold::Alpha(alpha) = threshold {
            note_unattainable(&model, alpha, global);
        }
        let output = self.to.open(&[&self.subject.model, &self.subject.data])?;
        let mut stream = ModelScores::open(&model, &self.subject, None, global, output.is_file())?;
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

/// Says so if no row can get a p-value as small as `alpha`.
pub(super) fn note_unattainable(model: &Model, alpha: f64, global: &Global) {
    let smallest = model.smallest_p_value();
    if alpha < smallest {
        let (rows, calibrating) = (model.training_rows(), model.calibration_rows());
        let needed = (1.0 / alpha - 1.0).ceil() * rows as f64 / calibrating.max(1) as f64;
        global.note(format_args!(
            "note: no p-value is below 1/{} with {rows} training rows, so alpha {alpha} calls nothing anomalous; \
             fit on at least {:.0} rows or use --threshold",
            calibrating + 1,
            needed.ceil()
        ));
    }
}

fn write(table: &mut TableWriter, some: &Scored, threshold: Threshold) -> Result<()> {
    let flags = threshold.apply(&some.scores, &some.p_values);
    for (i, anomaly) in flags.into_iter().enumerate() {
        let (score, p) = (some.scores[i], some.p_values[i]);
        table.row(&[Cell::Count(some.first + i), Cell::Number(score), Cell::Number(p), Cell::Flag(anomaly)])?;
    }
    table.flush()
}
