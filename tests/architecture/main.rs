//! The rules of docs/architecture.md, read off the source: imports point down and never in a cycle, folders and files
//! stay small and well named, `unsafe` stays in its folder, the pages name what there is.
//!
//! Each rule is also held against made-up files, those that it must find and those that it must let through.

mod cycles;
mod imports;
mod modules;
mod pages;
mod performance;
mod source;
mod tidiness;
mod tokens;
