//! One entry of a zip archive, uncompressed as it is read: its length and checksum are seen to, and it is no zip bomb.

use std::io::{self, Read, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::data::formats::source::Seekable;

/// Bytes that an entry may grow to whatever its ratio.
const UNSUSPICIOUS: u64 = 1 << 30;

/// Times that a larger entry may grow; numbers that were measured shrink to a tenth at best.
const MOST_GROWTH: u64 = 200;

/// Reads an entry from its first byte to its last.
pub(super) struct Entry {
    bytes: Box<dyn Read + Send>,
    crc: Crc,
    wanted_crc: u32,
    read: u64,
    length: u64,
}

impl Entry {
    /// Entry `index` of an archive.
    ///
    /// # Errors
    /// Why it cannot be read, in words: encrypted, packed in another way than by deflate, or grown beyond measure.
    pub fn open(mut archive: ZipArchive<Box<dyn Seekable>>, index: usize) -> Result<Entry, String> {
        let file = archive.by_index_raw(index).map_err(|e| damaged(&e))?;
        if file.encrypted() {
            return Err("is encrypted; save it without a password".into());
        }
        let method = file.compression();
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(format!(
                "is packed by {method:?}; save the archive with numpy.savez or numpy.savez_compressed"
            ));
        }
        let (packed, length, wanted_crc) = (file.compressed_size(), file.size(), file.crc32());
        if length > UNSUSPICIOUS && length / MOST_GROWTH > packed {
            return Err(format!(
                "would grow from {packed} bytes to {length}, as no measured data do; if it is meant, unpack the archive and \
                 name the .npy file"
            ));
        }
        let start = file.data_start().ok_or("has no place in the archive, which is damaged; get it again")?;
        drop(file);
        let mut archive = archive.into_inner();
        archive.seek(SeekFrom::Start(start)).map_err(|e| format!("cannot be read: {e}; get the archive again"))?;
        let packed = archive.take(packed);
        let bytes: Box<dyn Read + Send> = match method {
            CompressionMethod::Stored => Box::new(packed),
            _ => Box::new(DeflateDecoder::new(packed)),
        };
        Ok(Entry { bytes, crc: Crc::new(), wanted_crc, read: 0, length })
    }
}

impl Read for Entry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let wrong = |problem: &str| Err(io::Error::new(InvalidData, problem));
        let count = match self.bytes.read(buffer) {
            Err(e) if matches!(e.kind(), InvalidData | InvalidInput | UnexpectedEof) => {
                return wrong(&format!("the zip entry is damaged ({e}); get the archive again"));
            }
            read => read?,
        };
        self.crc.update(&buffer[..count]);
        self.read += count as u64;
        if self.read > self.length {
            return wrong(
                "the zip entry holds more bytes than it claims, so the archive is damaged or hostile; get it again",
            );
        }
        if count == 0 && !buffer.is_empty() {
            if self.read < self.length {
                return wrong("the zip entry holds fewer bytes than it claims; get the archive again");
            }
            if self.crc.sum() != self.wanted_crc {
                return wrong("the checksum of the zip entry is wrong, so the archive is damaged; get it again");
            }
        }
        Ok(count)
    }
}

/// What is wrong with an archive that the zip reader refuses.
pub(super) fn damaged(error: &zip::result::ZipError) -> String {
    format!("the zip archive is damaged or cut short ({error}); get it again")
}
