//! Anomalies among the training rows: the first 13 development tables, with shares of 0, 1, 2, 5 and 10 % of the training
//! rows that are anomalies taken from the test rows.
//!
//! A table whose anomalies are too few lends at most half of them. The line of a share is the mean over the tables.

use super::dev;
use super::options::Options;
use crate::error::Result;
use crate::evaluate::results::Sink;
use crate::progress::Progress;

/// Share of the training rows that are anomalies, with its name in results.
const SHARES: [(&str, f64); 5] = [
    ("contamination-0%", 0.0),
    ("contamination-1%", 0.01),
    ("contamination-2%", 0.02),
    ("contamination-5%", 0.05),
    ("contamination-10%", 0.1),
];

/// Seeds unless the options say otherwise.
const SEEDS: u64 = 2;

/// Runs the data sets that `options` ask for at every share; unless the options name methods, the panel, its robust fit and
/// the yardsticks.
pub fn run(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let mut options = options.clone();
    if options.methods.is_empty() {
        let ours = ["panel", "panel-robust"];
        options.methods = ours.iter().chain(&dev::YARDSTICKS).map(|name| name.parse()).collect::<Result<_>>()?;
    }
    let sets = options.datasets(&dev::SETS)?;
    for (table, share) in SHARES {
        let task = dev::Splits { table, seeds: SEEDS, contamination: share };
        dev::evaluate(&task, &options, &sets, progress, sink)?;
    }
    Ok(())
}
