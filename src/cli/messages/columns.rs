//! Columns that spoil a detector without any error: they count rows, tell rows apart, never change, or hold one gross value.

use crate::data::{ColumnKind, SeriesSet, Table};
use crate::error::quoted;

/// Fewest rows from which a column is judged.
const FEW: usize = 20;

/// How far a single value lies beyond all others to be gross, in spans of those.
const GROSS: f64 = 10.0;

/// Columns of a kind that are named.
const NAMED: usize = 5;

/// What is odd about a column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Oddity {
    Constant,
    Counts,
    Identifies,
    /// One value beyond all others, in that row.
    Gross(usize, f64),
}

/// Readings of a log by which its channels are judged.
const READINGS: usize = 20_000;

/// What is to be said of the channels of a log whose windows are `set`.
pub(in crate::cli) fn of_channels(set: &SeriesSet) -> Vec<String> {
    let Some(names) = set.channel_names() else { return Vec::new() };
    let each = set.longest().max(1);
    let (mut values, mut numbers) = (Vec::new(), Vec::new());
    for (i, case) in set.cases().iter().enumerate().take(READINGS.div_ceil(each)) {
        // Windows may lie apart, but not cover a reading twice.
        let length = (0..case.channels()).map(|c| case.channel(c).len()).min().unwrap_or(0);
        for t in 0..length {
            values.extend((0..case.channels()).map(|c| case.channel(c)[t]));
            numbers.push(set.rows_of(i).map_or(0, |rows| rows[t]));
        }
    }
    let kept: Vec<usize> = (0..numbers.len()).collect();
    Table::new(names.to_vec(), values).map_or_else(|_| Vec::new(), |table| of_columns(&table, &kept, &numbers))
}

/// What is to be said of the columns of the rows `kept` of a table; `numbers` are the rows' numbers in the file.
pub(in crate::cli) fn of_columns(table: &Table, kept: &[usize], numbers: &[usize]) -> Vec<String> {
    if kept.len() < FEW {
        return Vec::new();
    }
    let mut found: Vec<(&str, Oddity)> = Vec::new();
    for (j, name) in table.names().iter().enumerate() {
        if table.kinds()[j] != ColumnKind::Number {
            continue;
        }
        let cells: Vec<f64> = kept.iter().map(|&i| table.row(i)[j]).collect();
        found.extend(oddity(&cells).map(|oddity| (name.as_str(), oddity)));
    }
    let of = |wanted: Oddity| -> Vec<&str> {
        found.iter().filter(|(_, oddity)| *oddity == wanted).map(|(name, _)| *name).collect()
    };
    let mut warnings = Vec::new();
    let mut say = |names: Vec<&str>, what: &str, whose: &str| {
        if !names.is_empty() {
            let shown: Vec<String> = names.iter().take(NAMED).map(|name| quoted(name)).collect();
            let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
            let columns = if names.len() == 1 { "column" } else { "columns" };
            warnings.push(format!("{columns} {}{more}: {what}; {whose}", shown.join(", ")));
        }
    };
    say(
        of(Oddity::Constant),
        "the same value in every training row, so that any other is unusual",
        "leave out what may change, with --ignore",
    );
    say(
        of(Oddity::Counts),
        "rises from row to row, as counters and times do, so that every later row lies beyond the training rows",
        "leave it out with --ignore, or carry it along with --id",
    );
    say(
        of(Oddity::Identifies),
        "another whole number in every row, as numbers have that only tell rows apart",
        "leave it out with --ignore, or carry it along with --id",
    );
    for (name, oddity) in found.iter().take(NAMED) {
        if let Oddity::Gross(row, value) = oddity {
            let row = numbers.get(kept[*row]).copied().unwrap_or(kept[*row]);
            warnings.push(format!(
                "column {}: {value:?} in row {row} lies far beyond all other values; remove the row if it is no normal one, or fit \
                 with --robust",
                quoted(name)
            ));
        }
    }
    warnings
}

/// What is odd about the cells of a column of at least [`FEW`] rows, missing ones aside.
fn oddity(cells: &[f64]) -> Option<Oddity> {
    let known: Vec<(usize, f64)> = cells.iter().copied().enumerate().filter(|(_, v)| !v.is_nan()).collect();
    if known.len() < FEW {
        return None;
    }
    let rises = |pair: &[(usize, f64)]| pair[0].1 < pair[1].1;
    let falls = |pair: &[(usize, f64)]| pair[0].1 > pair[1].1;
    if known.iter().all(|&(_, v)| v == known[0].1) {
        return Some(Oddity::Constant);
    }
    if known.windows(2).all(rises) || known.windows(2).all(falls) {
        return Some(Oddity::Counts);
    }
    let mut sorted: Vec<(usize, f64)> = known;
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let n = sorted.len();
    let whole = sorted.iter().all(|(_, v)| v.fract() == 0.0);
    let dense = sorted[n - 1].1 - sorted[0].1 < 4.0 * n as f64;
    if whole && dense && sorted.windows(2).all(|pair| pair[0].1 < pair[1].1) {
        return Some(Oddity::Identifies);
    }
    // The span of all but the value at either end.
    let span = |from: usize, to: usize| 0.5 * sorted[to].1 - 0.5 * sorted[from].1;
    let above = span(n - 2, n - 1) > GROSS * span(0, n - 2) && span(0, n - 2) > 0.0;
    let below = span(0, 1) > GROSS * span(1, n - 1) && span(1, n - 1) > 0.0;
    let at = if above { n - 1 } else { 0 };
    (above || below).then(|| Oddity::Gross(sorted[at].0, sorted[at].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_count_name_never_change_or_hold_one_gross_value_are_told() {
        let column = |f: fn(usize) -> f64| (0..40).map(f).collect::<Vec<f64>>();
        let shuffled = |i: usize| (i * 17 % 40) as f64;
        assert_eq!(oddity(&column(|_| 7.0)), Some(Oddity::Constant));
        assert_eq!(oddity(&column(|i| 1e9 + (i * i) as f64)), Some(Oddity::Counts));
        assert_eq!(oddity(&column(|i| -(i as f64))), Some(Oddity::Counts));
        assert_eq!(oddity(&column(|i| 5000.0 + (i * 17 % 40) as f64)), Some(Oddity::Identifies));
        assert_eq!(
            oddity(&column(|i| if i == 7 { -9999.0 } else { (i * i % 13) as f64 })),
            Some(Oddity::Gross(7, -9999.0))
        );
        assert_eq!(oddity(&column(|i| if i == 7 { 1e308 } else { (i % 3) as f64 - 1e307 })), None, "within ten spans");
        assert_eq!(oddity(&column(|i| (i * i % 13) as f64)), None);
        assert_eq!(
            oddity(&(0..40).map(|i| shuffled(i) * 1000.0).collect::<Vec<_>>()),
            None,
            "measured values may differ"
        );
        assert_eq!(oddity(&column(|i| if i == 0 { f64::NAN } else { 3.0 })), Some(Oddity::Constant));
        let mut values = Vec::new();
        (0..40).for_each(|i| values.extend([f64::from(i), if i == 7 { 1e6 } else { f64::from(i * i % 13) }]));
        let table = Table::new(vec!["n".into(), "v".into()], values).unwrap();
        let said = of_columns(&table, &(0..40).collect::<Vec<_>>(), &(10..50).collect::<Vec<_>>());
        assert!(said[0].starts_with("column \"n\": rises") && said[1].contains("1000000.0 in row 17"), "{said:?}");
    }
}
