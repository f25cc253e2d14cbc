//! The model file: a safetensors file with one metadata key, `nafal`, that a NumPy or PyTorch user can open.
//!
//! ```text
//! bytes 0..8      n, the header's length, little-endian u64
//! bytes 8..8+n    {"__metadata__":{"nafal":"…"},"flow.weight":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]},…}
//! the rest        the tensors' bytes, little-endian, row-major, F64 before F32 before U32, by name within a type
//! ```
//!
//! The text under `nafal` is canonical JSON: one object, keys sorted, no white space. It holds `format` (the version of
//! this layout), `checksum`, and whatever the model writes. `checksum` is the CRC-32 of the whole file as it stands with
//! the eight digits of the checksum replaced by zeros, in lower-case hexadecimal.
//!
//! The reader accepts exactly the bytes the writer would write for the same content, and nothing else; so one flipped
//! bit anywhere, a missing or an added byte, or a hand-edited header is refused. What it allocates is bounded by the
//! bytes it was given, whatever those bytes claim: the tensors once, and at most eighty times the header, of which
//! [`MAX_HEADER_BYTES`] are accepted. A checksum protects against accidents, not against forgery: shapes and ranges are
//! checked again by whoever reads the content, through [`Fields`] and [`Container::tensor_f32`] and its like.

#[allow(clippy::module_inception)]
mod container;
mod encoding;
mod fields;
mod tensor;

pub use container::Container;
pub use encoding::{FORMAT, MAX_FILE_BYTES, MAX_HEADER_BYTES};
pub use fields::Fields;
pub use tensor::{Tensor, Values};
