//! The development tables: the only data on which a configuration for tables may be chosen; and the ablation on them.
//!
//! Two random splits (seeds 0 and 1), at most 2,000 training rows, and the mean over the sets.

use super::options::Options;
use super::table1;
use crate::data;
use crate::encode::table::KIND;
use crate::error::Result;
use crate::evaluate::protocol::{Labelled, Split};
use crate::evaluate::results::{Dataset, Record, Results, Run, Sink, summarise};
use crate::evaluate::{Method, Suite, Tasks};
use crate::progress::Progress;

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

/// Seeds unless the options say otherwise.
const SEEDS: u64 = 2;
/// Training rows, at most: the first ones of the permutation.
const TRAINING_ROWS: usize = 2_000;

/// Runs the data sets that `options` ask for, and then averages over them.
pub fn run(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    evaluate("dev", options, &options.datasets(&SETS)?, progress, sink)
}

/// The ablation: every variant of [`Method::variants`] on the development tables, or on the data sets that `options`
/// name, the small ones of Table 1 among them.
pub fn ablation(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let mut options = options.clone();
    if options.methods.is_empty() {
        options.methods = Method::variants();
    }
    let known = if options.datasets.is_empty() { SETS.to_vec() } else { [&SETS[..], &table1::SMALL].concat() };
    let sets = options.datasets(&known)?;
    evaluate("ablation", &options, &sets, progress, sink)
}

fn evaluate(
    table: &'static str,
    options: &Options,
    sets: &[&str],
    progress: &dyn Progress,
    sink: &mut dyn Sink,
) -> Result<()> {
    let evaluator = options.evaluator(table, SEEDS, options.builder().configuration(KIND)?.hash(), progress);
    let (mut all, mut runs): (Vec<Results>, Vec<Run>) = (Vec::new(), Vec::new());
    for name in sets {
        let (folder, limit) = if SETS.contains(name) { ("dev", Some(TRAINING_ROWS)) } else { ("tabular", None) };
        let labelled = Labelled::read(&options.data.join(format!("{folder}/{name}.csv.gz")))?;
        let task = |seed| labelled.task(Split::Random, seed, limit);
        let split = Split::Random.to_string();
        let (description, kind) = (labelled.description(), data::Dataset::kind(&labelled.table));
        let suite = Suite { dataset: name, description, kind, split: &split, tasks: Tasks::Seeded(&task) };
        let (results, of_set) = evaluator.evaluate(&suite, sink)?;
        all.push(results);
        runs.extend(of_set);
    }
    let description = format!("mean of {} data sets; differences are of these means, paired by split", sets.len());
    sink.record(&Record::Dataset(Dataset { table: table.into(), name: "mean".into(), description }))?;
    let mean = summarise(&over_sets(&runs, sets.len()));
    sink.record(&Record::Results(mean.clone()))?;
    all.push(mean);
    sink.record(&Record::Overview(all))
}

/// For each method, metric and seed the mean over the data sets, as the run of a data set `mean`; none where a set is
/// missing because a fit failed on it.
fn over_sets(runs: &[Run], sets: usize) -> Vec<Run> {
    let mut groups: Vec<Vec<&Run>> = Vec::new();
    for run in runs {
        let same = |g: &&mut Vec<&Run>| g[0].method == run.method && g[0].metric == run.metric && g[0].seed == run.seed;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(run),
            None => groups.push(vec![run]),
        }
    }
    let mean = |group: &Vec<&Run>, value: fn(&Run) -> f64| group.iter().map(|r| value(r)).sum::<f64>() / sets as f64;
    let complete = groups.iter().filter(|g| g.len() == sets);
    complete
        .map(|group| Run {
            dataset: "mean".into(),
            value: mean(group, |r| r.value),
            fit_s: mean(group, |r| r.fit_s),
            score_s: mean(group, |r| r.score_s),
            ..group[0].clone()
        })
        .collect()
}
