//! The threads that a command works with: started at its beginning, so that a system that refuses them is an error and not a
//! panic somewhere within.

use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::memory::address_space;
use crate::cli::arguments::Global;
use crate::error::{Error, Result};

/// Stack of each: as much as a process starts with.
const STACK: usize = 8 << 20;

/// Threads whose stacks take half of a limited address space. A thread that finds no room for what it makes at its own start
/// ends the process, so that nobody may come near the limit.
fn most() -> usize {
    usize::try_from(address_space() / 2 / STACK as u64).unwrap_or(usize::MAX)
}

/// The pool that the command runs in: as many threads as `--threads` says, or one a core; of those fewer, if no more can be
/// started.
///
/// # Errors
/// [`Error::Usage`] if those asked for cannot be started, or not a single one.
pub(in crate::cli) fn pool(global: &Global) -> Result<ThreadPool> {
    let start = |threads: usize| match threads > most() {
        true => Err(format!("their stacks take more than half of the address space, {} fit", most())),
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
