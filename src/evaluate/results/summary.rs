//! Means over seeds and differences paired by seed.

use super::paper;
use super::record::{Difference, MEAN, Results, Run, Summary};
use crate::evaluate::method::{CONTROL, Method, NAF_AD, NAF_AL, PANEL};

/// Mean and standard deviation (n − 1; 0 for a single value) of at least one value.
pub fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
}

/// Summaries and differences of the runs of one data set. Of several tasks: those of the mean over the tasks, seed by
/// seed, and behind them the summaries of each task.
pub fn summarise(runs: &[Run]) -> Results {
    let tasks = distinct(runs.iter().map(|run| run.task.as_str()));
    if tasks.len() < 2 {
        return of_one_task(runs);
    }
    let mut results = of_one_task(&means(runs, tasks.len()));
    for task in tasks {
        let of_task: Vec<Run> = runs.iter().filter(|run| run.task == task).cloned().collect();
        results.summaries.extend(of_one_task(&of_task).summaries);
    }
    results
}

/// The mean over the tasks for each method, metric and seed, as runs of the task [`MEAN`].
fn means(runs: &[Run], tasks: usize) -> Vec<Run> {
    let mut means: Vec<Run> = Vec::new();
    let share = 1.0 / tasks as f64;
    for run in runs {
        let same = |m: &&mut Run| m.method == run.method && m.metric == run.metric && m.seed == run.seed;
        match means.iter_mut().find(same) {
            Some(mean) => {
                mean.value += run.value * share;
                mean.fit_s += run.fit_s * share;
                mean.score_s += run.score_s * share;
            }
            None => means.push(Run {
                task: MEAN.into(),
                value: run.value * share,
                fit_s: run.fit_s * share,
                score_s: run.score_s * share,
                ..run.clone()
            }),
        }
    }
    means
}

/// Summaries of the runs of one task, in the order of their first run, and the differences that matter: `naf-al` to its
/// control and to `naf-ad`, variants of an ablation to where they come from, and the panel, or else our better method (by mean), to
/// the best baseline.
fn of_one_task(runs: &[Run]) -> Results {
    let mut summaries: Vec<Summary> = Vec::new();
    for run in runs {
        if !summaries.iter().any(|s| s.method == run.method && s.metric == run.metric) {
            summaries.push(summary(runs, run));
        }
    }
    let metrics: Vec<&'static str> = distinct(summaries.iter().map(|s| s.metric));
    let differences = metrics.iter().flat_map(|metric| differences(runs, &summaries, metric)).collect();
    Results { summaries, differences }
}

fn summary(runs: &[Run], of: &Run) -> Summary {
    let same: Vec<&Run> = runs.iter().filter(|r| r.method == of.method && r.metric == of.metric).collect();
    let mean_of = |value: fn(&Run) -> f64| mean_and_sd(&same.iter().map(|r| value(r)).collect::<Vec<_>>());
    let (mean, sd) = mean_of(|r| r.value);
    Summary {
        table: of.table.clone(),
        dataset: of.dataset.clone(),
        task: of.task.clone(),
        method: of.method,
        metric: of.metric,
        mean,
        sd,
        seeds: same.len(),
        // The paper prints no figures of single classes.
        paper: Some(of)
            .filter(|of| !of.is_of_a_class())
            .and_then(|of| paper::figure(&of.table, &of.dataset, of.method.name(), of.metric)),
        fit_s: mean_of(|r| r.fit_s).0,
        score_s: mean_of(|r| r.score_s).0,
        split: of.split.clone(),
        config: of.config.clone(),
    }
}

fn differences(runs: &[Run], summaries: &[Summary], metric: &str) -> Vec<Difference> {
    let best = |accept: &dyn Fn(Method) -> bool| {
        let of_metric = summaries.iter().filter(|s| s.metric == metric && accept(s.method));
        of_metric.max_by(|a, b| a.mean.total_cmp(&b.mean)).map(|s| s.method)
    };
    // The panel is what is fitted by default; of an experiment without it the better of the flows speaks for us.
    let ours = best(&|m| m.name() == PANEL).or_else(|| best(&|m| [NAF_AD, NAF_AL].contains(&m.name())));
    let baseline = best(&Method::is_baseline);
    let methods: Vec<Method> = summaries.iter().filter(|s| s.metric == metric).map(|s| s.method).collect();
    let named = |name: &str| methods.iter().copied().find(|m| m.name() == name);
    let mut pairs: Vec<(Method, Method, bool)> = Vec::new();
    pairs.extend(named(NAF_AL).zip(named(CONTROL)).map(|(left, right)| (left, right, false)));
    pairs.extend(named(NAF_AL).zip(named(NAF_AD)).map(|(left, right)| (left, right, false)));
    pairs.extend(methods.iter().filter_map(|&variant| Some((variant, variant.origin()?, false))));
    pairs.extend(ours.zip(baseline).map(|(ours, baseline)| (ours, baseline, true)));
    pairs
        .into_iter()
        .filter_map(|(left, right, best_baseline)| difference(runs, metric, left, right, best_baseline))
        .collect()
}

/// The paired difference, if both methods ran with a common seed.
fn difference(runs: &[Run], metric: &str, left: Method, right: Method, best_baseline: bool) -> Option<Difference> {
    let of = |method| runs.iter().filter(move |r| r.method == method && r.metric == metric);
    let paired: Vec<(&Run, &Run)> =
        of(left).filter_map(|l| of(right).find(|r| r.seed == l.seed).map(|r| (l, r))).collect();
    let (first, _) = paired.first()?;
    let (mean, sd) = mean_and_sd(&paired.iter().map(|(l, r)| l.value - r.value).collect::<Vec<_>>());
    Some(Difference {
        table: first.table.clone(),
        dataset: first.dataset.clone(),
        task: first.task.clone(),
        metric: first.metric,
        left,
        right,
        best_baseline,
        mean,
        standard_error: sd / (paired.len() as f64).sqrt(),
        pairs: paired.len(),
        split: first.split.clone(),
        config: first.config.clone(),
    })
}

pub(super) fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
