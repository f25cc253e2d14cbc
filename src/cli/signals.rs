//! SIGINT and SIGTERM: no half-written file is left, exit status 130 or 143.
//!
//! On Unix both signals are blocked in every thread, and one thread waits for them (`sigwait`): that gives the signal's
//! number, needs no code that runs inside a signal handler, and works while the main thread is blocked in a read. The
//! waiting thread removes unfinished outputs (`data::remove_unfinished`) and ends the process. Elsewhere Ctrl-C does the
//! same through `ctrlc`.

use crate::data::remove_unfinished;

/// Starts watching; to be called before any other thread starts.
#[cfg(unix)]
pub(super) fn watch() {
    use nix::sys::signal::{SigSet, Signal};

    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
    if signals.thread_block().is_err() {
        // The signals then keep their default action: they end the process.
        return;
    }
    let wait = move || {
        loop {
            if let Ok(signal) = signals.wait() {
                exit(128 + signal as i32);
            }
        }
    };
    if std::thread::Builder::new().name("signals".into()).spawn(wait).is_err() {
        // No thread would wait for them: give the signals back their default action.
        let _ = signals.thread_unblock();
    }
}

/// Starts watching.
#[cfg(windows)]
pub(super) fn watch() {
    // Without a handler Ctrl-C ends the process all the same.
    let _ = ctrlc::set_handler(|| exit(130));
}

/// Removes unfinished outputs and ends the process.
fn exit(code: i32) -> ! {
    // Held to the end: nothing is put in place any more.
    let _held = remove_unfinished();
    super::messages::failure::interrupted(code);
    std::process::exit(code)
}
