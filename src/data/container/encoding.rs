//! Bytes of a model file ↔ header and tensors; the layout is in the module's head.
//!
//! The crate `safetensors` reads and writes the file's header; its own `deserialize` is not used, because it adds
//! claimed offsets without looking for overflow.

use std::collections::BTreeMap;
use std::io::{self, Read};

use crc32fast::Hasher;
use safetensors::tensor::{Metadata, TensorInfo};
use serde_json::{Map, Value};

use super::tensor::{Tensor, Values};
use crate::error::short;

/// Version of the layout this library writes, and the only one it reads.
pub const FORMAT: u64 = 4;
/// No larger file is read.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// No longer header is read: parsed JSON takes up to eighty times its text, and that must stay small.
pub const MAX_HEADER_BYTES: usize = 4 << 20;

/// Bytes of a tensor that are read at a time: whole values, and little of the second-level cache.
const PIECE: usize = 1 << 16;

const KEY: &str = "nafal";
const LENGTH_BYTES: usize = 8;
const NO_CHECKSUM: &str = "00000000";
const DAMAGED: &str = "restore it from a copy or fit the model again";

/// JSON text with sorted keys and no white space.
pub(super) fn canonical(header: Map<String, Value>) -> String {
    let mut value = Value::Object(header);
    // Maps are sorted already unless another crate of the build turns on `serde_json/preserve_order`.
    value.sort_all_objects();
    value.to_string()
}

/// The file's bytes, or why they could not be read again.
pub(super) fn encode(header: &Map<String, Value>, tensors: &BTreeMap<String, Tensor>) -> Result<Vec<u8>, String> {
    let mut ordered: Vec<_> = tensors.iter().collect();
    ordered.sort_by_key(|(name, tensor)| (std::cmp::Reverse(tensor.dtype()), *name));
    let mut data = Vec::new();
    let mut infos = Vec::with_capacity(ordered.len());
    for (name, tensor) in ordered {
        let start = data.len();
        tensor.append_bytes(&mut data);
        let data_offsets = (start, data.len());
        infos.push((name.clone(), TensorInfo { dtype: tensor.dtype(), shape: tensor.shape().to_vec(), data_offsets }));
    }
    let mut crc = Hasher::new();
    crc.update(&head(header, NO_CHECKSUM, infos.clone()).expect("offsets were just laid out without a gap"));
    crc.update(&data);
    let checksum = format!("{:08x}", crc.finalize());
    let mut bytes = head(header, &checksum, infos).expect("as before");
    let length = bytes.len() - LENGTH_BYTES;
    if length > MAX_HEADER_BYTES {
        return Err(format!(
            "the header of the model file would take {length} bytes of at most {MAX_HEADER_BYTES}; use fewer columns, \
             shorter names or fewer views"
        ));
    }
    bytes.append(&mut data);
    Ok(bytes)
}

/// The length and the header, padded so that the tensors start at a multiple of eight.
fn head(header: &Map<String, Value>, checksum: &str, infos: Vec<(String, TensorInfo)>) -> Result<Vec<u8>, String> {
    let mut header = header.clone();
    header.insert("checksum".to_owned(), checksum.into());
    // Collected, since which map type this is depends on the features of `safetensors`.
    let metadata = [(KEY.to_owned(), canonical(header))].into_iter().collect();
    let metadata = Metadata::new(Some(metadata), infos).map_err(|e| e.to_string())?;
    let mut text = serde_json::to_vec(&metadata).map_err(|e| e.to_string())?;
    text.resize(text.len().next_multiple_of(LENGTH_BYTES), b' ');
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut text);
    Ok(bytes)
}

/// Header, without its checksum, and tensors.
pub(super) type Content = (Map<String, Value>, BTreeMap<String, Tensor>);

/// The content of a file of `length` bytes, or what is wrong with it and what to do. Tensors are read piece by piece to where
/// they stay: a file's bytes are never held as a whole, which would touch as much memory again.
pub(super) fn decode(source: &mut impl Read, length: u64) -> Result<Content, String> {
    let (metadata, written) = read_head(source, length)?;
    let mut header = read_header(&metadata)?;
    let mut infos: Vec<(String, TensorInfo)> =
        metadata.tensors().into_iter().map(|(name, info)| (name, info.clone())).collect();
    infos.sort_by(|(a, x), (b, y)| y.dtype.cmp(&x.dtype).then_with(|| a.cmp(b)));

    let stored = match header.remove("checksum") {
        Some(Value::String(stored)) => stored,
        _ => return Err(format!("has no checksum; {DAMAGED}")),
    };
    let damaged = || format!("is damaged (its checksum does not match its content); {DAMAGED}");
    let mut crc = Hasher::new();
    // From here on the tensors follow each other without a gap, each as long as its shape says.
    crc.update(&head(&header, NO_CHECKSUM, infos.clone()).map_err(|_| damaged())?);
    let mut piece = vec![0; PIECE];
    let mut values = Vec::with_capacity(infos.len());
    for (_, TensorInfo { dtype, data_offsets: (start, end), .. }) in &infos {
        let mut read = Values::with_room(*dtype, end - start);
        for at in (*start..*end).step_by(PIECE) {
            let piece = &mut piece[..PIECE.min(end - at)];
            source.read_exact(piece).map_err(unreadable)?;
            crc.update(piece);
            read.iter_mut().for_each(|values| values.append(piece));
        }
        values.push(read);
    }
    if format!("{:08x}", crc.finalize()) != stored {
        return Err(damaged());
    }
    // What the checksum cannot see, a reordered header or one escape written for another: only our own bytes will do.
    if head(&header, &stored, infos.clone())? != written {
        return Err(format!("was altered by another program (its header is not as nafal writes it); {DAMAGED}"));
    }
    let mut tensors = BTreeMap::new();
    for ((name, info), values) in infos.into_iter().zip(values) {
        let tensor = Tensor::filled(
            &info.shape,
            values.ok_or_else(|| {
                format!("tensor `{}` is of type {}, which nafal does not write; {DAMAGED}", short(&name), info.dtype)
            })?,
        );
        if let Some((i, value)) = tensor.first_not_finite() {
            return Err(format!(
                "tensor `{}` holds {value} at index {i}, and no model does; fit the model again",
                short(&name)
            ));
        }
        tensors.insert(name, tensor);
    }
    Ok((header, tensors))
}

/// What a person reads when the system refuses.
pub(super) fn unreadable(error: io::Error) -> String {
    format!("cannot be read: {error}; check that it may be read, or get it again")
}

/// The parsed safetensors header and the bytes before the tensors, once the claimed lengths match the file's.
fn read_head(source: &mut impl Read, length: u64) -> Result<(Metadata, Vec<u8>), String> {
    let Some(after) = length.checked_sub(LENGTH_BYTES as u64) else {
        return Err(format!("is only {length} bytes long, so it is no model file; name one that `nafal fit` wrote"));
    };
    let mut written = vec![0; LENGTH_BYTES];
    source.read_exact(&mut written).map_err(unreadable)?;
    let claimed = u64::from_le_bytes(written[..].try_into().expect("eight bytes"));
    let fits = usize::try_from(claimed).ok().filter(|&n| n <= MAX_HEADER_BYTES);
    let header = fits.ok_or_else(|| {
        format!("is no model file of nafal: it does not start with the length of a header (of at most {MAX_HEADER_BYTES} bytes); name one \
             that `nafal fit` wrote")
    })?;
    let Some(found) = after.checked_sub(claimed) else {
        return Err(format!(
            "is cut short or no model file: its header should be {header} bytes long and {after} are there; {DAMAGED}"
        ));
    };
    written.resize(LENGTH_BYTES + header, 0);
    source.read_exact(&mut written[LENGTH_BYTES..]).map_err(unreadable)?;
    let metadata: Metadata = serde_json::from_slice(&written[LENGTH_BYTES..])
        .map_err(|e| format!("is damaged or no model file (its safetensors header does not parse: {e}); {DAMAGED}"))?;
    let claimed = metadata.data_len() as u64;
    if found < claimed {
        return Err(format!("is cut short: {found} bytes of tensors out of {claimed}; {DAMAGED}"));
    }
    if found > claimed {
        return Err(format!("has {} bytes after its end; {DAMAGED}", found - claimed));
    }
    Ok((metadata, written))
}

/// The object under the metadata key, of a version this library reads.
fn read_header(metadata: &Metadata) -> Result<Map<String, Value>, String> {
    let entries = metadata.metadata().as_ref();
    let text = entries.and_then(|entries| entries.get(KEY)).ok_or_else(|| {
        format!(
            "is a safetensors file, but not one that nafal wrote (it has no metadata `{KEY}`); name one that `nafal fit` wrote"
        )
    })?;
    if entries.is_some_and(|entries| entries.len() > 1) {
        return Err(format!("was altered by another program (it has metadata beside `{KEY}`); {DAMAGED}"));
    }
    let header: Map<String, Value> = serde_json::from_str(text)
        .map_err(|e| format!("is damaged (its metadata `{KEY}` is no JSON object: {e}); {DAMAGED}"))?;
    match header.get("format") {
        Some(format) if format.as_u64() == Some(FORMAT) => Ok(header),
        Some(Value::Number(other)) => Err(format!(
            "is of format {other}, and this nafal reads format {FORMAT}; use the nafal that wrote it, or fit the model again"
        )),
        _ => Err(format!("names no format; {DAMAGED}")),
    }
}
