//! Series from text (`.ts` and ARFF), and ARFF's tables.

use nafal::Kind;
use nafal::data::{ReadOptions, Sample};

use super::reading::Bytes;

/// Reads bytes as `.ts` or ARFF, of either kind.
///
/// # Panics
/// Where a law of readers is broken.
pub fn series_text(bytes: &[u8]) {
    let plain = ReadOptions::default();
    let skipping = ReadOptions { skip_bad: true, ..plain.clone() };
    let labelled = ReadOptions { label: Some("class".into()), ..skipping.clone() };
    let bounded = ReadOptions { most_bytes: Some(400), ..labelled.clone() };
    let sampled = ReadOptions { sample: Some(Sample { most: 3, seed: 1 }), ..bounded.clone() };
    let options = [plain, skipping, labelled, bounded, sampled];
    for kind in [None, Some(Kind::Series), Some(Kind::Table)] {
        Bytes { bytes, name: "f.ts", kind }.read_with_one_of(&options);
    }
}
