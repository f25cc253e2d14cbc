//! Tables from CSV, as they are, with bad rows skipped, with a label and chosen columns, and sampled in bounded memory.

use nafal::Kind;
use nafal::data::{ReadOptions, Sample};

use super::reading::Bytes;

/// Reads bytes as a table.
///
/// # Panics
/// Where a law of readers is broken.
pub fn csv(bytes: &[u8]) {
    let file = Bytes { bytes, name: "f.csv", kind: Some(Kind::Table) };
    file.read_in_every_way(&ReadOptions::default());
    let skipping = ReadOptions { skip_bad: true, ..ReadOptions::default() };
    file.read_in_every_way(&skipping);
    let header = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim().trim_matches('"').trim().to_owned();
    let (first, last) = (header.split(|&b| b == b',').next(), header.rsplit(|&b| b == b',').next());
    let label = last.map(name);
    file.read_in_every_way(&ReadOptions { label: label.clone(), columns: first.map(|cell| vec![name(cell)]), ..skipping });
    for skip_bad in [false, true] {
        let sample = Some(Sample { most: 3, seed: 1 });
        let options = ReadOptions { label: label.clone(), skip_bad, most_bytes: Some(100), sample, ..ReadOptions::default() };
        file.read_in_every_way(&options);
    }
}
