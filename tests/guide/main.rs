//! Every command of the guide and of the README runs as it stands, and prints what is printed there.
//!
//! A block of `sh` is run by a shell, in the folder of the guide's data; a block of `text` below it is what it prints, stderr too. With
//! NAFAL_WRITE_DOCS=1 the blocks of text are written anew.
#![cfg(all(unix, feature = "cli", feature = "report"))]

mod pages;
mod readme;
mod shell;
