//! Kinds of data: what a case is.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

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
    pub const ALL: [Kind; 2] = [Kind::Table, Kind::Series];

    /// Its name on the command line and in model files.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Series => "series",
        }
    }

    /// Data of this kind, in a sentence: "a table".
    pub fn data(self) -> &'static str {
        match self {
            Kind::Table => "a table",
            Kind::Series => "series",
        }
    }

    /// Some cases of it, in a sentence: "the rows of a table".
    pub fn in_words(self) -> &'static str {
        match self {
            Kind::Table => "the rows of a table",
            Kind::Series => "whole series",
        }
    }

    /// One case of it: "row".
    pub fn case(self) -> &'static str {
        match self {
            Kind::Table => "row",
            Kind::Series => "series",
        }
    }

    /// Its cases, behind a number: "300 rows".
    pub fn cases(self) -> &'static str {
        match self {
            Kind::Table => "rows",
            Kind::Series => "series",
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
            Error::Usage(format!("unknown kind of data `{text}`: use {}", names.join(" or ")))
        })
    }
}
