//! Names of unfinished files, and the removal of those that a killed run has left.
//!
//! A part is `.<target>.<16 random hexadecimal digits>.part` in the folder of its target. A living run holds a lock on its
//! part, which the system takes back when it ends, however it ends: a part that can be locked has no owner.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use super::parent::folder;

/// Bytes of the target's name that a part's name holds: with the rest it fits where the target's name does.
const MOST_BYTES: usize = 64;

const DIGITS: usize = 16;
const ENDING: &str = ".part";

/// A new name for a part of `target`, which nobody can guess and put something else there before.
pub(super) fn new_path(target: &Path) -> PathBuf {
    // The standard library's source of randomness: keys from the system, others for every state.
    let random = RandomState::new().build_hasher().finish();
    folder(target).join(format!("{}{random:0width$x}{ENDING}", beginning(target), width = DIGITS))
}

/// What the names of all parts of `target` begin with.
fn beginning(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default();
    let text = name.to_string_lossy();
    if text.len() <= MOST_BYTES && name.to_str().is_some() {
        return format!(".{text}.");
    }
    // A long name is cut; a check sum tells it from others that begin in the same way.
    let end = (0..=MOST_BYTES.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!(".{}~{:08x}.", &text[..end], crc32fast::hash(name.as_encoded_bytes()))
}

fn is_part(name: &OsStr, beginning: &str) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(beginning)?.strip_suffix(ENDING));
    random.is_some_and(|random| random.len() == DIGITS && random.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Removes the parts of `target` that no living run is writing.
///
/// What cannot be listed, opened or removed stays: that is no reason not to write the target.
pub(super) fn remove(target: &Path) {
    let beginning = beginning(target);
    for entry in fs::read_dir(folder(target)).into_iter().flatten().flatten() {
        if !is_part(&entry.file_name(), &beginning) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // Kept open while it is removed: until then the lock tells its maker, if there is one, that it is lost.
        if let Ok(part) = open(&entry.path())
            && part.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(all(unix, feature = "cli"))]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;

        // Not through a link, and without waiting for the reader of a pipe, that took its place just now.
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_are_known_again() {
        let long = "x".repeat(255);
        for name in ["a", "m.nafal", "naïve.csv", &"ä".repeat(127), &long, ".hidden"] {
            let target = Path::new("folder").join(name);
            let part = new_path(&target);
            let part_name = part.file_name().unwrap();
            assert!(part_name.len() <= 255 && part.parent() == target.parent());
            assert!(is_part(part_name, &beginning(&target)), "{part:?}");
            assert!(!is_part(part_name, &beginning(Path::new("b"))), "{part:?}");
            // The part of a file that is called like a part is not a part of the file.
            assert!(!is_part(new_path(&part).file_name().unwrap(), &beginning(&target)));
            assert_ne!(new_path(&target), part);
        }
        assert_ne!(beginning(Path::new(&long)), beginning(Path::new(&long[..254])));
        for name in
            [".a.part", ".a.0123.part", ".a.0123456789abcdeg.part", "a.0123456789abcdef.part", ".a.0123456789abcdef"]
        {
            assert!(!is_part(OsStr::new(name), &beginning(Path::new("a"))), "{name}");
        }
    }
}
