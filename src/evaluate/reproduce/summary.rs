//! Means over seeds and differences paired by seed.

use super::paper;
use super::record::{Difference, Results, Run, Summary};
use crate::evaluate::Method;

/// Mean and standard deviation (n − 1; 0 for a single value) of at least one value.
pub fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
}

/// Summaries of the runs of one data set and task, in the order of their first run, and the differences that matter:
/// NAF-AL to its control and to NAF-AD, variants of an ablation to where they come from, and our better method (by
/// mean) to the best rival.
pub fn summarise(runs: &[Run]) -> Results {
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
            .and_then(|of| paper::figure(&of.table, &of.dataset, of.method, of.metric)),
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
    let ours = best(&|m| matches!(m, Method::NafAd | Method::NafAl));
    let rival = best(&Method::is_baseline);
    let mut pairs = vec![(Method::NafAl, Method::Control, false), (Method::NafAl, Method::NafAd, false)];
    let variants = summaries.iter().filter(|s| s.metric == metric).map(|s| s.method);
    pairs.extend(variants.filter_map(|variant| Some((variant, variant.origin()?, false))));
    pairs.extend(ours.zip(rival).map(|(ours, rival)| (ours, rival, true)));
    pairs
        .into_iter()
        .filter_map(|(left, right, best_rival)| difference(runs, metric, left, right, best_rival))
        .collect()
}

/// The paired difference, if both methods ran with a common seed.
fn difference(runs: &[Run], metric: &str, left: Method, right: Method, best_rival: bool) -> Option<Difference> {
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
        best_rival,
        mean,
        standard_error: sd / (paired.len() as f64).sqrt(),
        pairs: paired.len(),
        split: first.split.clone(),
        config: first.config.clone(),
    })
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
