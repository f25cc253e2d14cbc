//! Descriptors of this process that have a path: `/dev/stdout`, `/dev/fd/N`, `/proc/self/fd/N`.
//!
//! Opened by its path, a file that standard output is directed to would be written from its beginning, over what a log
//! holds. A duplicate of the descriptor shares its place in the file: what the shell writes afterwards comes after it.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(not(unix))]
pub(super) fn number(_: &Path) -> Option<u32> {
    None
}

#[cfg(not(unix))]
pub(super) fn of_a_process(_: &Path) -> bool {
    false
}

#[cfg(not(unix))]
pub(super) fn duplicate(_: u32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
pub(super) use unix::{duplicate, number, of_a_process};

#[cfg(unix)]
mod unix {
    use std::fs::{self, OpenOptions};
    use std::os::fd::AsFd;

    use super::{File, Path, io};
    use crate::data::outputs::parent::folder;
    use crate::data::standard_streams::{check_open, check_open_for_writing};

    /// Folders of this process's descriptors.
    const OWN: [&str; 3] = ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"];

    /// The descriptor that `path` names, if its folder is one of those of this process's descriptors.
    pub fn number(path: &Path) -> Option<u32> {
        let name = path.file_name()?.to_str()?;
        let number = name.parse().ok().filter(|_| name.bytes().all(|b| b.is_ascii_digit()))?;
        let folder = fs::canonicalize(folder(path)).ok()?;
        OWN.iter().any(|own| fs::canonicalize(own).is_ok_and(|own| own == folder)).then_some(number)
    }

    /// Whether `path` is a link of `/proc`, which the kernel follows to an open file, whatever the link's text says.
    pub fn of_a_process(path: &Path) -> bool {
        fs::canonicalize(folder(path)).is_ok_and(|folder| folder.starts_with("/proc"))
    }

    /// A duplicate of the open descriptor.
    pub fn duplicate(number: u32) -> io::Result<File> {
        check_open(number)?;
        let file = match number {
            0 => File::from(io::stdin().as_fd().try_clone_to_owned()?),
            1 => File::from(io::stdout().as_fd().try_clone_to_owned()?),
            2 => File::from(io::stderr().as_fd().try_clone_to_owned()?),
            _ => other(number)?,
        };
        check_open_for_writing(&file)?;
        Ok(file)
    }

    fn other(number: u32) -> io::Result<File> {
        #[cfg(all(target_os = "linux", feature = "cli"))]
        {
            use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

            let own = pidfd_open(getpid(), PidfdFlags::empty());
            let number = i32::try_from(number).map_err(|_| rustix::io::Errno::BADF)?;
            match own.and_then(|own| pidfd_getfd(own, number, PidfdGetfdFlags::empty())) {
                Ok(descriptor) => return Ok(descriptor.into()),
                Err(rustix::io::Errno::BADF) => return Err(rustix::io::Errno::BADF.into()),
                // An old kernel, or a container that forbids the call.
                Err(_) => {}
            }
        }
        // Elsewhere this duplicates the descriptor; on Linux it opens the file anew, and appending keeps what it holds.
        OpenOptions::new().append(true).open(format!("/dev/fd/{number}"))
    }
}
