//! Results of sets of series as tables for people: AUROC in percent, a column a class.

use super::record::{Difference, Results, Summary};
use super::series::MEAN;
use super::text::{mean_sd, padded, percent, signed, standing};
use crate::evaluate::Method;

const METRIC: &str = "auroc";

/// Whether the results are of series.
pub fn is_of_series(results: &Results) -> bool {
    results.summaries.first().is_some_and(|s| s.task == MEAN)
}

fn means(results: &Results) -> impl Iterator<Item = &Summary> {
    results.summaries.iter().filter(|s| s.metric == METRIC && s.task == MEAN)
}

fn differences(results: &Results, best_rival: bool) -> impl Iterator<Item = &Difference> {
    results.differences.iter().filter(move |d| d.metric == METRIC && d.best_rival == best_rival)
}

fn row(name: &str, cells: impl Iterator<Item = String>, width: usize) -> String {
    format!("  {name:<19}{}\n", padded(cells, width))
}

/// One row a method: the mean over classes and its deviation over seeds, then each class.
pub fn results_text(results: &Results) -> String {
    let Some(first) = means(results).next() else { return String::new() };
    let of_method = |method| results.summaries.iter().filter(move |s| s.metric == METRIC && s.method == method);
    let mut text = format!("  {} split, {} seeds, AUROC in percent\n", first.split, first.seeds);
    let classes: Vec<String> =
        of_method(first.method).filter(|s| s.task != MEAN).map(|s| s.task.chars().take(15).collect()).collect();
    let heads = ["mean ± sd".to_owned(), "paper".into(), "fit s".into(), "score s".into()];
    let width = classes.iter().map(|c| c.chars().count()).max().unwrap_or(0).max(5) + 2;
    text += &format!("  {:<12}{}{}\n", "method", padded(heads.into_iter(), 13), padded(classes.into_iter(), width));
    for s in means(results) {
        let paper = s.paper.map_or("-".into(), percent);
        let cells = [mean_sd(s), paper, format!("{:.2}", s.fit_s), format!("{:.2}", s.score_s)];
        let of_classes = of_method(s.method).filter(|s| s.task != MEAN).map(|s| percent(s.mean));
        text += &format!("  {:<12}{}{}\n", s.method, padded(cells.into_iter(), 13), padded(of_classes, width));
    }
    for d in differences(results, false) {
        text += &format!("  {} - {}: {} (mean ± standard error of {} pairs)\n", d.left, d.right, signed(d), d.pairs);
    }
    for d in differences(results, true) {
        text += &format!("  best rival {}, {} is {}\n", d.right, d.left, standing(d));
    }
    text + "\n"
}

/// Mean AUROC of every method on every data set, the paper's figures beneath, and where we lose.
pub fn overview_text(all: &[Results]) -> String {
    let named: Vec<(&str, &Results)> =
        all.iter().filter_map(|r| means(r).next().map(|s| (s.dataset.as_str(), r))).collect();
    let Some((_, first)) = named.first() else { return String::new() };
    let width = named.iter().map(|(n, _)| n.len()).max().unwrap_or(0).max(11) + 2;
    let mut text = String::from("AUROC, percent\n");
    text += &row("", named.iter().map(|(name, _)| (*name).to_owned()), width);
    let cell = |r: &Results, method: Method| means(r).find(|s| s.method == method).cloned();
    let methods: Vec<Method> = means(first).map(|s| s.method).collect();
    for &method in &methods {
        let cells = named.iter().map(|(_, r)| cell(r, method).map_or("-".into(), |s| mean_sd(&s)));
        text += &row(method.name(), cells, width);
    }
    for &method in &methods {
        let paper: Vec<Option<f64>> = named.iter().map(|(_, r)| cell(r, method).and_then(|s| s.paper)).collect();
        if paper.iter().any(Option::is_some) {
            let cells = paper.into_iter().map(|p| p.map_or("-".into(), percent));
            text += &row(&format!("paper {method}"), cells, width);
        }
    }
    let lost: Vec<String> = all
        .iter()
        .flat_map(|r| differences(r, true))
        .filter(|d| d.mean < 0.0)
        .map(|d| format!("{} to {} ({})", d.dataset, d.right, signed(d)))
        .collect();
    match lost.is_empty() {
        true if all.iter().all(|r| differences(r, true).next().is_none()) => text,
        true => text + "we lose nowhere\n",
        false => text + &format!("we lose on {}\n", lost.join(", ")),
    }
}
