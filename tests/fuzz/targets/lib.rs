//! The entries of the fuzz targets, compiled once for all of them.

#[path = "../entries/mod.rs"]
pub mod entries;
