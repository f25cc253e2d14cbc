//! Series from an array of NumPy's `.npz` archives: a zip archive of `.npy` files.
//!
//! A zip archive's list of entries stands at its end: a file is read in place, a pipe is read into memory first.

mod choice;
mod entry;

use zip::ZipArchive;

use super::cases::CaseReader;
use super::format::Format;
use super::npy;
use super::source::{Source, ZipContents};
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

fn open(source: Source, options: &ReadOptions) -> Result<Box<dyn CaseReader>> {
    let name = source.name().to_owned();
    let fail = |problem: String| DataError::new(&name, problem);
    let archive = ZipArchive::new(source.into_seekable(MOST_IN_MEMORY)?).map_err(|e| fail(damaged(&e)))?;
    let chosen = choice::choose(&archive, options.array.as_deref()).map_err(fail)?;
    let place = match &chosen.among_several {
        Some(array) => format!("{name}: array {}", quoted(array)),
        None => name.clone(),
    };
    let entry = Entry::open(archive, chosen.index)
        .map_err(|problem| fail(format!("array {}: {problem}", quoted(&chosen.array))))?;
    npy::open(Source::from_stream(entry, &place)?.at_hand(), options)
}
