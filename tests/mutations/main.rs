//! The seeds of the fuzz targets, changed at random, through the entries that the targets fuzz: what must hold whatever the
//! bytes are (`tests/fuzz/entries`).

#[path = "../fuzz/entries/mod.rs"]
mod entries;
#[path = "../harness/tiny_models.rs"]
mod tiny_models;

mod extremes;
mod mutation;
mod seeds;

use entries::tiny;
use mutation::mutations;
use nafal::flow::strategies::settings;
use proptest::prelude::*;
use seeds::seeds;

/// Every seed through an entry, and `cases` mutations of them.
fn endure(target: &str, cases: u32, entry: fn(&[u8])) {
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| entry(seed));
    proptest!(settings(cases), |(bytes in mutations(seeds))| entry(&bytes));
}

#[test]
fn tables_of_any_bytes_are_read_alike_in_every_way_or_refused() {
    endure("csv", 3000, entries::csv);
}

#[test]
fn arrays_of_any_bytes_are_read_alike_in_every_way_or_refused() {
    endure("arrays", 3000, entries::arrays);
}

#[test]
fn series_of_any_text_are_read_alike_in_every_way_or_refused() {
    endure("series_text", 3000, entries::series_text);
}

#[test]
fn models_of_any_bytes_behind_a_right_checksum_score_or_are_refused() {
    endure("model", 3000, entries::model);
}

#[test]
fn what_is_read_is_fitted_and_scored_or_refused() {
    endure("command", 1000, entries::command);
}
