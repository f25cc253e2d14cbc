//! Writing a file so that a reader sees the old one or the new one, never a part.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Writes `bytes` to `path`: into a new file beside it, flushed to the disk, then renamed over it.
///
/// A symbolic link is followed and keeps pointing where it did. What is no regular file (a terminal, `/dev/null`, a
/// pipe) cannot be replaced and is written to directly. On failure nothing new is left behind and an existing file
/// keeps its content.
///
/// # Errors
/// [`Error::Write`] with the path as given.
pub fn write_atomically(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let path = path.as_ref();
    write(path, bytes).map_err(|source| Error::Write { path: path.to_path_buf(), source })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(existing) => {
            let kind = fs::metadata(&existing)?;
            if kind.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file in it"));
            }
            if !kind.is_file() {
                return OpenOptions::new().write(true).open(&existing)?.write_all(bytes);
            }
            existing
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
        Err(e) => return Err(e),
    };
    let (mut file, part) = create_beside(&target)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    written.and_then(|()| fs::rename(&part, &target)).inspect_err(|_| {
        // The first failure is the one to report; a part that cannot be removed either changes nothing.
        let _ = fs::remove_file(&part);
    })
}

/// A new, empty file `.<name>.<process>-<count>.part` in the directory of `target`.
fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
    loop {
        let mut part = OsString::from(".");
        part.push(name);
        part.push(format!(".{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let part = target.with_file_name(part);
        match OpenOptions::new().write(true).create_new(true).open(&part) {
            // Left by a killed process that had our id: leave it alone, take the next number.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, part)),
        }
    }
}
