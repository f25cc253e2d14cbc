//! Columns of tables: what their cells are, and which of a file's columns are read as what.

mod carried;
mod choice;
mod column;
#[cfg(feature = "cli")]
mod pattern;

pub use carried::Carried;
pub use choice::ColumnChoice;
#[cfg(feature = "cli")]
pub(in crate::data) use choice::Role;
pub use column::{Column, ColumnKind};
