//! Series from NumPy's arrays and archives of them.

use nafal::Kind;
use nafal::data::{ReadOptions, Sample};

use super::reading::Bytes;

/// Reads bytes as `.npy` or `.npz`.
///
/// # Panics
/// Where a law of readers is broken.
pub fn arrays(bytes: &[u8]) {
    let file = Bytes { bytes, name: "f.npz", kind: Some(Kind::Series) };
    file.read_in_every_way(&ReadOptions::default());
    file.read_in_every_way(&ReadOptions { skip_bad: true, array: Some("a".into()), ..ReadOptions::default() });
    let sample = Some(Sample { most: 3, seed: 1 });
    let bounded = ReadOptions { skip_bad: true, most_bytes: Some(400), ..ReadOptions::default() };
    file.read_in_every_way(&ReadOptions { sample, ..bounded.clone() });
    file.read_in_every_way(&bounded);
}
