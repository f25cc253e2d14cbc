//! Records as tables for people; figures in percent.

use std::io::Write;

use super::record::{Difference, Inventory, Record, Results, Sink, Summary, write_error};
use crate::error::Result;
use crate::evaluate::Method;

/// Metrics in the order of the columns, and how a column is headed.
const METRICS: [(&str, &str); 4] = [
    ("f1_at_true_ratio", "F1 true ratio"),
    ("auroc", "AUROC"),
    ("average_precision", "avg. precision"),
    ("f1_at_alpha", "F1 at alpha"),
];
const HEADLINE: &str = "f1_at_true_ratio";

/// Writes records as text; a table when a data set ends, an overview at the end.
#[derive(Debug)]
pub struct TextTables<W> {
    out: W,
    /// Kind of the inventory lines so far, whose header is written once.
    inventory: String,
}

impl<W: Write> TextTables<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> TextTables<W> {
        TextTables { out, inventory: String::new() }
    }
}

impl<W: Write> Sink for TextTables<W> {
    fn record(&mut self, record: &Record) -> Result<()> {
        let text = match record {
            Record::Dataset(d) => format!("{} {}: {}\n", d.table, d.name, d.description),
            Record::Run(_) => return Ok(()),
            Record::Failure(f) => format!("  {}, seed {}: no detector: {}\n", f.method, f.seed, f.message),
            Record::Figure(figure) => figure.to_text(),
            Record::Results(results) => results_text(results),
            Record::Overview(all) => overview_text(all),
            Record::Inventory(i) => {
                let header = if self.inventory == i.table { String::new() } else { inventory_header(i) };
                self.inventory.clone_from(&i.table);
                header + &inventory_text(i)
            }
        };
        self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).map_err(write_error)
    }
}

fn percent(value: f64) -> String {
    format!("{:.1}", 100.0 * value)
}

fn mean_sd(s: &Summary) -> String {
    if s.seeds > 1 { format!("{:.1} ± {:.1}", 100.0 * s.mean, 100.0 * s.sd) } else { percent(s.mean) }
}

fn signed(d: &Difference) -> String {
    let error = if d.pairs > 1 { format!(" ± {:.1}", 100.0 * d.standard_error) } else { String::new() };
    format!("{:+.1}{error}", 100.0 * d.mean)
}

/// One row a method, one column a metric, then the paired differences.
fn results_text(results: &Results) -> String {
    let Some(first) = results.summaries.first() else { return String::new() };
    let mut text = format!("  {} split, {} seeds, mean ± sd in percent\n", first.split, first.seeds);
    let with_paper = results.summaries.iter().any(|s| s.paper.is_some());
    let heads = METRICS.iter().map(|(_, head)| (*head).to_owned());
    let paper = if with_paper { "   paper's F1" } else { "" };
    let headlines = || results.summaries.iter().filter(|s| s.metric == HEADLINE);
    let name = headlines().map(|s| s.method.name().len()).max().unwrap_or(0).max(11) + 1;
    text += &format!("  {:<name$}{}{:>10}{:>10}{paper}\n", "method", padded(heads, 16), "fit s", "score s");
    for s in headlines() {
        let of = |metric: &str| results.summaries.iter().find(|o| o.method == s.method && o.metric == metric);
        let cells = METRICS.iter().map(|(metric, _)| of(metric).map_or("-".into(), mean_sd));
        let paper = s.paper.map_or(String::new(), |p| format!("{:>13}", percent(p)));
        text += &format!("  {:<name$}{}{:>10.2}{:>10.2}{paper}\n", s.method, padded(cells, 16), s.fit_s, s.score_s);
    }
    for d in results.differences.iter().filter(|d| !d.best_rival && d.metric == HEADLINE) {
        text += &difference_text(results, d);
    }
    for (metric, head) in &METRICS[..3] {
        for d in results.differences.iter().filter(|d| d.best_rival && d.metric == *metric) {
            text += &format!("  {head}: best rival {}, {} is {}\n", d.right, d.left, standing(d));
        }
    }
    text + "\n"
}

/// A paired difference in all metrics that both methods have.
fn difference_text(results: &Results, of: &Difference) -> String {
    let mut text = format!("  {} - {}:", of.left, of.right);
    for (metric, head) in METRICS {
        let same = |d: &&Difference| !d.best_rival && d.metric == metric && (d.left, d.right) == (of.left, of.right);
        if let Some(d) = results.differences.iter().find(same) {
            text += &format!("  {head} {}", signed(d));
        }
    }
    text + &format!("  (mean ± standard error of {} pairs)\n", of.pairs)
}

fn standing(d: &Difference) -> String {
    let side = if d.mean > 0.0 {
        "ahead"
    } else if d.mean < 0.0 {
        "BEHIND"
    } else {
        "level"
    };
    format!("{side}: {}", signed(d))
}

/// F1 of every method on every data set, the paper's figures beneath, and where we lose.
fn overview_text(all: &[Results]) -> String {
    let named: Vec<(&str, &Results)> =
        all.iter().filter_map(|r| r.summaries.first().map(|s| (s.dataset.as_str(), r))).collect();
    if named.is_empty() {
        return String::new();
    }
    let width = named.iter().map(|(n, _)| n.len()).max().unwrap_or(0).max(11) + 2;
    let mut text = String::from("F1 at the true ratio, percent\n");
    let cell = |r: &Results, method: Method| -> Option<Summary> {
        r.summaries.iter().find(|s| s.method == method && s.metric == HEADLINE).cloned()
    };
    // A variant whose fits failed on one data set may have figures on another.
    let mut methods: Vec<Method> = Vec::new();
    for s in named.iter().flat_map(|(_, r)| &r.summaries) {
        if !methods.contains(&s.method) {
            methods.push(s.method);
        }
    }
    let name_width = methods.iter().map(|m| m.name().len()).max().unwrap_or(0).max(16) + 1;
    let row = |name: &str, cells: &mut dyn Iterator<Item = String>| {
        format!("  {name:<name_width$}{}\n", padded(cells, width))
    };
    text += &row("", &mut named.iter().map(|(name, _)| (*name).to_owned()));
    for &method in &methods {
        let mut cells = named.iter().map(|(_, r)| cell(r, method).map_or("-".into(), |s| mean_sd(&s)));
        text += &row(method.name(), &mut cells);
    }
    for &method in &methods {
        let paper: Vec<Option<f64>> = named.iter().map(|(_, r)| cell(r, method).and_then(|s| s.paper)).collect();
        if paper.iter().any(Option::is_some) {
            let mut cells = paper.into_iter().map(|p| p.map_or("-".into(), percent));
            text += &row(&format!("paper {method}"), &mut cells);
        }
    }
    text + &losses_text(all)
}

fn padded(cells: impl Iterator<Item = String>, width: usize) -> String {
    cells.map(|c| format!("{c:>width$}")).collect()
}

fn losses_text(all: &[Results]) -> String {
    let against: Vec<&Difference> =
        all.iter().flat_map(|r| &r.differences).filter(|d| d.best_rival && d.metric == HEADLINE).collect();
    if against.is_empty() {
        return String::new();
    }
    let lost: Vec<String> = against
        .iter()
        .filter(|d| d.mean < 0.0)
        .map(|d| format!("{} to {} ({})", d.dataset, d.right, signed(d)))
        .collect();
    if lost.is_empty() { "we lose nowhere\n".into() } else { format!("we lose on {}\n", lost.join(", ")) }
}

fn inventory_header(i: &Inventory) -> String {
    let heads = i.counts.iter().map(|(name, ..)| (*name).to_owned());
    format!("{} (counted / paper)\n  {:<22}{}\n", i.table, "", padded(heads, 20))
}

fn inventory_text(i: &Inventory) -> String {
    // Shares to three digits, counts as they are.
    let show = |v: f64| if v.fract() == 0.0 { format!("{v}") } else { format!("{v:.3}") };
    let cells = i.counts.iter().map(|(_, counted, paper)| format!("{} / {}", show(*counted), show(*paper)));
    let note = if i.note.is_empty() { String::new() } else { format!("  {}", i.note) };
    format!("  {:<22}{}{note}\n", i.dataset, padded(cells, 20))
}
