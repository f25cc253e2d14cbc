//! `nafal predict`: a score, a p-value and whether it is anomalous, for every row.

use clap::Args;

use crate::cli::arguments::{Global, ModelAndData, OutputArgs};
use crate::cli::messages::warnings::{ALPHA, unattainable};
use crate::cli::outcome::Outcome;
use crate::cli::scores::Listing;
use crate::detect::Threshold;
use crate::error::Result;

/// Score rows and call some of them anomalous
///
/// Prints `row,score,p_value,anomaly`, rows counted from 0, anomaly 0 or 1, with a first column `file` for several files, in
/// each of which rows are counted anew. At the end a note says how many rows are anomalous and how many would be by chance.
/// --contamination, --fdr, --top and --sort need all rows of all files: nothing is printed before the last one, and rows are
/// kept, 24 bytes each.
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
    /// Anomalous: as many rows as keep the expected share of normal ones among them at Q (Benjamini and Hochberg)
    #[arg(long, value_name = "Q", group = "rule")]
    fdr: Option<f64>,
    /// Anomalous: the N rows with the highest scores, the first ones of those that tie
    #[arg(long, value_name = "N", group = "rule")]
    top: Option<usize>,
    /// Print anomalous rows alone, and bad ones that are marked
    #[arg(long)]
    only_anomalies: bool,
    /// Most anomalous rows first
    #[arg(long)]
    sort: bool,
    /// End with exit code 10 if a row is anomalous, after everything is written
    #[arg(long)]
    fail_on_anomaly: bool,
    #[command(flatten)]
    output: OutputArgs,
}

impl Predict {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let threshold = self.rule();
        threshold.check()?;
        let output = self.output.open(&self.inputs.paths()?)?;
        let model = global.memory().load(&self.inputs.model)?;
        if let Threshold::Alpha(alpha) = threshold {
            global.warn(&Vec::from_iter(unattainable(&model, alpha)));
        }
        let listing = Listing {
            model: &model,
            inputs: &self.inputs,
            threshold: Some(threshold),
            explained: false,
            sorted: self.sort,
            only_anomalies: self.only_anomalies,
        };
        let flagged = listing.write(output, None, global)?;
        Ok(if self.fail_on_anomaly && flagged > 0 { Outcome::Anomalies } else { Outcome::Done })
    }

    /// The rule that was given, of which there is one at most.
    fn rule(&self) -> Threshold {
        let given = [
            self.alpha.map(Threshold::Alpha),
            self.contamination.map(Threshold::Contamination),
            self.threshold.map(Threshold::Score),
            self.fdr.map(Threshold::Fdr),
            self.top.map(Threshold::Top),
        ];
        given.into_iter().flatten().next().unwrap_or(Threshold::Alpha(ALPHA))
    }
}
