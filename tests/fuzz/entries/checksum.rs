//! Model files whose checksum, lengths and offsets are made right, so that hostile content is reached behind them.

use nafal::data::container::{Container, Tensor};
use serde_json::{Deserializer, Map, Value};

/// Most values that a tensor is given: claims beyond are cut to it.
const MOST_VALUES: usize = 1 << 16;

/// What `bytes` may have been meant as, written as nafal writes it: the header's fields and each tensor with its type and
/// shape, its values taken from behind the header one tensor after another. `None` if no header can be made out.
pub fn repaired(bytes: &[u8]) -> Option<Vec<u8>> {
    let after_length = bytes.get(8..)?;
    let mut texts = Deserializer::from_slice(after_length).into_iter::<Value>();
    let written = texts.next()?.ok()?;
    let mut data = after_length[texts.byte_offset()..].trim_ascii_start();
    let fields: Map<String, Value> = serde_json::from_str(written["__metadata__"]["nafal"].as_str()?).ok()?;
    let mut file = Container::new();
    for (key, value) in fields.into_iter().filter(|(key, _)| !matches!(key.as_str(), "format" | "checksum")) {
        file.set(&key, value);
    }
    let mut tensors: Vec<(&String, &Value)> =
        written.as_object()?.iter().filter(|(name, _)| *name != "__metadata__").collect();
    tensors.sort_by_key(|(_, claims)| claims["data_offsets"][0].as_u64());
    for (name, claims) in tensors {
        let shape =
            claims["shape"].as_array()?.iter().map(|n| n.as_u64()?.try_into().ok()).collect::<Option<Vec<usize>>>();
        let Some(shape) = shape else { continue };
        let Some(count) = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n)) else { continue };
        if count > MOST_VALUES {
            continue;
        }
        file.insert(
            name,
            match claims["dtype"].as_str() {
                Some("F64") => Tensor::f64(&shape, taken(&mut data, count, |word| finite(f64::from_le_bytes(word)))),
                Some("F32") => {
                    Tensor::f32(&shape, taken(&mut data, count, |word| finite(f32::from_le_bytes(word).into()) as f32))
                }
                _ => Tensor::u32(&shape, taken(&mut data, count, u32::from_le_bytes)),
            },
        );
    }
    file.to_bytes().ok()
}

/// The next `count` values of the data, and zeros where it has ended.
fn taken<T, const SIZE: usize>(data: &mut &[u8], count: usize, value: impl Fn([u8; SIZE]) -> T) -> Vec<T> {
    let mut next = || {
        let (word, rest) = data.split_first_chunk().unwrap_or((&[0; SIZE], &[]));
        *data = rest;
        value(*word)
    };
    (0..count).map(|_| next()).collect()
}

/// The number, or a large one in place of one that no model holds.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::from(f32::MAX) }
}
