//! Where the system gives out, or must not: room on the disk, rights, memory, threads, open files. Never a panic or an
//! abort, the right exit code, an old file whole, and nothing left over.
#![cfg(all(unix, feature = "cli", feature = "report"))]

mod disks;
mod limited;
mod memory;
mod rights;
mod writers;
