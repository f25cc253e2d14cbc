//! Where the path of an output leads: symbolic links are followed one by one.
//!
//! `fs::canonicalize` will not do: it goes through `/dev/stdout` to the file that standard output is directed to, which
//! would then be replaced beside the open descriptor, and it does not follow a link to nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::{fs, path};

use super::descriptor;
use super::parent::folder;

/// Links followed before they are taken for a circle; the kernel's number.
const MOST_LINKS: usize = 40;

/// Where the bytes of an output go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A regular file, or nothing yet; the path's last component is no link.
    File(PathBuf),
    /// An open descriptor of this process, as `/dev/stdout`.
    Descriptor(u32),
    /// What cannot be replaced: a terminal, a pipe, a device.
    Stream(PathBuf),
}

impl Place {
    /// Follows `path`.
    ///
    /// # Errors
    /// If it names a folder or a circle of links, or is in no folder.
    pub fn of(path: &Path) -> io::Result<Place> {
        let mut path = path.to_owned();
        for _ in 0..=MOST_LINKS {
            if let Some(number) = descriptor::number(&path) {
                return Ok(Place::Descriptor(number));
            }
            if ends_as_folder(&path) {
                return Err(is_a_folder());
            }
            match fs::symlink_metadata(&path) {
                // What another process has open: the link's text is no path.
                Ok(found) if found.is_symlink() && descriptor::of_a_process(&path) => return Ok(Place::Stream(path)),
                Ok(found) if found.is_symlink() => path = folder(&path).join(fs::read_link(&path)?),
                Ok(found) if found.is_dir() => return Err(is_a_folder()),
                Ok(found) if found.is_file() => return Ok(Place::File(path)),
                Ok(_) => return Ok(Place::Stream(path)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => return nothing_yet(path),
                Err(e) => return Err(e),
            }
        }
        Err(io::Error::other("its symbolic links lead in a circle"))
    }
}

fn nothing_yet(path: PathBuf) -> io::Result<Place> {
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no file name"));
    }
    let folder = folder(&path);
    if folder.is_dir() {
        return Ok(Place::File(path));
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display())))
}

fn is_a_folder() -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file in it")
}

/// Whether the path says by its end that it is a folder: `a/`, `a/.`.
fn ends_as_folder(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let text = text.strip_suffix('.').unwrap_or(&text);
    text.ends_with(path::is_separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_its_end() {
        for (path, want) in [("a/", true), ("a/.", true), ("/", true), ("a", false), ("a.", false), ("a/b.", false)] {
            assert_eq!(ends_as_folder(Path::new(path)), want, "{path}");
        }
    }
}
