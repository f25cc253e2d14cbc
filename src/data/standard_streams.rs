//! Standard input and output as the process was given them, where Rust's runtime hides that one of them is of no use.
//!
//! The runtime puts `/dev/null` in the place of a closed stream and takes the failed write on a stream that is open for
//! reading alone for success: results would be lost in silence. What was closed is known to `kernels::startup`.

use std::io;

/// Fails if standard output cannot be written: closed at the start, or open for reading alone.
///
/// # Errors
/// Says which of the two.
#[cfg(feature = "cli")]
pub fn check_standard_output() -> io::Result<()> {
    check_open(1)?;
    #[cfg(unix)]
    check_open_for_writing(&io::stdout())?;
    Ok(())
}

/// Fails if standard input was closed at the start.
///
/// # Errors
/// Says so.
#[cfg(feature = "cli")]
pub(super) fn check_standard_input() -> io::Result<()> {
    check_open(0)
}

/// Fails if the standard stream `descriptor` (0, 1 or 2) was closed at the start.
pub(super) fn check_open(descriptor: u32) -> io::Result<()> {
    if closed(descriptor) { Err(unusable("it is closed")) } else { Ok(()) }
}

/// Fails if the descriptor is open for reading alone.
#[cfg(unix)]
pub(super) fn check_open_for_writing(descriptor: &impl std::os::fd::AsFd) -> io::Result<()> {
    #[cfg(feature = "cli")]
    if (rustix::fs::fcntl_getfl(descriptor)? & rustix::fs::OFlags::ACCMODE) == rustix::fs::OFlags::RDONLY {
        return Err(unusable("it is open for reading only"));
    }
    let _ = descriptor;
    Ok(())
}

fn closed(descriptor: u32) -> bool {
    #[cfg(feature = "cli")]
    return nafal_kernels::startup::closed(descriptor);
    #[cfg(not(feature = "cli"))]
    {
        let _ = descriptor;
        false
    }
}

fn unusable(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, why)
}
