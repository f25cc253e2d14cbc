//! Writing a file so that a reader sees the old one or the new one, never a part of it.
//!
//! The bytes go to a new file beside the destination, `.<name>.<process>-<count>.part`; at the end it is flushed to the
//! disk and renamed over the destination. Dropped before that, it is removed; a signal handler removes it by
//! [`remove_unfinished`](super::cleanup::remove_unfinished).

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::cleanup::unfinished;
use crate::error::{Error, Result};

/// A file being written that appears whole or not at all.
///
/// A symbolic link is followed and keeps pointing where it did. What is no regular file (a terminal, `/dev/null`, a
/// pipe) cannot be replaced and is written to directly. On failure nothing new is left behind and an existing file
/// keeps its content.
pub struct AtomicFile {
    file: File,
    /// The path as given, for messages.
    path: PathBuf,
    /// `None` where the bytes are written to the destination itself.
    part: Option<Part>,
}

impl AtomicFile {
    /// Opens a file for writing; fails at once if `path` cannot be written.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn create(path: impl AsRef<Path>) -> Result<AtomicFile> {
        let path = path.as_ref().to_path_buf();
        match open(&path) {
            Ok((file, part)) => Ok(AtomicFile { file, path, part }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Writes `bytes` as the whole content of `path`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn replace(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
        let mut file = AtomicFile::create(path)?;
        file.write_all(bytes).map_err(|e| file.failed(e))?;
        file.commit()
    }

    /// Flushes the bytes to the disk and puts the file in its place.
    ///
    /// # Errors
    /// [`Error::Write`]; the destination is then as it was.
    pub fn commit(self) -> Result<()> {
        let AtomicFile { file, path, part } = self;
        let Some(part) = part else { return Ok(()) };
        let synced = file.sync_all();
        drop(file);
        synced.and_then(|()| part.put_in_place()).map_err(|source| Error::Write { path, source })
    }

    /// The error of a failed write.
    pub fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.path.clone(), source }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(path: &Path) -> io::Result<(File, Option<Part>)> {
    let destination = match fs::canonicalize(path) {
        Ok(existing) if existing.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file in it"));
        }
        Ok(existing) if !existing.is_file() => return Ok((OpenOptions::new().write(true).open(&existing)?, None)),
        Ok(existing) => existing,
        Err(e) if e.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
        Err(e) => return Err(e),
    };
    let (file, part) = Part::create(destination)?;
    Ok((file, Some(part)))
}

/// The file that the bytes are in until it takes the place of `destination`; removed if it never does.
struct Part {
    path: PathBuf,
    destination: PathBuf,
}

impl Part {
    /// A new, empty file in the folder of `destination`.
    fn create(destination: PathBuf) -> io::Result<(File, Part)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name =
            destination.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
        loop {
            let mut part = OsString::from(".");
            part.push(name);
            part.push(format!(".{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
            let path = destination.with_file_name(part);
            // Made and listed under one lock: a signal in between does not miss it.
            let mut unfinished = unfinished();
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    unfinished.files.push(path.clone());
                    return Ok((file, Part { path, destination }));
                }
                // Left by a killed process that had our id: leave it alone, take the next number.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    let folder = destination.parent().unwrap_or(Path::new(""));
                    return Err(io::Error::new(e.kind(), format!("there is no folder {}", folder.display())));
                }
                Err(e) => return Err(e),
            }
        }
    }

    fn put_in_place(self) -> io::Result<()> {
        // Taken before `self` is dropped, which takes it again; held so that a signal handler removes nothing meanwhile.
        let _held = unfinished();
        fs::rename(&self.path, &self.destination)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut unfinished = unfinished();
        // There is nothing to remove once the file is in its place.
        let _ = fs::remove_file(&self.path);
        unfinished.files.retain(|file| *file != self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_at_the_end_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let count = || fs::read_dir(folder.path()).unwrap().count();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert!(!path.exists() && count() == 1);
        drop(file);
        assert_eq!(count(), 0);
        AtomicFile::replace(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        file.commit().unwrap();
        assert_eq!((fs::read(&path).unwrap(), count()), (b"new".to_vec(), 1));
    }
}
