//! Lines that are neither a header nor rows: titles and comments above the header, units below it; no header; no UTF-8.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::Finding;
use crate::data::ReadOptions;
use crate::data::dialect::is_missing_number;
use crate::data::formats::csv::header::{are_values, is_value};
use crate::data::formats::csv::prefix::Prefix;
use crate::data::formats::source::Source;
use crate::error::DataError;

/// Lines of titles above a header, at most.
const TITLES: usize = 40;

/// The finding that bytes are no UTF-8, at the first line that has some.
pub(super) fn encoding(source: Source) -> Result<Option<Finding>, DataError> {
    let (mut source, decoded) = source.decoded(None)?;
    if decoded.is_some() {
        return Ok(None);
    }
    let (mut line, mut held) = (1, Vec::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match source.read(&mut buffer) {
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(source.unreadable(&e)),
        };
        held.extend_from_slice(&buffer[..count]);
        let valid = match std::str::from_utf8(&held) {
            Ok(_) => held.len(),
            // A character may go on in the next bytes.
            Err(e) if e.error_len().is_none() && count > 0 => e.valid_up_to(),
            Err(e) => {
                line += held[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count();
                let problem = format!("line {line} is not UTF-8 text");
                return Ok(Some(Finding::new(None, problem, &[("--encoding", Some("windows-1252"))])));
            }
        };
        line += held[..valid].iter().filter(|&&b| b == b'\n').count();
        held.drain(..valid);
        if count == 0 {
            return Ok(None);
        }
    }
}

/// What is odd about the first lines.
pub(super) fn findings(prefix: &Prefix, options: &ReadOptions) -> Vec<Finding> {
    let lines = &prefix.lines;
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    lines.iter().for_each(|line| *counts.entry(width(line)).or_default() += 1);
    // The usual number of cells, of several as frequent the largest.
    let Some((&usual, _)) = counts.iter().max_by_key(|(width, count)| (**count, **width)) else { return Vec::new() };
    let is_usual = |line: &Vec<String>| width(line) + 1 >= usual && width(line) <= usual + 1;
    let above = lines.iter().take(TITLES).position(is_usual).unwrap_or(0);
    let mut findings = Vec::new();
    if above > 0 && usual > 1 {
        let marked = |mark: char| lines[..above].iter().all(|line| line[0].starts_with(mark));
        findings.push(match ['#', '%', ';'].into_iter().find(|&mark| marked(mark)) {
            Some(mark) => {
                let problem = format!("{above} lines above the header begin with {mark:?}");
                Finding::new(None, problem, &[("--comment", Some(&mark.to_string()))])
            }
            None => {
                let problem = format!("{above} lines above the header are no rows");
                Finding::new(None, problem, &[("--skip-rows", Some(&ranges(&prefix.numbers_of_lines[..above])))])
            }
        });
        return findings;
    }
    if let Some(line) = lines.first().filter(|_| options.dialect.header.is_none() && are_values(&lines[0])) {
        findings.push(if are_steps(line) {
            let problem = "the first line is one of numbers that rise in equal steps, which seem to be names";
            Finding::new(None, problem, &[("--header", None)])
        } else {
            Finding::new(None, "the first line is one of numbers, so that there is no header", &[("--no-header", None)])
        });
    }
    let first = usize::from(options.dialect.header != Some(false) && findings.is_empty());
    if first == 1 && lines.len() > 3 && is_line_of_units(&lines[1], &lines[2..]) {
        let line = prefix.numbers_of_lines[1];
        let problem = format!("line {line} holds units, and no row");
        findings.push(Finding::new(None, problem, &[("--skip-rows", Some(&line.to_string()))]));
    }
    findings
}

/// Number of cells, without empty ones at the end.
fn width(line: &[String]) -> usize {
    line.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1)
}

/// `1-3,5` of line numbers in order.
fn ranges(lines: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let range = |&(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

/// Whether at least three numbers rise in equal steps, as years and wavelengths do.
fn are_steps(names: &[String]) -> bool {
    let numbers: Vec<f64> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let Some(step) = numbers.get(1).map(|second| second - numbers[0]) else { return false };
    let equal = |pair: &[f64]| (pair[1] - pair[0] - step).abs() <= 1e-6 * (step.abs() + pair[0].abs());
    numbers.len() == names.len() && numbers.len() > 2 && step > 0.0 && numbers.windows(2).all(equal)
}

/// Whether a line has text where all the others have numbers, and no number anywhere.
fn is_line_of_units(line: &[String], others: &[Vec<String>]) -> bool {
    let is_number = |cell: &str| is_value(&cell.replace(',', ".")) && !is_missing_number(cell);
    let numeric = |i: usize| {
        let cells = others.iter().filter_map(|row| row.get(i)).filter(|cell| !is_missing_number(cell));
        cells.clone().next().is_some() && cells.into_iter().all(|cell| is_number(cell))
    };
    let text = |cell: &String| !is_number(cell) && !is_missing_number(cell);
    let over_numbers = line.iter().enumerate().filter(|(i, cell)| text(cell) && numeric(*i)).count();
    over_numbers > 0 && !line.iter().any(|cell| is_number(cell))
}
