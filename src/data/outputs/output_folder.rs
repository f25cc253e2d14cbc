//! A folder for output files that is removed again if they are not finished.

use std::fs;
use std::path::{Path, PathBuf};

use super::parent::folder;
use super::part::sync_folder;
use super::unfinished::unfinished;
use crate::error::{Error, Result};

/// A folder for output files. The folders made for it are removed, if they are empty, unless [`keep`](Self::keep) is
/// called before it is dropped.
pub struct OutputFolder {
    made: Vec<PathBuf>,
    kept: bool,
}

impl OutputFolder {
    /// Makes `path` and the folders above it that are missing.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn make(path: impl AsRef<Path>) -> Result<OutputFolder> {
        let path = path.as_ref();
        let mut made: Vec<PathBuf> =
            path.ancestors().take_while(|p| *p != Path::new("") && !p.exists()).map(Path::to_owned).collect();
        made.reverse();
        let made = OutputFolder { made, kept: false };
        let mut unfinished = unfinished();
        fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source })?;
        unfinished.folders.extend(made.made.iter().cloned());
        Ok(made)
    }

    /// The files in it are finished: the folder stays.
    pub fn keep(mut self) {
        self.kept = true;
        for made in &self.made {
            // The files are whole; that the folder's own name might not outlast a power cut is no failure of theirs.
            let _ = sync_folder(folder(made));
        }
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        let mut unfinished = unfinished();
        unfinished.folders.retain(|folder| !self.made.contains(folder));
        if !self.kept {
            for folder in self.made.iter().rev() {
                // Fails where the folder is not empty or was never made.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}
