//! Formats of data files: a file or folder and a line of [`FORMATS`] each.
//!
//! A format turns bytes into cases of one kind ([`CaseReader`]) and says by which first bytes it is recognised. Everything
//! else — gzip, byte-order marks, which format reads an input — is done once, before a format sees the bytes.

mod arff;
mod cases;
mod csv;
mod format;
mod missing;
mod npy;
mod npz;
mod source;
mod ts;

pub use cases::{BadCase, CaseReader, Chunk, Gathered};
pub use csv::survey::Finding;
pub(super) use csv::survey::survey;
pub(super) use format::Format;
pub(super) use source::Source;

use crate::data::Kind;

/// Every format, in the order in which their first bytes are tried. What none recognises is read by the first format of
/// its kind (by the first of all, where the kind is not known), whose errors say what it expects.
pub(super) const FORMATS: &[Format] =
    &[csv::FORMAT, ts::FORMAT, npy::TABLE, npy::FORMAT, npz::FORMAT, arff::TABLE, arff::SERIES];

/// What can be read, in words: `a table (.csv, .npy, .arff) or series (.ts, .npy, .npz, .arff), each also gzipped`.
pub fn readable_formats() -> String {
    let of_kind = |kind: Kind| {
        let formats = FORMATS.iter().filter(|format| format.kind == kind);
        let endings: Vec<String> = formats.flat_map(|f| f.extensions).map(|e| format!(".{e}")).collect();
        format!("{} ({})", kind.data(), endings.join(", "))
    };
    format!("{}, each also gzipped", Kind::ALL.map(of_kind).join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_format_and_no_extension_two() {
        for kind in Kind::ALL {
            let of_kind: Vec<&Format> = FORMATS.iter().filter(|format| format.kind == kind).collect();
            let mut extensions: Vec<&str> = of_kind.iter().flat_map(|format| format.extensions).copied().collect();
            let count = extensions.len();
            extensions.sort_unstable();
            extensions.dedup();
            assert!(count > 0 && extensions.len() == count, "{kind}");
        }
        let words = "a table (.csv, .npy, .arff) or series (.ts, .npy, .npz, .arff), each also gzipped";
        assert_eq!(readable_formats(), words);
    }
}
