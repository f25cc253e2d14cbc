//! The elements of a `.npy` file: numbers of any width and either byte order, as f64.

use crate::error::quoted;

/// What the bits of an element mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Float,
    Signed,
    Unsigned,
    Boolean,
}

/// Type of the elements of a `.npy` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NpyElement {
    meaning: Meaning,
    size: usize,
    big_endian: bool,
}

impl NpyElement {
    /// The type that NumPy calls `descr`: `<f8`, `>i2`, `|b1`.
    pub fn of(descr: &str) -> Result<NpyElement, String> {
        let refused = || {
            let word = quoted(descr);
            let word = word.trim_matches('"');
            format!(
                "the elements are of type `{word}`; save the array as numbers of at most 64 bits, such as `<f8`, `<f4` or `<i4`"
            )
        };
        let (order, name) = descr.split_at_checked(1).ok_or_else(refused)?;
        let (meaning, size) = match name {
            "f2" => (Meaning::Float, 2),
            "f4" => (Meaning::Float, 4),
            "f8" => (Meaning::Float, 8),
            "i1" => (Meaning::Signed, 1),
            "i2" => (Meaning::Signed, 2),
            "i4" => (Meaning::Signed, 4),
            "i8" => (Meaning::Signed, 8),
            "u1" => (Meaning::Unsigned, 1),
            "u2" => (Meaning::Unsigned, 2),
            "u4" => (Meaning::Unsigned, 4),
            "u8" => (Meaning::Unsigned, 8),
            "b1" => (Meaning::Boolean, 1),
            _ => return Err(refused()),
        };
        match order {
            "<" | ">" => Ok(NpyElement { meaning, size, big_endian: order == ">" }),
            // A single byte has no order.
            "|" if size == 1 => Ok(NpyElement { meaning, size, big_endian: false }),
            _ => Err(refused()),
        }
    }

    /// Bytes of an element.
    pub fn size(self) -> usize {
        self.size
    }

    /// The element in `bytes`, exactly [`size`](Self::size) of them, as the nearest f64.
    pub fn decode(self, bytes: &[u8]) -> f64 {
        let mut word = [0u8; 8];
        let unused = 64 - 8 * self.size as u32;
        let bits = if self.big_endian {
            word[8 - self.size..].copy_from_slice(bytes);
            u64::from_be_bytes(word)
        } else {
            word[..self.size].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        };
        match (self.meaning, self.size) {
            (Meaning::Float, 2) => half(bits as u16),
            (Meaning::Float, 4) => f64::from(f32::from_bits(bits as u32)),
            (Meaning::Float, _) => f64::from_bits(bits),
            // Up to the top and down again: the sign bit fills the unused ones.
            (Meaning::Signed, _) => ((bits << unused) as i64 >> unused) as f64,
            (Meaning::Unsigned, _) => bits as f64,
            (Meaning::Boolean, _) => f64::from(u8::from(bits != 0)),
        }
    }
}

/// A number of IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_order_and_sign_decodes() {
        for (descr, bytes, want) in [
            ("<f2", &[0x00, 0x3c][..], 1.0),
            (">f2", &[0xc1, 0x00], -2.5),
            ("<f2", &[0x01, 0x00], 2f64.powi(-24)),
            ("<f2", &[0xff, 0x7b], 65504.0),
            ("<f2", &[0x00, 0xfc], f64::NEG_INFINITY),
            (">f4", &(-1.5f32).to_be_bytes(), -1.5),
            (">f8", &1e300f64.to_be_bytes(), 1e300),
            ("|i1", &[0x80], -128.0),
            ("<i1", &[0x7f], 127.0),
            (">i2", &[0xff, 0xfe], -2.0),
            (">i8", &i64::MIN.to_be_bytes(), i64::MIN as f64),
            ("|u1", &[0xff], 255.0),
            ("<u2", &[0x00, 0xff], 65280.0),
            (">u4", &[0x80, 0, 0, 1], 2_147_483_649.0),
            ("<u8", &u64::MAX.to_le_bytes(), u64::MAX as f64),
            ("|b1", &[1], 1.0),
        ] {
            let element = NpyElement::of(descr).unwrap();
            assert_eq!((element.size(), element.decode(bytes)), (bytes.len(), want), "{descr}");
        }
        assert!(NpyElement::of("<f2").unwrap().decode(&[1, 0x7c]).is_nan());
        for descr in ["", "f8", "=f8", "|f8", "<f16", "<c8", "<U5", "|O", "|S3", "<M8[s]", "ä8"] {
            assert!(NpyElement::of(descr).unwrap_err().contains("elements are of type"), "{descr}");
        }
    }
}
