//! Who may read and write a file that takes the place of another: those who could before, never more.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// The mode that a part is created with: no wider than that of what it will replace, and none but the owner gets in
/// before the owner is the right one.
pub(super) fn to_begin_with(existing: Option<&Metadata>) -> u32 {
    #[cfg(unix)]
    if let Some(existing) = existing {
        use std::os::unix::fs::MetadataExt;
        return existing.mode() & 0o600 | 0o200;
    }
    let _ = existing;
    0o666
}

#[cfg(not(unix))]
pub(super) fn keep(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_replaceable(_: &File, _: &Path, _: Option<&Metadata>) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) use unix::{check_replaceable, keep};

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    use super::{File, Metadata, Path, io};
    use crate::data::outputs::acl;
    use crate::data::outputs::faults::{Step, step};
    use crate::data::outputs::parent::folder;

    const STICKY: u32 = 0o1000;

    /// Gives `part` the owner, group, access list and mode of `target`, as it is now, as far as the system lets us.
    pub fn keep(part: &File, target: &Path) -> io::Result<()> {
        let Some(old) = fs::symlink_metadata(target).ok().filter(Metadata::is_file) else { return Ok(()) };
        let new = part.metadata()?;
        let group = old.gid() == new.gid() || fchown(part, None, Some(old.gid())).is_ok();
        let owner = old.uid() == new.uid() || fchown(part, Some(old.uid()), None).is_ok();
        // With another owner or group the list's entries would be those of others.
        let list = owner && group && acl::keep(part, target);
        let mode = narrowed(old.mode() & 0o777, owner, group && list);
        let has = part.metadata()?.mode() & 0o777;
        if mode == has {
            return Ok(());
        }
        match step(Step::Permissions).and_then(|()| part.set_permissions(Permissions::from_mode(mode))) {
            // A file system without modes, or one that forbids it: fine as long as nobody gets in who could not before.
            Err(e) if has & !mode != 0 => Err(e),
            _ => Ok(()),
        }
    }

    /// The mode under which nobody can do more than under `mode`, where the owner or the group is not kept: the old owner
    /// may now be one of the group or of the others, a member of the old group one of the others, and the other way
    /// round.
    pub fn narrowed(mode: u32, owner_kept: bool, group_kept: bool) -> u32 {
        let (user, mut group, mut other) = (mode >> 6 & 7, mode >> 3 & 7, mode & 7);
        if !group_kept {
            (group, other) = (group & other, group & other);
        }
        if !owner_kept {
            (group, other) = (group & user, other & user);
        }
        user << 6 | group << 3 | other
    }

    /// Fails if `part` will not be allowed to take the place of `target`: in a folder like `/tmp` a file is replaced by
    /// its owner alone.
    pub fn check_replaceable(part: &File, target: &Path, existing: Option<&Metadata>) -> io::Result<()> {
        let (Some(existing), Ok(folder)) = (existing, fs::metadata(folder(target))) else { return Ok(()) };
        // The part is ours.
        let own = part.metadata()?.uid();
        if folder.mode() & STICKY == 0 || [0, existing.uid(), folder.uid()].contains(&own) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is another user's, in a folder where only its owner can replace it",
        ))
    }

    #[cfg(test)]
    mod tests {
        use super::narrowed;

        #[test]
        fn a_mode_is_never_widened() {
            assert_eq!(narrowed(0o664, true, true), 0o664);
            assert_eq!(narrowed(0o660, true, false), 0o600);
            assert_eq!(narrowed(0o640, false, true), 0o640);
            assert_eq!(narrowed(0o464, false, true), 0o444);
            for mode in 0..0o1000 {
                for (owner, group) in [(true, true), (true, false), (false, true), (false, false)] {
                    assert_eq!(narrowed(mode, owner, group) & !mode, 0);
                }
            }
        }
    }
}
