//! The development tables: the only data on which a configuration for tables may be chosen; and the ablation on them.
//!
//! Random splits of the normal rows, at most 2,000 training rows, the mean over the sets, and each method's regret to the
//! best of the yardsticks: the well-known detectors, and flows alone as they were before there was a panel.

use super::options::Options;
use super::table1;
use crate::data;
use crate::encode::table::KIND;
use crate::error::Result;
use crate::evaluate::protocol::{Labelled, Split};
use crate::evaluate::results::{Dataset, Record, Results, Run, Sink, regrets, summarise};
use crate::evaluate::{Method, Suite, Tasks};
use crate::progress::Progress;

/// The first data sets (ADBench, Han et al. 2022), in the folder `dev`: those of the ablation.
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

/// More of them, in the folder `dev2`: ADBench's, subsampled, UCI digits, and features of images.
pub const MORE_SETS: [&str; 14] = [
    "aloi",
    "campaign",
    "celeba",
    "cover",
    "digits-but-1",
    "digits-but-8",
    "donors",
    "embedded-bottle",
    "embedded-cable",
    "embedded-screw",
    "magic-gamma",
    "shuttle",
    "skin",
    "smtp",
];

/// Methods that a regret is measured by: flows alone as they were before there was a panel, and well-known detectors.
pub const YARDSTICKS: [&str; 6] = ["default-unwhitened", "iforest", "lof", "knn", "ocsvm", "mahalanobis"];

/// Seeds of `dev` and of the ablation, unless the options say otherwise.
const SEEDS: [u64; 2] = [4, 2];
/// Training rows, at most: the first ones of the permutation.
const TRAINING_ROWS: usize = 2_000;

/// Runs the data sets that `options` ask for, and then averages over them; unless the options name methods, the panel,
/// flows alone and the yardsticks.
pub fn run(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let mut options = options.clone();
    if options.methods.is_empty() {
        options.methods =
            ["panel", "naf-ad"].iter().chain(&YARDSTICKS).map(|name| name.parse()).collect::<Result<_>>()?;
    }
    let sets = options.datasets(&[&SETS[..], &MORE_SETS].concat())?;
    evaluate(&Splits { table: "dev", seeds: SEEDS[0], contamination: 0.0 }, &options, &sets, progress, sink)
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
    evaluate(&Splits { table: "ablation", seeds: SEEDS[1], contamination: 0.0 }, &options, &sets, progress, sink)
}

/// How an experiment splits the tables.
pub(super) struct Splits {
    /// Name of the experiment.
    pub table: &'static str,
    /// Seeds unless the options say otherwise.
    pub seeds: u64,
    /// Share of the training rows that are anomalies.
    pub contamination: f64,
}

/// Runs the tables `sets`, then their mean and the regrets.
pub(super) fn evaluate(
    &Splits { table, seeds, contamination }: &Splits,
    options: &Options,
    sets: &[&str],
    progress: &dyn Progress,
    sink: &mut dyn Sink,
) -> Result<()> {
    let evaluator = options.evaluator(table, seeds, options.builder().configuration(KIND)?.hash(), progress);
    let (mut all, mut runs): (Vec<Results>, Vec<Run>) = (Vec::new(), Vec::new());
    // Test rows of each data set.
    let mut rows: Vec<(String, usize)> = Vec::new();
    for name in sets {
        let (folder, limit) = match name {
            name if SETS.contains(name) => ("dev", Some(TRAINING_ROWS)),
            name if MORE_SETS.contains(name) => ("dev2", Some(TRAINING_ROWS)),
            _ => ("tabular", None),
        };
        let labelled = Labelled::read(&options.data.join(format!("{folder}/{name}.csv.gz")))?;
        let task = |seed| labelled.contaminated(Split::Random, seed, limit, contamination);
        let split = Split::Random.to_string();
        rows.push(((*name).to_owned(), task(0)?.labels.len()));
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
    sink.record(&Record::Overview(all))?;
    sink.record(&Record::Regrets(regrets(&runs, &["auroc", "f1_at_true_ratio"], &YARDSTICKS, &rows)))
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
