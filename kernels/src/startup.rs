//! How the process was started: which standard streams were closed, which signals ignored. Noted before `main`.
//!
//! Rust's runtime opens `/dev/null` in place of a closed stream before `main`, so that a result written to a closed
//! standard output is lost without an error. Only code that runs before the runtime sees the difference: the functions
//! that the linker lists in `.init_array` (ELF) or `__mod_init_func` (Mach-O). On other systems nothing is noted, and
//! every stream counts as open, no signal as ignored.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering};

/// Bit n: descriptor n was closed.
static CLOSED: AtomicU32 = AtomicU32::new(0);

/// Bit n: signal n was ignored.
static IGNORED: AtomicU32 = AtomicU32::new(0);

/// Whether the standard stream `descriptor` (0, 1 or 2) was closed when the process started.
pub fn closed(descriptor: u32) -> bool {
    noted(&CLOSED, descriptor)
}

/// Whether signal `number` was ignored when the process started, as by `nohup` or for the background jobs of a script.
pub fn ignored(number: u32) -> bool {
    noted(&IGNORED, number)
}

fn noted(bits: &AtomicU32, bit: u32) -> bool {
    // Refers to the initialiser, so that the linker cannot leave it out where it takes this function in.
    #[cfg(unix)]
    std::hint::black_box(&unix::NOTE);
    bits.load(Ordering::Relaxed).checked_shr(bit).is_some_and(|bits| bits & 1 == 1)
}

#[cfg(unix)]
mod unix {
    use std::mem::MaybeUninit;
    use std::ptr;

    use super::{CLOSED, IGNORED, Ordering};

    // SAFETY: the section holds pointers to functions that the loader calls once each, before `main`, with the C calling
    // convention; on some systems with arguments, which a function without parameters does not look at. `note` is such
    // a function.
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    pub static NOTE: extern "C" fn() = note;

    /// Asks the system, and changes nothing. It uses nothing of the standard library that needs its runtime: no
    /// allocation, no thread, no stream; and it cannot panic.
    extern "C" fn note() {
        for descriptor in 0..3 {
            // SAFETY: F_GETFD takes no further argument and reads no memory; its only failure is a closed descriptor.
            if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } == -1 {
                CLOSED.fetch_or(1 << descriptor, Ordering::Relaxed);
            }
        }
        for signal in 1..32 {
            let mut action = MaybeUninit::<libc::sigaction>::uninit();
            // SAFETY: a null new action changes nothing, and the old one is written to memory of its size, ours.
            if unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) } != 0 {
                continue;
            }
            // SAFETY: the call succeeded, so the action is written.
            if unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN {
                IGNORED.fetch_or(1 << signal, Ordering::Relaxed);
            }
        }
    }
}
