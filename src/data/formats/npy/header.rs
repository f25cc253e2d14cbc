//! The header of a `.npy` file: magic, version, and a Python dictionary of element type, order and shape.
//!
//! Format: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.

use std::io::Read;

use super::element::NpyElement;
use crate::error::quoted;

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

    /// The dictionary, as NumPy's own readers take it: these three keys, each once, and nothing behind it.
    fn parse(text: &str) -> Result<NpyHeader, String> {
        let (mut element, mut fortran_order, mut shape) = (None, None, None);
        let mut rest = Literal(text);
        rest.expect("{")?;
        while !rest.take("}") {
            let key = rest.string()?;
            rest.expect(":")?;
            let again = match key {
                "descr" => element.replace(NpyElement::of(rest.string().map_err(|_| STRUCTURED)?)?).is_some(),
                "fortran_order" => fortran_order.replace(rest.boolean()?).is_some(),
                "shape" => shape.replace(rest.tuple()?).is_some(),
                _ => return Err(format!("an unknown key in the .npy header, {}; {SAVE_AGAIN}", quoted(key))),
            };
            if again {
                return Err(format!("`{key}` stands twice in the .npy header; {SAVE_AGAIN}"));
            }
            if !rest.take(",") {
                rest.expect("}")?;
                break;
            }
        }
        if !rest.0.trim().is_empty() {
            return Err(not_understood());
        }
        let missing = |key: &str| format!("no `{key}` in the .npy header; {SAVE_AGAIN}");
        Ok(NpyHeader {
            element: element.ok_or_else(|| missing("descr"))?,
            fortran_order: fortran_order.ok_or_else(|| missing("fortran_order"))?,
            shape: shape.ok_or_else(|| missing("shape"))?,
        })
    }
}

const STRUCTURED: &str = "a structured array, which cannot be read; save one plain array of numbers";

fn not_understood() -> String {
    format!("the .npy header is no dictionary of `descr`, `fortran_order` and `shape`; {SAVE_AGAIN}")
}

/// What is left of a Python literal.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(not_understood()) }
    }

    fn string(&mut self) -> Result<&'a str, String> {
        let mark = ["'", "\""].into_iter().find(|mark| self.take(mark)).ok_or_else(not_understood)?;
        let (text, rest) = self.0.split_once(mark).ok_or_else(not_understood)?;
        self.0 = rest;
        // An escape would make another text of it.
        if text.contains('\\') { Err(not_understood()) } else { Ok(text) }
    }

    fn boolean(&mut self) -> Result<bool, String> {
        match (self.take("True"), self.take("False")) {
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            _ => Err(format!("`fortran_order` is neither True nor False in the .npy header; {SAVE_AGAIN}")),
        }
    }

    /// Whole numbers; of Python 2, they may end in `L`.
    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        let bad = || format!("the shape in the .npy header is no tuple of whole numbers; {SAVE_AGAIN}");
        self.expect("(").map_err(|_| bad())?;
        let mut numbers = Vec::new();
        while !self.take(")") {
            let text = self.0.trim_start();
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            numbers.push(text[..end].parse().map_err(|_| bad())?);
            self.0 = &text[end..];
            self.take("L");
            let comma = self.take(",");
            if !comma {
                // `(4)` is a number and no tuple.
                self.expect(")").map_err(|_| bad())?;
                return if numbers.len() == 1 { Err(bad()) } else { Ok(numbers) };
            }
        }
        Ok(numbers)
    }
}
