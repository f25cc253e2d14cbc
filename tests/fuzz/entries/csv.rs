//! Tables from CSV, as they are, with bad rows skipped, with a label and chosen columns, in another dialect with categories, ids and
//! missing cells, sampled in bounded memory, and as logs.

use nafal::Kind;
use nafal::data::{Column, ColumnChoice, Cut, Dialect, ReadOptions, Sample, Windows};

use super::reading::Bytes;

/// Reads bytes as a table.
///
/// # Panics
/// Where a law of readers is broken.
pub fn csv(bytes: &[u8]) {
    let file = Bytes { bytes, name: "f.csv", kind: Some(Kind::Table) };
    let header = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim().trim_matches('"').trim().to_owned();
    let (first, last) = (header.split(|&b| b == b',').next(), header.rsplit(|&b| b == b',').next());
    let plain = ReadOptions::default();
    let skipping = ReadOptions { skip_bad: true, ..plain.clone() };
    let labelled = ReadOptions { label: last.map(name), ..skipping.clone() };
    let chosen = ReadOptions { columns: first.map(|cell| vec![Column::number(name(cell))]), ..labelled.clone() };
    let dialect = Dialect {
        decimal: Some(','),
        thousands: Some('.'),
        comment: Some('#'),
        skipped: vec![(2, 2)],
        ..Dialect::default()
    };
    let choice = ColumnChoice {
        categories: last.map(name).into_iter().collect(),
        ids: first.map(name).into_iter().collect(),
        ..ColumnChoice::default()
    };
    let messy = ReadOptions { dialect, choice, missing: true, ..skipping.clone() };
    let headless = Dialect { header: Some(false), encoding: Some("windows-1252".into()), ..Dialect::default() };
    let headless = ReadOptions { dialect: headless, missing: true, ..plain.clone() };
    let bounded = ReadOptions { most_bytes: Some(100), ..skipping.clone() };
    let sampled = ReadOptions { sample: Some(Sample { most: 3, seed: 1 }), most_bytes: Some(100), ..labelled.clone() };
    let strictly = ReadOptions { skip_bad: false, ..sampled.clone() };
    let log = |cut: Cut, time: Option<String>| Windows {
        cut,
        time,
        group: last.map(name),
        step: None,
        missing: true,
        format: None,
        channels: None,
        apart: None,
    };
    let windows = log(Cut::Windows { length: 4, stride: 3 }, first.map(name));
    let windows = ReadOptions { windows: Some(windows), ..skipping.clone() };
    let cases = log(Cut::Cases { column: first.map(name).unwrap_or_default() }, None);
    let cases = ReadOptions { windows: Some(Windows { group: None, ..cases }), ..plain.clone() };
    file.read_in_every_way(&plain);
    file.read_with_one_of(&[skipping, labelled, chosen, messy, headless, bounded, sampled, strictly, windows, cases]);
}
