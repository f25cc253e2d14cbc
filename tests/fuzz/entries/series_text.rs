//! Series from text (`.ts` and ARFF), and ARFF's tables.

use nafal::Kind;
use nafal::data::{ReadOptions, Sample};

use super::reading::Bytes;

/// Reads bytes as `.ts` or ARFF, of either kind.
///
/// # Panics
/// Where a law of readers is broken.
pub fn series_text(bytes: &[u8]) {
    for kind in [None, Some(Kind::Series), Some(Kind::Table)] {
        let file = Bytes { bytes, name: "f.ts", kind };
        file.read_in_every_way(&ReadOptions::default());
        let skipping = ReadOptions { skip_bad: true, ..ReadOptions::default() };
        file.read_in_every_way(&skipping);
        let label = Some("class".to_owned());
        let sample = Some(Sample { most: 3, seed: 1 });
        file.read_in_every_way(&ReadOptions { label: label.clone(), most_bytes: Some(400), ..skipping.clone() });
        file.read_in_every_way(&ReadOptions { label, most_bytes: Some(400), sample, ..skipping });
    }
}
