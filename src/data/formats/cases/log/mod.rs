//! A log: rows of a table, one reading each, become series: windows of it, or cases that stand one below the other.
//!
//! The readings of each group are a log of their own. A gap in time ends a window, and so does a row that cannot be used.

mod case;
mod clock;
mod gaps;
mod reader;
mod stretch;

pub(super) use reader::LogReader;
