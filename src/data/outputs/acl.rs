//! The access list of a replaced file, which may give less or more than its mode says.

#[cfg(all(target_os = "linux", feature = "cli"))]
pub(super) use linux::keep;

/// Access lists are not looked at here.
#[cfg(all(unix, not(all(target_os = "linux", feature = "cli"))))]
pub(super) fn keep(_: &std::fs::File, _: &std::path::Path) -> bool {
    true
}

#[cfg(all(target_os = "linux", feature = "cli"))]
mod linux {
    use std::fs::File;
    use std::path::Path;

    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr, getxattr};
    use rustix::io::Errno;

    const NAME: &str = "system.posix_acl_access";

    /// Gives `part` the access list of `target`, or none if it has none; whether that worked.
    pub fn keep(part: &File, target: &Path) -> bool {
        let mut list = [0u8; 4096];
        match getxattr(target, NAME, &mut list) {
            Ok(bytes) => fsetxattr(part, NAME, &list[..bytes], XattrFlags::empty()).is_ok(),
            // The folder may have given its own list to the part.
            Err(Errno::NODATA) => matches!(fremovexattr(part, NAME), Ok(()) | Err(Errno::NODATA)),
            Err(Errno::OPNOTSUPP) => true,
            Err(_) => false,
        }
    }
}
