//! A column: its name, and how its cells are numbers.
//!
//! A cell of a table is an `f64`: the number itself; 1 or 0 for a truth value; the place of a category in its column's list;
//! seconds since 1970 as on the clock, for a time; NaN where it is missing.

use std::sync::Arc;

/// What the cells of a column are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers.
    Number,
    /// Truth values: 1 and 0.
    Truth,
    /// Categories: places in this list, in the order in which they were met.
    Category(Arc<Vec<String>>),
    /// Dates and times written in this format (of `strftime`): seconds since 1970 as on the clock.
    Time(Arc<str>),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

impl Column {
    /// A column of numbers.
    pub fn number(name: impl Into<String>) -> Column {
        Column { name: name.into(), kind: ColumnKind::Number }
    }
}

impl ColumnKind {
    /// The categories of a column that has some.
    pub fn categories(&self) -> Option<&[String]> {
        match self {
            ColumnKind::Category(categories) => Some(categories),
            _ => None,
        }
    }
    /// Its name in model files and in words: "number".
    pub fn name(&self) -> &'static str {
        match self {
            ColumnKind::Number => "number",
            ColumnKind::Truth => "truth",
            ColumnKind::Category(_) => "category",
            ColumnKind::Time(_) => "time",
        }
    }
}
