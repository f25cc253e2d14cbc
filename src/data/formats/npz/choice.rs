//! Which entry of an archive is read: the only array, or the one that `--array` names.

use std::io::{Read, Seek};

use zip::ZipArchive;

use crate::data::formats::source::ZipContents;
use crate::error::{listed, quoted};

/// Most entries of an archive.
const MOST_ENTRIES: usize = 10_000;

/// The array that is read.
pub(super) struct Chosen {
    /// Its place in the archive.
    pub index: usize,
    /// Its name.
    pub array: String,
    /// Its name, where there are others.
    pub among_several: Option<String>,
}

/// The array called `wanted`, or the only one.
///
/// # Errors
/// In words: an archive of other things than arrays, none or several of that name, or no choice among several.
pub(super) fn choose<R: Read + Seek>(archive: &ZipArchive<R>, wanted: Option<&str>) -> Result<Chosen, String> {
    if archive.len() > MOST_ENTRIES {
        return Err(format!(
            "is a zip archive of {} entries, and {MOST_ENTRIES} are the most; save fewer arrays in one",
            archive.len()
        ));
    }
    if archive.has_duplicate_names() {
        return Err("is a zip archive with two entries of one name, of which one would be lost; save it again".into());
    }
    let entries: Vec<String> =
        archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let contents = |name: &String| ZipContents::of_entry(name);
    if entries.iter().any(|name| contents(name) == ZipContents::Spreadsheet) {
        return Err(ZipContents::Spreadsheet.refusal().into());
    }
    let arrays: Vec<(usize, &str)> =
        entries.iter().enumerate().filter_map(|(i, name)| Some((i, name.strip_suffix(".npy")?))).collect();
    if arrays.is_empty() {
        return Err(ZipContents::Files.refusal().into());
    }
    let list = || listed(arrays.iter().map(|(_, name)| *name));
    let mut of_that_name = arrays.iter().filter(|(_, name)| wanted.is_none_or(|wanted| *name == wanted));
    match (wanted, of_that_name.next(), of_that_name.next()) {
        (_, Some(&(index, array)), None) => {
            let among_several = (arrays.len() > 1).then(|| array.to_owned());
            Ok(Chosen { index, array: array.to_owned(), among_several })
        }
        (Some(wanted), ..) => Err(format!("has no array {}; choose one of {}", quoted(wanted), list())),
        (None, ..) => Err(format!("holds {} arrays, {}; choose one with --array NAME", arrays.len(), list())),
    }
}
