//! Records as tables for people; figures in percent.

use std::io::Write;

use super::paper;
use super::record::{Difference, Inventory, MEAN, Record, Results, Sink, Summary, write_error};
use super::regret::regrets_text;
use crate::error::Result;
use crate::evaluate::Method;

/// Metrics in the order of the columns, and how a column is headed.
const METRICS: [(&str, &str); 4] = [
    ("f1_at_true_ratio", "F1 true ratio"),
    ("auroc", "AUROC"),
    ("average_precision", "avg. precision"),
    ("f1_at_alpha", "F1 at alpha"),
];
/// Of these the best baseline is named: the last metric needs p-values, which baselines do not have.
const COMPARED: usize = 3;

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
            Record::Regrets(all) => regrets_text(all),
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

/// The results of one data set, looked up by method and metric.
struct Sheet<'a> {
    results: &'a Results,
    /// The first summary: of the one task, or of the mean over tasks.
    first: &'a Summary,
    /// The metric that the table is about.
    headline: &'static str,
}

impl<'a> Sheet<'a> {
    fn new(results: &'a Results) -> Option<Sheet<'a>> {
        let first = results.summaries.first()?;
        Some(Sheet { results, first, headline: paper::headline(&first.table) })
    }

    /// Summaries of the data set as a whole.
    fn whole(&self) -> impl Iterator<Item = &'a Summary> {
        let task = &self.first.task;
        self.results.summaries.iter().filter(move |s| s.task == *task)
    }

    fn cell(&self, method: Method, metric: &str) -> Option<&'a Summary> {
        self.whole().find(|s| s.method == method && s.metric == metric)
    }

    /// The headline's summary of each method.
    fn headlines(&self) -> impl Iterator<Item = &'a Summary> {
        let headline = self.headline;
        self.whole().filter(move |s| s.metric == headline)
    }

    /// The headline's summaries of a method for each task, if there are several.
    fn of_tasks(&self, method: Method) -> impl Iterator<Item = &'a Summary> {
        let (headline, several) = (self.headline, self.first.task == MEAN);
        let of_method = self.results.summaries.iter().filter(move |s| several && s.task != MEAN && s.method == method);
        of_method.filter(move |s| s.metric == headline)
    }

    fn differences(&self, metric: &str, best_baseline: bool) -> impl Iterator<Item = &'a Difference> {
        let of_metric = self.results.differences.iter().filter(move |d| d.metric == metric);
        of_metric.filter(move |d| d.best_baseline == best_baseline)
    }
}

fn head(metric: &str) -> &'static str {
    METRICS.iter().find(|(name, _)| *name == metric).map_or("", |(_, head)| head)
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

fn padded(cells: impl Iterator<Item = String>, width: usize) -> String {
    cells.map(|c| format!("{c:>width$}")).collect()
}

/// One row a method, one column a metric and, of several tasks, one a task; then the paired differences.
fn results_text(results: &Results) -> String {
    let Some(sheet) = Sheet::new(results) else { return String::new() };
    let first = sheet.first;
    let mut text = format!("  {} split, {} seeds, mean ± sd in percent\n", first.split, first.seeds);
    let with_paper = sheet.headlines().any(|s| s.paper.is_some());
    let names: Vec<String> = sheet.of_tasks(first.method).map(|s| s.task.chars().take(15).collect()).collect();
    let task_width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(5) + 2;
    let name = sheet.headlines().map(|s| s.method.name().len()).max().unwrap_or(0).max(11) + 1;
    let heads = padded(METRICS.iter().map(|(_, head)| (*head).to_owned()), 16);
    let paper = if with_paper { format!("{:>23}", format!("paper's {}", head(sheet.headline))) } else { String::new() };
    let names = padded(names.into_iter(), task_width);
    text += &format!("  {:<name$}{heads}{:>10}{:>10}{paper}{names}\n", "method", "fit s", "score s");
    for s in sheet.headlines() {
        let cells = METRICS.iter().map(|(metric, _)| sheet.cell(s.method, metric).map_or("-".into(), mean_sd));
        let paper = if with_paper { format!("{:>23}", s.paper.map_or("-".into(), percent)) } else { String::new() };
        let tasks = padded(sheet.of_tasks(s.method).map(|s| percent(s.mean)), task_width);
        let cells = padded(cells, 16);
        text += &format!("  {:<name$}{cells}{:>10.2}{:>10.2}{paper}{tasks}\n", s.method, s.fit_s, s.score_s);
    }
    for d in sheet.differences(sheet.headline, false) {
        text += &difference_text(&sheet, d);
    }
    for (metric, head) in &METRICS[..COMPARED] {
        for d in sheet.differences(metric, true) {
            text += &format!("  {head}: best baseline {}, {} is {}\n", d.right, d.left, standing(d));
        }
    }
    text + "\n"
}

/// A paired difference in all metrics that both methods have.
fn difference_text(sheet: &Sheet, of: &Difference) -> String {
    let mut text = format!("  {} - {}:", of.left, of.right);
    for (metric, head) in METRICS {
        let mut same = sheet.differences(metric, false).filter(|d| (d.left, d.right) == (of.left, of.right));
        if let Some(d) = same.next() {
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

/// The headline of every method on every data set, the paper's figures beneath, and where we lose.
fn overview_text(all: &[Results]) -> String {
    let sheets: Vec<Sheet> = all.iter().filter_map(Sheet::new).collect();
    let Some(first) = sheets.first() else { return String::new() };
    let names = || sheets.iter().map(|sheet| sheet.first.dataset.clone());
    let width = names().map(|n| n.len()).max().unwrap_or(0).max(11) + 2;
    let mut text = format!("{}, percent\n", head(first.headline));
    // A variant whose fits failed on one data set may have figures on another.
    let mut methods: Vec<Method> = Vec::new();
    for s in sheets.iter().flat_map(Sheet::headlines) {
        if !methods.contains(&s.method) {
            methods.push(s.method);
        }
    }
    let name_width = methods.iter().map(|m| m.name().len()).max().unwrap_or(0).max(16) + 3;
    let row = |name: &str, cells: &mut dyn Iterator<Item = String>| {
        format!("  {name:<name_width$}{}\n", padded(cells, width))
    };
    let headline = |sheet: &Sheet, method: Method| sheet.headlines().find(|s| s.method == method).cloned();
    text += &row("", &mut names());
    for &method in &methods {
        let mut cells = sheets.iter().map(|sheet| headline(sheet, method).map_or("-".into(), |s| mean_sd(&s)));
        text += &row(method.name(), &mut cells);
    }
    for &method in &methods {
        let paper: Vec<Option<f64>> =
            sheets.iter().map(|sheet| headline(sheet, method).and_then(|s| s.paper)).collect();
        if paper.iter().any(Option::is_some) {
            let mut cells = paper.into_iter().map(|p| p.map_or("-".into(), percent));
            text += &row(&format!("paper {method}"), &mut cells);
        }
    }
    text + &losses_text(&sheets)
}

fn losses_text(sheets: &[Sheet]) -> String {
    let against: Vec<&Difference> = sheets.iter().flat_map(|sheet| sheet.differences(sheet.headline, true)).collect();
    if against.is_empty() {
        return String::new();
    }
    let losses: Vec<String> = against
        .iter()
        .filter(|d| d.mean < 0.0)
        .map(|d| format!("{} on {} by {} ({})", d.left, d.dataset, d.right, signed(d)))
        .collect();
    if losses.is_empty() { "beaten nowhere by a baseline\n".into() } else { format!("beaten: {}\n", losses.join(", ")) }
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
