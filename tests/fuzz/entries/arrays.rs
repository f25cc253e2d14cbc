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
    let plain = ReadOptions::default();
    let chosen = ReadOptions { array: Some("a".into()), ..plain.clone() };
    let skipping = ReadOptions { skip_bad: true, ..plain.clone() };
    let bounded = ReadOptions { most_bytes: Some(400), ..skipping.clone() };
    let sampled = ReadOptions { sample: Some(Sample { most: 3, seed: 1 }), ..bounded.clone() };
    file.read_in_every_way(&plain);
    file.read_with_one_of(&[chosen, skipping, bounded, sampled]);
}
