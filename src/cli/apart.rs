//! An output is a file of its own: not an input, not another output, by whatever name, link or redirection.

use std::fs;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::output::{DASH, STDOUT};
use crate::data::outputs::{Place, folder};
use crate::error::{Error, Result};

/// Refuses a command whose output is a file it reads, or another output. `-` is standard input among the inputs, standard
/// output among the outputs.
///
/// What cannot be replaced and read again (terminals, pipes, `/dev/null`) may be named more than once.
///
/// # Errors
/// [`Error::Usage`].
pub(super) fn keep_apart(inputs: &[&Path], outputs: &[&Path]) -> Result<()> {
    let mut seen: Vec<Named> = inputs.iter().map(|path| Named::input(path)).collect();
    for output in outputs {
        let output = Named::output(output);
        if let Some(other) = seen.iter().find(|other| other.is(&output)) {
            let problem = if other.name == output.name {
                format!("{} is named twice", output.name)
            } else {
                format!("{} and {} are the same file", other.name, output.name)
            };
            return Err(Error::Usage(format!("{problem}; write the output to a file of its own")));
        }
        seen.push(output);
    }
    Ok(())
}

/// Refuses an output inside a folder that a command reads.
///
/// # Errors
/// [`Error::Usage`].
pub(super) fn keep_out_of(folder: &Path, output: &Path) -> Result<()> {
    // What stdout is directed to, and where the links of an existing file lead; a new file is where its folder is.
    let found = if output.as_os_str() == DASH {
        fs::canonicalize("/dev/stdout").ok()
    } else {
        fs::canonicalize(output).ok().or_else(|| file(place(output)?))
    };
    match (fs::canonicalize(folder), found) {
        (Ok(inside), Some(place)) if place.starts_with(&inside) => {
            let (place, folder) = (place.display(), folder.display());
            Err(Error::Usage(format!("{place} is in {folder}, which is read; write the output elsewhere")))
        }
        _ => Ok(()),
    }
}

/// Something that is read or written.
struct Named {
    name: String,
    /// Tells regular files that exist from each other, under any name.
    handle: Option<Handle>,
    /// Tells apart what does not exist yet.
    place: Option<Place>,
}

impl Named {
    fn input(path: &Path) -> Named {
        if path.as_os_str() == DASH {
            return Named { name: "<stdin>".into(), handle: regular(Handle::stdin()), place: None };
        }
        // A descriptor is written here and read there: two pipes may have one number.
        let place = place(path).filter(|place| matches!(place, Place::File(_)));
        Named { name: path.display().to_string(), handle: handle(path), place }
    }

    fn output(path: &Path) -> Named {
        if path.as_os_str() == DASH {
            let place = Some(Place::Descriptor(1));
            return Named { name: STDOUT.into(), handle: regular(Handle::stdout()), place };
        }
        Named { name: path.display().to_string(), handle: handle(path), place: place(path) }
    }

    fn is(&self, other: &Named) -> bool {
        self.handle.is_some() && self.handle == other.handle || self.place.is_some() && self.place == other.place
    }
}

/// The open file, if it is a regular one. Others are not opened: that would wait for the other end of a pipe.
fn handle(path: &Path) -> Option<Handle> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    regular(Handle::from_path(path))
}

fn regular(handle: std::io::Result<Handle>) -> Option<Handle> {
    handle.ok().filter(|handle| handle.as_file().metadata().is_ok_and(|found| found.is_file()))
}

/// Where a path leads, with links of its folder resolved; `None` for what may be named more than once.
fn place(path: &Path) -> Option<Place> {
    match Place::of(path).ok()? {
        Place::File(file) => Some(Place::File(fs::canonicalize(folder(&file)).ok()?.join(file.file_name()?))),
        place @ Place::Descriptor(_) => Some(place),
        Place::Stream(_) => None,
    }
}

fn file(place: Place) -> Option<PathBuf> {
    match place {
        Place::File(path) => Some(path),
        _ => None,
    }
}
