//! What a command says on stderr beside its progress: that it failed, what changes a result's meaning, which rows were bad.

pub(super) mod bad_rows;
pub(super) mod columns;
pub(super) mod failure;
pub(super) mod warnings;
