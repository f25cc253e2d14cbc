//! Text that is not UTF-8: decoded as it is read.

use std::io::{Cursor, Read};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::Source;
use crate::error::{DataError, quoted};

/// Bytes that are looked at to find UTF-16 without a mark.
const LOOKED_AT: usize = 32;

/// The UTF-16 that a source is in: what its mark says, or where it has none that every other byte of its first ones is zero.
pub(super) fn utf16(source: &mut Source) -> Result<Option<&'static Encoding>, DataError> {
    // The mark of UTF-32 begins with that of UTF-16.
    if source.starts_with(b"\xff\xfe\0\0")? {
        return Ok(None);
    }
    if source.starts_with(b"\xff\xfe")? {
        return Ok(Some(UTF_16LE));
    }
    if source.starts_with(b"\xfe\xff")? {
        return Ok(Some(UTF_16BE));
    }
    if source.byte(0)? != Some(0) && source.byte(1)? != Some(0) {
        return Ok(None);
    }
    let bytes = source.peek(LOOKED_AT)?;
    let zero = |odd: usize| bytes.chunks_exact(2).all(|pair| pair[odd] == 0 && pair[1 - odd] != 0);
    Ok(match bytes.len() {
        0..4 => None,
        _ if zero(1) => Some(UTF_16LE),
        _ if zero(0) => Some(UTF_16BE),
        _ => None,
    })
}

impl Source {
    /// The same text as UTF-8, from the encoding of that name or, where there is none, from UTF-16 if that is what it is; and
    /// the name of the encoding, if it was another than UTF-8. A mark at its beginning says more than the name.
    ///
    /// # Errors
    /// For a name that no encoding has, and if the source cannot be read.
    pub fn decoded(mut self, name: Option<&str>) -> Result<(Source, Option<&'static str>), DataError> {
        let named = match name {
            Some(name) => Some(encoding(name).ok_or_else(|| unknown(&self.name, name))?),
            None => None,
        };
        let Some(encoding) = utf16(&mut self)?.or(named).filter(|e| *e != encoding_rs::UTF_8) else {
            return Ok((self, None));
        };
        let bytes = Cursor::new(std::mem::take(&mut self.ahead)).chain(self.stream);
        let stream = DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(bytes);
        let source = Source { stream: Box::new(stream), ahead: Vec::new(), file: None, ..self };
        Ok((source, Some(encoding.name())))
    }
}

/// The encoding of that name; `utf-16` is that of the usual order of bytes.
fn encoding(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

fn unknown(source: &str, name: &str) -> DataError {
    let problem = format!(
        "no encoding is called {}; name one such as windows-1252, latin1, utf-16le, shift_jis or gbk",
        quoted(name)
    );
    DataError::new(source, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], name: Option<&str>) -> (String, Option<&'static str>) {
        let source = Source::from_stream(Cursor::new(bytes.to_vec()), "t").unwrap();
        let (mut source, name) = source.decoded(name).unwrap();
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        (text, name)
    }

    #[test]
    fn marks_names_and_zeros_say_how_text_is_encoded() {
        let wide = |order: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        assert_eq!(read("größe".as_bytes(), None), ("größe".into(), None));
        assert_eq!(read(b"gr\xf6\xdfe", Some("latin1")), ("größe".into(), Some("windows-1252")));
        assert_eq!(read(&wide(u16::to_le_bytes, "\u{feff}a,ö"), None), ("a,ö".into(), Some("UTF-16LE")));
        assert_eq!(read(&wide(u16::to_be_bytes, "\u{feff}a,ö"), Some("latin1")), ("a,ö".into(), Some("UTF-16BE")));
        assert_eq!(read(&wide(u16::to_le_bytes, "a,b\n1,2"), None), ("a,b\n1,2".into(), Some("UTF-16LE")));
        assert_eq!(read(b"a\0,b", None).1, None);
        let source = Source::from_stream(Cursor::new(b"a".to_vec()), "t").unwrap();
        assert!(source.decoded(Some("klingon")).err().unwrap().problem.contains("windows-1252"));
    }
}
