//! What is refused, kind by kind: each with its exit code, a sentence that names the place and says what to do, and nothing
//! written; docs/refusals.md lists them all.
#![cfg(all(feature = "cli", feature = "report"))]

mod arff;
mod arrays;
mod cells;
mod compressed;
mod entry;
mod foreign;
mod labels;
mod models;
mod options;
mod outputs;
mod page;
mod scoring;
mod tables;
mod ts;
