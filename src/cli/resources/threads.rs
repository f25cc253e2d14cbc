//! The threads that a command works with: started at its beginning, so that a system that refuses them is an error and not a
//! panic somewhere within.

use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::memory::address_space;
use crate::cli::arguments::Global;
use crate::error::{Error, Result};

/// Stack of each: as much as a process starts with.
const STACK: usize = 8 << 20;

/// Room that the system's memory of small pieces sets aside for each, whatever is used of it (64 MiB with glibc).
const HEAP: usize = 64 << 20;

/// Least address space: below it what threads set aside leaves too little for the work, and memory that cannot be had ends the
/// process without a word.
const LEAST: u64 = 256 << 20;

/// Threads whose stacks and heaps take half of a limited address space. A thread that finds no room for what it makes at its
/// own start ends the process, so that nobody may come near the limit.
fn most() -> usize {
    usize::try_from(address_space() / 2 / (STACK + HEAP) as u64).unwrap_or(usize::MAX)
}

/// Refuses an address space in which no command can be sure to end.
///
/// # Errors
/// [`Error::Usage`].
fn check_room() -> Result<()> {
    let room = address_space();
    if room >= LEAST {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "cannot start threads: the address space is limited to {} MB, and a command needs at least {}; raise the limit \
         (ulimit -v)",
        room >> 20,
        LEAST >> 20
    )))
}

/// The pool that the command runs in: as many threads as `--threads` says, or one a core; of those fewer, if no more can be
/// started.
///
/// # Errors
/// [`Error::Usage`] if those asked for cannot be started, or not a single one.
pub(in crate::cli) fn pool(global: &Global) -> Result<ThreadPool> {
    check_room()?;
    let start = |threads: usize| match threads > most() {
        true => Err(format!("their stacks and heaps take more than half of the address space, {} fit", most())),
        false => {
            let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
            pool.map_err(|e| e.to_string())
        }
    };
    if let Some(threads) = global.threads() {
        return start(threads).map_err(|e| {
            Error::Usage(format!(
                "cannot start {threads} threads ({e}); use a smaller --threads, or raise its limits (ulimit -u, -v)"
            ))
        });
    }
    let wanted = available_parallelism().map_or(1, usize::from);
    let mut threads = wanted;
    loop {
        match start(threads) {
            Ok(pool) => {
                if threads < wanted {
                    global.note(format_args!("note: only {threads} of {wanted} threads could be started"));
                }
                return Ok(pool);
            }
            Err(e) if threads == 1 => {
                let problem =
                    format!("cannot start a thread ({e}); end other programs, or raise its limits (ulimit -u, -v)");
                return Err(Error::Usage(problem));
            }
            Err(_) => threads /= 2,
        }
    }
}
