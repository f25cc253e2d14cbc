//! Series from an array of NumPy's `.npz` archives: a zip archive of `.npy` files.
//!
//! A zip archive's list of entries stands at its end: a file is read in place, a pipe is read into memory first.

mod choice;
mod entry;

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::cases::CaseReader;
use super::format::Format;
use super::npy;
use super::source::{Seekable, Source, ZipContents};
use crate::error::quoted;

use crate::data::{Kind, ReadOptions};
use crate::error::{DataError, Result};
use entry::{Entry, damaged};

/// Largest archive that is read from a pipe, in bytes.
const MOST_IN_MEMORY: u64 = 1 << 30;

/// An archive of NumPy arrays.
pub(super) const FORMAT: Format = Format {
    name: "npz",
    extensions: &["npz"],
    kind: Kind::Series,
    has_arrays: true,
    recognises: |source, _| {
        Ok(match source.zip_contents()? {
            Some(contents) => contents == ZipContents::Arrays || source.has_extension("npz"),
            None => false,
        })
    },
    open,
};

const BEFORE: &str = "holds other data before the archive, which would be lost; split them, or save one archive again";

const BEHIND: &str = "holds other data behind the archive, which would be lost; split them, or save one archive again";

/// Bytes of the record that ends an archive, and most bytes of the comment at its end.
const END: (u64, u64) = (22, 0xffff);

/// Refuses an archive behind whose last record something follows, which readers of archives pass over.
fn check_ends(bytes: &mut Box<dyn Seekable>) -> Result<(), String> {
    let unreadable = |e: io::Error| format!("cannot be read: {e}; get the archive again");
    let length = bytes.seek(SeekFrom::End(0)).map_err(unreadable)?;
    bytes.seek(SeekFrom::Start(length.saturating_sub(END.0 + END.1))).map_err(unreadable)?;
    let mut tail = Vec::new();
    bytes.take(END.0 + END.1).read_to_end(&mut tail).map_err(unreadable)?;
    bytes.rewind().map_err(unreadable)?;
    // The last such record is the one that readers take; without any it is no archive, as they will say.
    let Some(at) = tail.windows(END.0 as usize).rposition(|record| record.starts_with(b"PK\x05\x06")) else {
        return Ok(());
    };
    let comment = usize::from(u16::from_le_bytes([tail[at + 20], tail[at + 21]]));
    if at + END.0 as usize + comment == tail.len() { Ok(()) } else { Err(BEHIND.into()) }
}

fn open(source: Source, options: &ReadOptions) -> Result<Box<dyn CaseReader>> {
    let name = source.name().to_owned();
    let fail = |problem: String| DataError::new(&name, problem);
    // Read whole, an archive grows by doubling.
    let most = options.most_bytes.map_or(MOST_IN_MEMORY, |most| MOST_IN_MEMORY.min(4 * most as u64));
    let mut bytes = source.into_seekable(most)?;
    check_ends(&mut bytes).map_err(fail)?;
    let archive = ZipArchive::new(bytes).map_err(|e| fail(damaged(&e)))?;
    if archive.offset() > 0 {
        return Err(fail(BEFORE.to_owned()).into());
    }
    let chosen = choice::choose(&archive, options.array.as_deref()).map_err(fail)?;
    let place = match &chosen.among_several {
        Some(array) => format!("{name}: array {}", quoted(array)),
        None => name.clone(),
    };
    let entry = Entry::open(archive, chosen.index)
        .map_err(|problem| fail(format!("array {}: {problem}", quoted(&chosen.array))))?;
    npy::open(Source::from_stream(entry, &place)?.at_hand(), options)
}
