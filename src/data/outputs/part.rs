//! The file that an output's bytes are in until it takes the place of its target.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use super::faults::{Step, step};
use super::parent::folder;
use super::unfinished::unfinished;
use super::{left_overs, permissions, unnamed};

/// Names tried before it is taken for hopeless: each is unguessable, so one is nearly always enough.
const ATTEMPTS: usize = 100;

/// A file in the folder of its target, without a name where the system has such files, locked while it lives; removed
/// if it does not take the target's place.
pub(super) struct Part {
    file: File,
    target: PathBuf,
    /// Its name, if it has one.
    path: Option<PathBuf>,
}

impl Part {
    /// An empty part for `target`, of which `existing` is there; parts of dead runs are removed.
    pub fn create(target: PathBuf, existing: Option<&Metadata>) -> io::Result<Part> {
        left_overs::remove(&target);
        let mode = permissions::to_begin_with(existing);
        let without_name = step(Step::CreateUnnamed).and_then(|()| unnamed::create(folder(&target), mode));
        let part = match without_name {
            Ok(file) => {
                // It is locked before it has a name: no other run ever finds it unlocked.
                lock(&file);
                Part { file, target, path: None }
            }
            // Not every file system has them.
            Err(_) => Part::named(target, mode)?,
        };
        permissions::check_replaceable(&part.file, &part.target, existing)?;
        Ok(part)
    }

    fn named(target: PathBuf, mode: u32) -> io::Result<Part> {
        for _ in 0..ATTEMPTS {
            let path = left_overs::new_path(&target);
            // Made and listed under one lock: a signal in between does not miss it.
            let mut list = unfinished();
            match step(Step::CreateNamed).and_then(|()| create_new(&path, mode)) {
                Ok(file) => {
                    list.files.push(path.clone());
                    drop(list);
                    let part = Part { file, target: target.clone(), path: Some(path) };
                    if part.is_ours() {
                        return Ok(part);
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(io::Error::other("no name for a temporary file stays free"))
    }

    /// Locks the part. Not ours is one that another run took for a left-over between its creation and this: it holds the
    /// lock, or it has removed the name.
    fn is_ours(&self) -> bool {
        lock(&self.file) && self.path.as_ref().is_some_and(|path| is_at(&self.file, path))
    }

    /// Flushes the part to the disk and puts it in its place, with the permissions of what it replaces.
    pub fn put_in_place(mut self) -> io::Result<()> {
        self.settle()?;
        if self.path.is_none() && self.give_name().is_err() {
            // The system allows it no name: the bytes go to a file that has one.
            self = self.copy()?;
            self.settle()?;
        }
        // Opened before: where no more files can be opened, the old one stays.
        let folder = open_folder(folder(&self.target))?;
        self.rename()?;
        flush_folder(folder)
    }

    fn settle(&self) -> io::Result<()> {
        permissions::keep(&self.file, &self.target)?;
        step(Step::Sync)?;
        self.file.sync_all()
    }

    fn give_name(&mut self) -> io::Result<()> {
        step(Step::Name)?;
        let path = left_overs::new_path(&self.target);
        let mut list = unfinished();
        unnamed::give_name(&self.file, &path)?;
        list.files.push(path.clone());
        self.path = Some(path);
        Ok(())
    }

    fn copy(&mut self) -> io::Result<Part> {
        let existing = fs::symlink_metadata(&self.target).ok();
        let mut named = Part::named(self.target.clone(), permissions::to_begin_with(existing.as_ref()))?;
        self.file.rewind()?;
        io::copy(&mut self.file, &mut named.file)?;
        Ok(named)
    }

    fn rename(&mut self) -> io::Result<()> {
        step(Step::Rename)?;
        let Some(path) = &self.path else { return Ok(()) };
        // Held, so that a signal does not remove the name meanwhile.
        let mut list = unfinished();
        fs::rename(path, &self.target)?;
        list.files.retain(|file| file != path);
        self.path = None;
        Ok(())
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        step(Step::Write)?;
        self.file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let mut list = unfinished();
            let _ = fs::remove_file(path);
            list.files.retain(|file| file != path);
        }
    }
}

fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Locks the file, unless another has it. A file system without locks refuses them to other runs as well, which then
/// leave the part alone.
fn lock(file: &File) -> bool {
    !matches!(
        step(Step::Lock).map_err(TryLockError::Error).and_then(|()| file.try_lock()),
        Err(TryLockError::WouldBlock)
    )
}

/// Whether `file` is what `path` names.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |found: Metadata| (found.dev(), found.ino());
        let (open, named) = (file.metadata().map(identity), fs::symlink_metadata(path).map(identity));
        matches!((open, named), (Ok(open), Ok(named)) if open == named)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Makes the names in the folder last, where a folder can be opened and flushed.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    flush_folder(open_folder(folder)?)
}

/// The folder, to be flushed; `None` where it may not be listed, or the system opens no folders.
fn open_folder(folder: &Path) -> io::Result<Option<File>> {
    if cfg!(unix) { possible(File::open(folder)) } else { Ok(None) }
}

fn flush_folder(folder: Option<File>) -> io::Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    step(Step::SyncFolder)?;
    possible(folder.sync_all()).map(|_| ())
}

/// What came of something that some folders and file systems do not do: then nothing, and no error.
fn possible<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};

    match done {
        Err(e) if matches!(e.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(None),
        done => done.map(Some),
    }
}
