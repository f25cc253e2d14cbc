//! The development tables: the only data on which a configuration for tables may be chosen.
//!
//! Two random splits (seeds 0 and 1), at most 2,000 training rows, and the mean over the sets.

use super::record::{Dataset, Record, Run, Sink};
use super::runner::Runner;
use super::{Options, Results, summarise, table1};
use crate::detect::{DetectorBuilder, Progress};
use crate::error::Result;
use crate::evaluate::protocol::Split;

/// The data sets (ADBench, Han et al. 2022).
pub const SETS: [&str; 13] = [
    "annthyroid",
    "breastw",
    "cardiotocography",
    "glass",
    "ionosphere",
    "letter",
    "mammography",
    "pima",
    "stamps",
    "vowels",
    "wbc",
    "wdbc",
    "wine",
];

/// Training rows, at most: the first ones of the permutation.
const TRAINING_ROWS: usize = 2_000;

/// Runs the data sets that `options` ask for, and then averages over them.
pub fn run(options: &Options, builder: &DetectorBuilder, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let runner = Runner::new("dev", options, 2, builder, progress);
    let sets = options.datasets(&SETS)?;
    let (mut all, mut runs): (Vec<Results>, Vec<Run>) = (Vec::new(), Vec::new());
    for name in &sets {
        let labelled = table1::read("dev", &options.data.join("dev"), name, sink)?;
        let task = |seed| Ok(labelled.task(Split::Random, seed, Some(TRAINING_ROWS)));
        let (results, of_set) = runner.judge(name, &Split::Random.to_string(), task, sink)?;
        all.push(results);
        runs.extend(of_set);
    }
    let description = format!("mean of {} data sets; differences are of these means, paired by split", sets.len());
    sink.record(&Record::Dataset(Dataset { table: "dev".into(), name: "mean".into(), description }))?;
    let mean = summarise(&over_sets(&runs, sets.len()));
    sink.record(&Record::Results(mean.clone()))?;
    all.push(mean);
    sink.record(&Record::Overview(all))
}

/// For each method, metric and seed the mean over the data sets, as the run of a data set `mean`.
fn over_sets(runs: &[Run], sets: usize) -> Vec<Run> {
    let mut means: Vec<Run> = Vec::new();
    for run in runs {
        let same = |m: &&mut Run| m.method == run.method && m.metric == run.metric && m.seed == run.seed;
        let share = 1.0 / sets as f64;
        match means.iter_mut().find(same) {
            Some(mean) => {
                mean.value += run.value * share;
                mean.fit_s += run.fit_s * share;
                mean.score_s += run.score_s * share;
            }
            None => means.push(Run {
                dataset: "mean".into(),
                value: run.value * share,
                fit_s: run.fit_s * share,
                score_s: run.score_s * share,
                ..run.clone()
            }),
        }
    }
    means
}
