//! The header of a `.npy` file: magic, version, and a Python dictionary of element type, order and shape.
//!
//! Format: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.

use std::io::Read;

use super::element::NpyElement;

/// What to do about a header that makes no sense.
const SAVE_AGAIN: &str = "get the file again, or save the array again with numpy.save";

/// The bytes that every array begins with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Longest header that is read; NumPy itself refuses more than 10,000 bytes.
const LONGEST_HEADER: usize = 1 << 16;

/// What the header of a `.npy` file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NpyHeader {
    /// Type of the elements.
    pub element: NpyElement,
    /// Whether the first index runs fastest.
    pub fortran_order: bool,
    /// Length of each axis.
    pub shape: Vec<usize>,
}

impl NpyHeader {
    /// Reads magic and header from the start of a file, leaving `reader` at the first element.
    pub fn read(reader: &mut impl Read) -> Result<NpyHeader, String> {
        let ended = |e: std::io::Error| format!("the .npy header is cut short ({e}); {SAVE_AGAIN}");
        let mut start = [0u8; 8];
        reader.read_exact(&mut start).map_err(ended)?;
        if &start[..6] != MAGIC {
            return Err(format!("not a .npy file: it does not begin with \\x93NUMPY; {SAVE_AGAIN}"));
        }
        let length = match start[6] {
            1 => {
                let mut two = [0u8; 2];
                reader.read_exact(&mut two).map_err(ended)?;
                usize::from(u16::from_le_bytes(two))
            }
            2 | 3 => {
                let mut four = [0u8; 4];
                reader.read_exact(&mut four).map_err(ended)?;
                u32::from_le_bytes(four) as usize
            }
            v => return Err(format!("version {v} of the .npy format is unknown; save it again with numpy.save")),
        };
        if length > LONGEST_HEADER {
            return Err(format!("a header of {length} bytes, and no array of numbers has one; {SAVE_AGAIN}"));
        }
        let mut text = vec![0u8; length];
        reader.read_exact(&mut text).map_err(ended)?;
        let text = std::str::from_utf8(&text).map_err(|_| format!("the .npy header is not text; {SAVE_AGAIN}"))?;
        Self::parse(text)
    }

    fn parse(text: &str) -> Result<NpyHeader, String> {
        let descr = quoted(value_of(text, "descr")?)?;
        let element = NpyElement::of(descr)?;
        let order = value_of(text, "fortran_order")?;
        let fortran_order = match (order.starts_with("True"), order.starts_with("False")) {
            (true, _) => true,
            (_, true) => false,
            _ => return Err(format!("`fortran_order` is neither True nor False in the .npy header; {SAVE_AGAIN}")),
        };
        Ok(NpyHeader { element, fortran_order, shape: shape(value_of(text, "shape")?)? })
    }
}

/// What follows `'key':` in the dictionary.
fn value_of<'a>(text: &'a str, key: &str) -> Result<&'a str, String> {
    let missing = || format!("no `{key}` in the .npy header; {SAVE_AGAIN}");
    let at = [format!("'{key}'"), format!("\"{key}\"")].iter().find_map(|k| text.find(k.as_str()).map(|i| i + k.len()));
    let rest = text[at.ok_or_else(missing)?..].trim_start();
    rest.strip_prefix(':').map(str::trim_start).ok_or_else(missing)
}

fn quoted(text: &str) -> Result<&str, String> {
    let mark = text.chars().next().filter(|c| *c == '\'' || *c == '"');
    let inner = mark.and_then(|m| text[1..].split_once(m));
    inner
        .map(|(word, _)| word)
        .ok_or_else(|| "a structured array, which cannot be read; save one plain array of numbers".into())
}

fn shape(text: &str) -> Result<Vec<usize>, String> {
    let bad = || format!("the shape in the .npy header is no tuple of whole numbers; {SAVE_AGAIN}");
    let inner = text.strip_prefix('(').and_then(|t| t.split_once(')')).ok_or_else(bad)?.0;
    let words = inner.split(',').map(str::trim).filter(|w| !w.is_empty());
    words.map(|w| w.parse().map_err(|_| bad())).collect()
}
