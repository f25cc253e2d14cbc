//! Kinds of data: what a case is.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result, quoted};

/// What a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A row of a table.
    Table,
    /// A whole multivariate series.
    Series,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 2] = [Self::Table, Self::Series];

    /// Its name on the command line and in model files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Series => "series",
        }
    }

    /// Data of this kind, in a sentence: "a table".
    pub fn data(self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Series => "series",
        }
    }

    /// Some cases of it, in a sentence: "the rows of a table".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Table => "the rows of a table",
            Self::Series => "whole series",
        }
    }

    /// One case of it: "row".
    pub fn case(self) -> &'static str {
        match self {
            Self::Table => "row",
            Self::Series => "series",
        }
    }

    /// Its cases, behind a number: "300 rows".
    pub fn cases(self) -> &'static str {
        match self {
            Self::Table => "rows",
            Self::Series => "series",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            Error::Usage(format!("unknown kind of data {}; use {}", quoted(text), names.join(" or ")))
        })
    }
}
