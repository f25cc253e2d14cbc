//! Gzip undone member by member: what follows the last member must be zeros, as tapes and some writers pad a file.
//!
//! `flate2`'s own reader of several members takes padding for a damaged member; gzip, zlib and Python accept it.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

/// Bytes of the compressed stream's buffer.
const BUFFER: usize = 1 << 15;

/// The uncompressed bytes of a gzip stream of one or several members.
pub(super) struct Gunzip<R> {
    /// `None` only while one member is exchanged for the next.
    member: Option<GzDecoder<BufReader<R>>>,
    ended: bool,
}

impl<R: Read> Gunzip<R> {
    pub fn new(compressed: R) -> Self {
        let reader = BufReader::with_capacity(BUFFER, compressed);
        Gunzip { member: Some(GzDecoder::new(reader)), ended: false }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buffer.is_empty() {
            let Some(member) = &mut self.member else { break };
            let count = member.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            self.ended = !another_member(member.get_mut())?;
            if !self.ended {
                self.member = self.member.take().map(|member| GzDecoder::new(member.into_inner()));
            }
        }
        Ok(0)
    }
}

/// Whether another member follows, behind zeros if there are any; false at the end.
fn another_member(compressed: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = match compressed.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(false);
        }
        let zeros = bytes.iter().take_while(|&&b| b == 0).count();
        match bytes.get(zeros) {
            Some(0x1f) => {
                compressed.consume(zeros);
                return Ok(true);
            }
            Some(_) => {
                let problem = "what follows the end is neither gzip data nor zero padding";
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
            None => compressed.consume(zeros),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn member(text: &str) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap()
    }

    #[test]
    fn members_and_padding_are_read_on_and_garbage_is_an_error() {
        let read = |parts: &[&[u8]]| {
            let mut text = String::new();
            Gunzip::new(io::Cursor::new(parts.concat())).read_to_string(&mut text).map(|_| text)
        };
        let (a, b, zeros) = (member("a\n"), member("b\n"), vec![0; 3 * BUFFER]);
        for parts in [&[&a[..], &b][..], &[&a, &b, b"\0"], &[&a, &zeros, &b, &zeros], &[&a, &member(""), &b]] {
            assert_eq!(read(parts).unwrap(), "a\nb\n");
        }
        for tail in [&b"x"[..], b"\0\0x", b"\x1fx", &b[..b.len() - 1], b"\x1f\x8b"] {
            assert!(read(&[&a, tail]).is_err(), "{tail:?}");
        }
    }
}
