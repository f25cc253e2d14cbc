//! Output files that appear whole or not at all, also when a signal ends the command.
//!
//! A staged file is written beside its destination and renamed over it at the end; dropped before that, it is removed.
//! Paths of staged files are kept in one list, so that the signal thread can remove them too.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, TempPath};

use crate::error::{Error, Result};

/// What to remove if the command ends early: files, and folders the command made (if they are empty by then).
struct Leftovers {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

static LEFTOVERS: Mutex<Leftovers> = Mutex::new(Leftovers { files: Vec::new(), folders: Vec::new() });

fn leftovers() -> MutexGuard<'static, Leftovers> {
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes everything staged and ends the process.
pub(super) fn abandon_and_exit(code: i32) -> ! {
    // Held to the end: nothing is renamed into place any more.
    let leftovers = leftovers();
    for file in &leftovers.files {
        // What cannot be removed cannot be helped on the way out.
        let _ = fs::remove_file(file);
    }
    for folder in leftovers.folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
    std::process::exit(code)
}

/// A file being written.
pub(super) struct Staged {
    file: File,
    /// The path as given, for messages.
    shown: PathBuf,
    /// Where the bytes are until they are in place; `None` where the destination is no regular file (a terminal, a pipe,
    /// `/dev/null`), which cannot be replaced and is written to directly.
    part: Option<Part>,
}

struct Part {
    path: TempPath,
    destination: PathBuf,
}

impl Staged {
    /// Opens a file for writing; fails at once if `path` cannot be written.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn create(path: &Path) -> Result<Staged> {
        Self::try_create(path).map_err(|source| Error::Write { path: path.to_owned(), source })
    }

    fn try_create(path: &Path) -> io::Result<Staged> {
        let shown = path.to_owned();
        let destination = match fs::canonicalize(path) {
            Ok(existing) if existing.is_dir() => {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file in it"));
            }
            Ok(existing) if !existing.is_file() => {
                let file = OpenOptions::new().write(true).open(&existing)?;
                return Ok(Staged { file, shown, part: None });
            }
            // A link keeps pointing where it did: what it points to is replaced.
            Ok(existing) => existing,
            Err(e) if e.kind() == io::ErrorKind::NotFound => shown.clone(),
            Err(e) => return Err(e),
        };
        let folder = match destination.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let name = destination.file_name().unwrap_or(OsStr::new("output")).to_string_lossy().into_owned();
        let prefix = format!(".{name}.");
        let mut builder = Builder::new();
        builder.prefix(&prefix).suffix(".part");
        // As an ordinary new file: readable by whom the umask lets read.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        // Made and listed under one lock, so that a signal in between does not miss it.
        let mut leftovers = leftovers();
        let (file, path) = builder.tempfile_in(folder).map_err(|e| unwritable(folder, &e))?.into_parts();
        leftovers.files.push(path.to_path_buf());
        Ok(Staged { file, shown, part: Some(Part { path, destination }) })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// [`Error::Write`]; the destination is then as it was.
    pub fn commit(mut self) -> Result<()> {
        let Some(part) = self.part.take() else { return Ok(()) };
        let mut leftovers = leftovers();
        let path = part.path.to_path_buf();
        let placed = part.path.persist(&part.destination);
        leftovers.files.retain(|f| *f != path);
        // The command succeeds from here on: folders it made stay.
        leftovers.folders.clear();
        placed.map_err(|e| Error::Write { path: self.shown.clone(), source: e.error })
    }

    /// The error of a failed write.
    pub fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.shown.clone(), source }
    }
}

/// The error of making a file in `folder`, without the name of the file that could not be made.
fn unwritable(folder: &Path, e: &io::Error) -> io::Error {
    match e.kind() {
        io::ErrorKind::NotFound => io::Error::new(e.kind(), format!("there is no folder {}", folder.display())),
        kind => kind.into(),
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(part) = self.part.take() {
            let path = part.path.to_path_buf();
            let mut leftovers = leftovers();
            drop(part);
            leftovers.files.retain(|f| *f != path);
        }
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A folder for a command's files. If the command made it and ends early, it is removed again.
pub(super) struct Folder {
    made: Vec<PathBuf>,
    kept: bool,
}

impl Folder {
    /// Makes `path` and the folders above it that are missing.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn make(path: &Path) -> Result<Folder> {
        let missing: Vec<PathBuf> =
            path.ancestors().take_while(|p| *p != Path::new("") && !p.exists()).map(Path::to_owned).collect();
        let made: Vec<PathBuf> = missing.into_iter().rev().collect();
        let mut leftovers = leftovers();
        fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source })?;
        leftovers.folders.extend(made.iter().cloned());
        Ok(Folder { made, kept: false })
    }

    /// The command has succeeded: the folder stays.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            for folder in self.made.iter().rev() {
                // Not empty or gone: someone else's.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}
