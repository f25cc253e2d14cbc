//! Files without a name: if the process is killed, the system removes them.
//!
//! Linux has them (`O_TMPFILE`) on most file systems. A finished one gets its name by a link from `/proc/self/fd`.

#[cfg(all(target_os = "linux", feature = "cli"))]
pub(super) use linux::{create, give_name};

#[cfg(not(all(target_os = "linux", feature = "cli")))]
pub(super) use elsewhere::{create, give_name};

#[cfg(all(target_os = "linux", feature = "cli"))]
mod linux {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};

    /// A file without a name in `folder`.
    ///
    /// # Errors
    /// Also where it could not be given a name later, since there is no `/proc`.
    pub fn create(folder: &Path, mode: u32) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = File::from(openat(CWD, folder, flags, Mode::from_raw_mode(mode))?);
        own_path(&file).symlink_metadata()?;
        Ok(file)
    }

    /// Gives the file the name `path`, under which nothing may be.
    pub fn give_name(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(CWD, own_path(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    fn own_path(file: &File) -> PathBuf {
        format!("/proc/self/fd/{}", file.as_raw_fd()).into()
    }
}

#[cfg(not(all(target_os = "linux", feature = "cli")))]
mod elsewhere {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub fn create(_: &Path, _: u32) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn give_name(_: &File, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
