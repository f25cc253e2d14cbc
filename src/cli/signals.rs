//! SIGINT, SIGTERM, SIGHUP and SIGXFSZ: unfinished outputs are removed, then the process dies by the signal.
//!
//! On Unix the signals are blocked in every thread, and one thread waits for them (`sigwait`): that needs no
//! code that runs inside a signal handler, and works while the main thread is blocked in a read. The waiting thread lets
//! the signals through again, so that a second one ends the process at once, removes unfinished outputs
//! (`remove_unfinished`) and raises the signal anew; its action is still the default one. SIGXFSZ that says that a file grew beyond
//! the limit comes to the thread that writes and no other: blocked, it lets the write fail with EFBIG, by which the output is removed and the error said; let through at
//! the end it ends the process. A signal that was ignored when the process started stays ignored. Elsewhere Ctrl-C removes
//! outputs through `ctrlc`.

use std::io;

use super::messages::failure::interrupted;
use crate::data::outputs::remove_unfinished;

/// Starts watching; to be called before any other thread starts.
#[cfg(unix)]
pub(super) fn watch() {
    use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use nix::sys::signal::{SigSet, raise};

    let signals: SigSet = [SIGINT, SIGTERM, SIGHUP, SIGXFSZ].into_iter().filter(|&signal| heeded(signal)).collect();
    if signals.thread_block().is_err() {
        // The signals then keep their default action: they end the process.
        return;
    }
    let wait = move || {
        loop {
            let Ok(signal) = signals.wait() else { continue };
            let _ = signals.thread_unblock();
            // Held to the end: nothing is put in place any more.
            let _held = remove_unfinished();
            interrupted(128 + signal as i32);
            let _ = raise(signal);
            // Not reached while the signal's action is the default one.
            std::process::exit(128 + signal as i32);
        }
    };
    if std::thread::Builder::new().name("signals".into()).spawn(wait).is_err() {
        // No thread would wait for them: give the signals back their default action. SIGXFSZ would leave what is unfinished.
        let mut unwatched = signals;
        unwatched.remove(SIGXFSZ);
        let _ = unwatched.thread_unblock();
    }
}

/// Whether the signal was not ignored when the process started.
#[cfg(unix)]
fn heeded(signal: nix::sys::signal::Signal) -> bool {
    !nafal_kernels::startup::ignored((signal as i32).unsigned_abs())
}

/// Ends the process by SIGXFSZ if the limit on the size of files made a write fail; otherwise does nothing. The signal waits for
/// the thread that wrote, which may be another one, so it is raised anew.
#[cfg(unix)]
pub(super) fn end_by_file_size(failure: &io::Error) {
    use nix::errno::Errno;
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
    use nix::sys::signal::{SigSet, Signal, raise};

    let limited = getrlimit(Resource::RLIMIT_FSIZE).is_ok_and(|(soft, _)| soft != RLIM_INFINITY);
    if limited && failure.raw_os_error() == Some(Errno::EFBIG as i32) && heeded(Signal::SIGXFSZ) {
        let _ = SigSet::from(Signal::SIGXFSZ).thread_unblock();
        let _ = raise(Signal::SIGXFSZ);
    }
}

/// Starts watching.
#[cfg(not(unix))]
pub(super) fn watch() {
    // Without a handler Ctrl-C ends the process all the same.
    let _ = ctrlc::set_handler(|| {
        // Held to the end: nothing is put in place any more.
        let _held = remove_unfinished();
        interrupted(130);
        std::process::exit(130)
    });
}

#[cfg(not(unix))]
pub(super) fn end_by_file_size(_: &io::Error) {}
