//! Today's columns against those of training: which of them drifted, and how, in words.
//!
//! Numbers by the largest distance of the two distribution functions (Kolmogorov and Smirnov), which must be beyond what chance gives
//! in one of a thousand reports and large enough to matter; categories by the share of rows that would have to change.

use std::collections::HashMap;

use crate::cli::table_writer::brief;
use crate::data::{ColumnKind, Dataset, SeriesSet, Table};
use crate::detect::TrainingInput;
use crate::report::ReportTable;
use crate::stats::{critical_distance, largest_distance};

/// Most values of a column, and of all columns, that are kept.
const VALUES: usize = 200_000;
const ALL_VALUES: usize = 10_000_000;
/// Most categories of a column that are told apart.
const CATEGORIES: usize = 10_000;
/// Smallest distance that matters.
const MATTERS: f64 = 0.1;
/// Chance of a report with a column that is said to drift though none does.
const ALPHA: f64 = 1e-3;
/// Columns that are listed.
const LISTED: usize = 60;

/// A column of today's rows.
#[derive(Debug)]
struct Today {
    values: Vec<f64>,
    /// Of how many values one is kept.
    every: usize,
    seen: usize,
    missing: usize,
    categories: HashMap<String, usize>,
}

impl Default for Today {
    fn default() -> Today {
        Today { values: Vec::new(), every: 1, seen: 0, missing: 0, categories: HashMap::new() }
    }
}

impl Today {
    fn add(&mut self, value: f64, most: usize) {
        if value.is_nan() {
            self.missing += 1;
        } else if self.seen.is_multiple_of(self.every) {
            self.values.push(value);
            if self.values.len() >= most {
                let mut number = 0;
                self.values.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.every *= 2;
            }
        }
        self.seen += 1;
    }

    fn add_category(&mut self, name: Option<&String>) {
        self.seen += 1;
        match name {
            None => self.missing += 1,
            Some(name) if self.categories.len() < CATEGORIES || self.categories.contains_key(name) => {
                *self.categories.entry(name.clone()).or_default() += 1;
            }
            Some(_) => {}
        }
    }
}

/// What became of a column since training.
pub(super) struct Change {
    /// How far apart the two are, 0 to 1.
    distance: f64,
    pub drifted: bool,
    training: String,
    today: String,
    verdict: String,
}

/// The columns, or channels, of today's cases.
pub(super) struct Columns {
    training: Vec<TrainingInput>,
    today: Vec<Today>,
    /// Most values of a column.
    most: usize,
}

impl Columns {
    /// Nothing seen yet; `training`: what the model knows of training.
    pub fn new(training: Vec<TrainingInput>) -> Columns {
        let today = training.iter().map(|_| Today::default()).collect();
        let most = VALUES.min(ALL_VALUES / training.len().max(1)).max(1000);
        Columns { training, today, most }
    }

    /// What they looked like in training.
    pub fn training(&self) -> &[TrainingInput] {
        &self.training
    }

    /// Adds cases.
    pub fn add(&mut self, cases: &dyn Dataset) {
        if let Some(table) = cases.downcast::<Table>() {
            let places: HashMap<&str, usize> =
                table.names().iter().enumerate().map(|(j, name)| (name.as_str(), j)).collect();
            for (input, today) in self.training.iter().zip(&mut self.today) {
                let Some(&j) = places.get(input.name.as_str()) else { continue };
                for i in 0..table.rows() {
                    let value = table.row(i)[j];
                    match table.kinds()[j].categories() {
                        Some(names) => today.add_category(names.get(value as usize).filter(|_| !value.is_nan())),
                        None => today.add(value, self.most),
                    }
                }
            }
        }
        if let Some(set) = cases.downcast::<SeriesSet>() {
            for (c, today) in self.today.iter_mut().enumerate().take(set.channels()) {
                set.cases().iter().flat_map(|case| case.channel(c)).for_each(|&value| today.add(value, self.most));
            }
        }
    }

    /// What became of each column that can be compared, by its name.
    pub fn changes(&self) -> Vec<(&str, Change)> {
        let tests = self.training.len().max(1) as f64;
        let compared = self.training.iter().zip(&self.today);
        let compared = compared.filter(|(input, today)| today.seen > 0 && !input.sorted.is_empty());
        let mut changes = Vec::new();
        for (input, today) in compared {
            let change = match &input.kind {
                ColumnKind::Category(names) => of_categories(input, names, today),
                // Of a time only the hour and the day count, and later ones are no drift.
                ColumnKind::Time(_) => continue,
                ColumnKind::Number | ColumnKind::Truth => of_numbers(input, today, ALPHA / tests),
            };
            changes.push((input.name.as_str(), change));
        }
        changes
    }

    /// The table of all columns, those that changed most at the top; nothing where nothing is known of training.
    pub fn table(&self, mut changes: Vec<(&str, Change)>) -> Option<ReportTable> {
        if changes.is_empty() {
            return None;
        }
        changes.sort_by(|a, b| b.1.drifted.cmp(&a.1.drifted).then(b.1.distance.total_cmp(&a.1.distance)));
        let count = changes.len();
        let row = |(name, change): (&str, Change)| {
            vec![
                name.to_owned(),
                change.training,
                change.today,
                brief((change.distance * 1e6).round() / 1e6),
                change.verdict,
            ]
        };
        let beyond =
            if count > LISTED { format!(" The {LISTED} that changed most, of {count}.") } else { String::new() };
        let kept = self.training.first().map_or(0, |input| input.sorted.len() + input.missing);
        let thinned = self.today.iter().map(|today| today.every).max().unwrap_or(1);
        let thinned =
            if thinned > 1 { format!(" Of today one value in {thinned} is looked at.") } else { String::new() };
        Some(ReportTable {
            title: "Today against training, column by column".into(),
            caption: format!(
                "Numbers: median and the span of nine in ten values; categories: the most frequent. The distance is the \
                 largest difference between the two shares of values below any bound, or the share of rows that would have \
                 to be another category. Training: the {kept} values that the model keeps.{thinned}{beyond}"
            ),
            columns: ["column", "training", "today", "distance", "verdict"].map(str::to_owned).to_vec(),
            rows: changes.into_iter().take(LISTED).map(row).collect(),
        })
    }
}

/// The value below which a share of ascending values lies.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn span(sorted: &[f64]) -> String {
    let [low, middle, high] = [0.05, 0.5, 0.95].map(|share| brief(quantile(sorted, share)));
    format!("{middle} ({low} to {high})")
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 1.0 { "under 1 %".into() } else { format!("{percent:.0} %") }
}

fn of_numbers(input: &TrainingInput, today: &Today, alpha: f64) -> Change {
    let mut sorted = today.values.clone();
    sorted.sort_by(f64::total_cmp);
    let own = &input.sorted;
    let missing = (input.missing as f64 / (input.missing + own.len()) as f64, today.missing as f64 / today.seen as f64);
    if sorted.is_empty() {
        let verdict = "every value is missing".to_owned();
        return Change { distance: 1.0, drifted: true, training: span(own), today: "missing".into(), verdict };
    }
    let distance = largest_distance(own, &sorted);
    let critical = critical_distance(own.len(), sorted.len(), alpha);
    let drifted = distance > critical.max(MATTERS);
    let [low, middle, high] = [0.05, 0.5, 0.95].map(|share| quantile(own, share));
    let (span_of_training, now) = (high - low, quantile(&sorted, 0.5));
    let span_of_today = quantile(&sorted, 0.95) - quantile(&sorted, 0.05);
    let moved = now - middle;
    let outside = sorted.iter().filter(|v| **v < own[0] || **v > own[own.len() - 1]).count();
    let outside = outside as f64 / sorted.len() as f64;
    let mut verdict = if !drifted {
        "as in training".to_owned()
    } else if moved.abs() > 0.1 * span_of_training {
        format!("{} by {}", if moved > 0.0 { "higher" } else { "lower" }, brief(moved.abs()))
    } else if span_of_today > 1.3 * span_of_training {
        "spread wider".to_owned()
    } else if span_of_today < span_of_training / 1.3 {
        "spread less".to_owned()
    } else {
        "another distribution".to_owned()
    };
    if outside > 0.01 {
        verdict += &format!("; {} beyond all training values", percent(outside));
    }
    if missing.1 > missing.0 + 0.05 {
        verdict += &format!("; missing in {} of rows, {} in training", percent(missing.1), percent(missing.0));
    }
    Change { distance, drifted, training: span(own), today: span(&sorted), verdict }
}

fn of_categories(input: &TrainingInput, names: &[String], today: &Today) -> Change {
    let (all, now) = (input.sorted.len() as f64, today.categories.values().sum::<usize>().max(1) as f64);
    let mut trained: HashMap<&str, f64> = HashMap::new();
    for &place in &input.sorted {
        *trained.entry(names.get(place as usize).map_or("", String::as_str)).or_default() += 1.0 / all;
    }
    let own = |name: &str| trained.get(name).copied().unwrap_or(0.0);
    let current = |name: &str| today.categories.get(name).map_or(0.0, |&count| count as f64 / now);
    let union: Vec<&str> = trained
        .keys()
        .copied()
        .chain(today.categories.keys().map(String::as_str).filter(|name| !trained.contains_key(name)))
        .collect();
    let distance = union.iter().map(|name| (own(name) - current(name)).abs()).sum::<f64>() / 2.0;
    // What two samples of one law differ by on average, at most: √(k/n + k/m)/2.
    let chance = 0.5 * (union.len() as f64 * (1.0 / all + 1.0 / now)).sqrt();
    let drifted = distance > MATTERS.max(2.0 * chance);
    let largest = |of: &dyn Fn(&str) -> f64| {
        let mut by_share = union.clone();
        by_share.sort_by(|a, b| of(b).total_cmp(&of(a)).then(a.cmp(b)));
        let shown = by_share.iter().filter(|name| of(name) > 0.0).take(3);
        shown.map(|name| format!("{name} {}", percent(of(name)))).collect::<Vec<_>>().join(", ")
    };
    let mut unseen: Vec<&str> = union.iter().copied().filter(|name| !names.iter().any(|own| own == name)).collect();
    unseen.sort_by(|a, b| current(b).total_cmp(&current(a)).then(a.cmp(b)));
    let mut verdict = match drifted {
        false => "as in training".to_owned(),
        true => {
            let grown =
                union.iter().max_by(|a, b| (current(a) - own(a)).total_cmp(&(current(b) - own(b))).then(b.cmp(a)));
            grown.map_or_else(String::new, |name| format!("{name} more often: {}", percent(current(name))))
        }
    };
    if let Some(first) = unseen.first() {
        let share: f64 = unseen.iter().map(|name| current(name)).sum::<f64>() * now / today.seen as f64;
        let more = if unseen.len() > 1 { format!(" and {} more", unseen.len() - 1) } else { String::new() };
        verdict += &format!("; never seen in training: {first}{more}, {} of rows", percent(share));
    }
    Change { distance, drifted, training: largest(&own), today: largest(&current), verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, Table};
    use crate::random::{Key, normal, stream};

    fn verdict(training: Vec<f64>, today: Vec<f64>) -> (bool, String) {
        let mut sorted = training;
        sorted.sort_by(f64::total_cmp);
        let input = TrainingInput { name: "a".into(), kind: ColumnKind::Number, sorted, missing: 0 };
        let mut columns = Columns::new(vec![input]);
        let table = Table::with_columns(
            vec![Column::number("b"), Column::number("a")],
            today.iter().flat_map(|v| [0.0, *v]).collect(),
            true,
        );
        columns.add(&table.unwrap());
        let change = columns.changes().pop().unwrap().1;
        (change.drifted, change.verdict)
    }

    #[test]
    fn what_changed_is_said_in_words_and_nothing_where_nothing_did() {
        let mut rng = stream(4, Key::Simulation(66, 0));
        let mut sample = |n: usize, mean: f64, sd: f64| -> Vec<f64> {
            (0..n).map(|_| mean + sd * normal::<f64>(&mut rng)).collect()
        };
        let training = sample(500, 10.0, 1.0);
        assert_eq!(verdict(training.clone(), sample(400, 10.0, 1.0)), (false, "as in training".into()));
        let (drifted, words) = verdict(training.clone(), sample(400, 12.0, 1.0));
        assert!(drifted && words.starts_with("higher by "), "{words}");
        let (drifted, words) = verdict(training.clone(), sample(400, 10.0, 3.0));
        assert!(drifted && words.starts_with("spread wider; "), "{words}");
        let (drifted, words) = verdict(training.clone(), sample(400, 10.0, 0.3));
        assert!(drifted && words == "spread less", "{words}");
        let mut holes = sample(400, 10.0, 1.0);
        holes[..100].fill(f64::NAN);
        assert!(verdict(training.clone(), holes).1.contains("missing in 25 % of rows, 0 % in training"));
        assert_eq!(verdict(training, vec![f64::NAN; 9]).1, "every value is missing");
        // A few rows say little.
        assert!(!verdict(sample(500, 0.0, 1.0), sample(5, 0.0, 1.0)).0);
    }

    #[test]
    fn categories_drift_by_their_shares() {
        let names: Vec<String> = ["x", "y"].map(str::to_owned).to_vec();
        let kind = ColumnKind::Category(std::sync::Arc::new(names.clone()));
        let input = TrainingInput { name: "c".into(), kind, sorted: [[0.0; 80], [1.0; 80]].concat(), missing: 0 };
        let change = |counts: &[(&str, usize)]| {
            let names: Vec<String> = counts.iter().map(|(name, _)| (*name).to_owned()).collect();
            let cells = counts.iter().enumerate().flat_map(|(place, (_, count))| vec![place as f64; *count]).collect();
            let column = Column { name: "c".into(), kind: ColumnKind::Category(std::sync::Arc::new(names)) };
            let mut columns = Columns::new(vec![input.clone()]);
            columns.add(&Table::with_columns(vec![column], cells, false).unwrap());
            let change = columns.changes().pop().unwrap().1;
            (change.drifted, change.verdict)
        };
        assert_eq!(change(&[("y", 70), ("x", 66)]), (false, "as in training".into()));
        let (drifted, words) = change(&[("x", 30), ("y", 100)]);
        assert!(drifted && words == "y more often: 77 %", "{words}");
        let (drifted, words) = change(&[("x", 50), ("y", 50), ("z", 4)]);
        assert!(!drifted && words.ends_with("never seen in training: z, 4 % of rows"), "{words}");
    }

    #[test]
    fn values_of_long_streams_are_thinned_evenly() {
        let mut today = Today::default();
        (0..3 * VALUES).for_each(|i| today.add(i as f64, VALUES));
        assert!(today.values.len() < VALUES && today.every == 4, "{} {}", today.values.len(), today.every);
        assert!(today.values.windows(2).all(|w| w[1] > w[0]));
    }
}
