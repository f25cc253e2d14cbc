//! How far methods stay behind the best simple one, table by table.
//!
//! The regret of a method on a data set is the best mean, over splits, of the yardsticks there minus its own; at least 0.
//! A detector that is used without looking must have a small one everywhere, so the mean and the worst are told.

use serde_json::{Value, json};

use super::record::{Regret, Run};
use super::summary::distinct;
use crate::evaluate::Method;

/// Means closer than this are a tie.
const TIE: f64 = 5e-4;

/// The regrets of every method in each of `metrics`; `rows` are the test rows of each data set.
pub fn regrets(runs: &[Run], metrics: &[&'static str], yardsticks: &[&str], rows: &[(String, usize)]) -> Vec<Regret> {
    let methods = distinct(runs.iter().map(|r| r.method));
    let mean_of = |method: Method, metric: &str, dataset: &str, value: fn(&Run) -> f64| {
        let same = runs.iter().filter(|r| r.method == method && r.metric == metric && r.dataset == dataset);
        let values: Vec<f64> = same.map(value).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let mut all = Vec::new();
    for &metric in metrics {
        for &method in &methods {
            let of = |value: fn(&Run) -> f64| -> Option<Vec<f64>> {
                rows.iter().map(|(dataset, _)| mean_of(method, metric, dataset, value)).collect()
            };
            let (Some(own), Some(fit), Some(score)) = (of(|r| r.value), of(|r| r.fit_s), of(|r| r.score_s)) else {
                continue;
            };
            let best = |dataset: &str| {
                let means = methods.iter().filter(|m| yardsticks.contains(&m.name()));
                means.filter_map(|&m| mean_of(m, metric, dataset, |r| r.value)).fold(f64::NEG_INFINITY, f64::max)
            };
            let behind: Vec<f64> = rows.iter().zip(&own).map(|((dataset, _), own)| best(dataset) - own).collect();
            if behind.iter().any(|b| !b.is_finite()) {
                continue;
            }
            let measured_by = methods
                .iter()
                .map(|m| m.name())
                .filter(|name| yardsticks.contains(name))
                .collect::<Vec<_>>()
                .join(", ");
            let worst = (0..rows.len()).fold(0, |w, i| if behind[i] > behind[w] { i } else { w });
            let count = |accept: &dyn Fn(f64) -> bool| behind.iter().filter(|b| accept(**b)).count();
            let sets = rows.len() as f64;
            all.push(Regret {
                table: runs[0].table.clone(),
                measured_by,
                method,
                metric,
                value: own.iter().sum::<f64>() / sets,
                mean: behind.iter().map(|b| b.max(0.0)).sum::<f64>() / sets,
                worst: behind[worst].max(0.0),
                worst_dataset: rows[worst].0.clone(),
                standing: [count(&|b| b < -TIE), count(&|b| b.abs() <= TIE), count(&|b| b > TIE)],
                fit_s: fit.iter().sum::<f64>() / sets,
                rows_per_s: rows.iter().map(|(_, n)| *n as f64).sum::<f64>() / score.iter().sum::<f64>().max(1e-9),
            });
        }
    }
    all
}

impl Regret {
    pub(super) fn to_json(&self) -> Value {
        let [ahead, level, behind] = self.standing;
        json!({
            "table": self.table, "dataset": "mean", "measured_by": self.measured_by, "method": self.method.name(), "metric": self.metric,
            "mean": self.value, "mean_regret": self.mean, "worst_regret": self.worst,
            "worst_dataset": self.worst_dataset, "ahead": ahead, "level": level, "behind": behind,
            "fit_s": self.fit_s, "rows_per_s": self.rows_per_s,
        })
    }
}

/// One row a method, metric by metric.
pub(super) fn regrets_text(all: &[Regret]) -> String {
    let mut text = String::new();
    for metric in distinct(all.iter().map(|r| r.metric)) {
        let by = all.iter().find(|r| r.metric == metric).map_or("", |r| &r.measured_by);
        text += &format!(
            "regret in {metric}, percent: the best of {by} on each table, less the method's; at least 0\n  {:<20}{:>8}{:>8}{:>8}  {:<18}{:>20}{:>10}{:>12}\n",
            "method", "mean", "regret", "worst", "on", "ahead/level/behind", "fit s", "rows/s"
        );
        for r in all.iter().filter(|r| r.metric == metric) {
            let standing = r.standing.map(|n| n.to_string()).join("/");
            text += &format!(
                "  {:<20}{:>8.2}{:>8.2}{:>8.2}  {:<18}{:>20}{:>10.2}{:>12.0}\n",
                r.method.name(),
                100.0 * r.value,
                100.0 * r.mean,
                100.0 * r.worst,
                if r.worst > 0.0 { &r.worst_dataset } else { "-" },
                standing,
                r.fit_s,
                r.rows_per_s
            );
        }
    }
    text
}
