//! What a command may take of the machine: threads and memory.

pub(super) mod memory;
pub(super) mod threads;
