//! What must not be left behind if the process ends early: files not yet in place, and folders made for them.
//!
//! [`OutputFile`](super::OutputFile) and [`OutputFolder`](super::OutputFolder) list here what they make and take it off
//! the list when it is finished or removed. A program that handles signals ends by
//! `let _held = remove_unfinished(); std::process::exit(130)`.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Paths to remove if the process ends early; folders in the order in which they were made.
pub(super) struct Unfinished {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

static UNFINISHED: Mutex<Unfinished> = Mutex::new(Unfinished { files: Vec::new(), folders: Vec::new() });

/// The list, locked: whoever makes, finishes or removes something holds it meanwhile, so that no path is missed.
pub(super) fn unfinished() -> MutexGuard<'static, Unfinished> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While this is held, no output is begun or put in place.
pub struct Cleanup {
    _list: MutexGuard<'static, Unfinished>,
}

/// Removes every unfinished file, and every folder made for one that is empty then.
pub fn remove_unfinished() -> Cleanup {
    let list = unfinished();
    // What cannot be removed stays: the process is about to end.
    for file in &list.files {
        let _ = fs::remove_file(file);
    }
    for folder in list.folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
    Cleanup { _list: list }
}
