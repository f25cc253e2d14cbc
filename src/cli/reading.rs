//! Options that say how a file of text is written and what its columns are.

use std::str::FromStr;

use clap::{ArgAction, Args};

use crate::data::{ColumnChoice, Dialect};
use crate::error::quoted;

/// How a file of text is written. What is not said is found out from its first lines, or as the model remembers it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How the file is written")]
pub(super) struct DialectArgs {
    /// What separates cells: a character, tab, comma, semicolon or bar [default: found out]
    #[arg(long, value_name = "C")]
    delimiter: Option<Sign>,
    /// The sign before decimals: . or , [default: found out]
    #[arg(long, value_name = "C", value_parser = decimal)]
    decimal: Option<Sign>,
    /// What stands between thousands: a character, space, comma or point [default: nothing]
    #[arg(long, value_name = "C")]
    thousands: Option<Sign>,
    /// Lines that begin with this character are left out
    #[arg(long, value_name = "C")]
    comment: Option<Sign>,
    /// Lines of the file that are left out, by their numbers: 2, or 1-3,5
    #[arg(long, value_name = "LINES", value_delimiter = ',')]
    skip_rows: Vec<Lines>,
    /// The first line is a row: the columns are called f0, f1, …
    #[arg(long, action = ArgAction::SetTrue, conflicts_with = "header")]
    no_header: bool,
    /// The first line has the names, though they are numbers
    #[arg(long, action = ArgAction::SetTrue)]
    header: bool,
    /// How the text is encoded: windows-1252, latin1, utf-16le, shift_jis, … [default: UTF-8, or as its first bytes say]
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
}

impl DialectArgs {
    /// What is said.
    pub fn dialect(&self) -> Dialect {
        let sign = |sign: &Option<Sign>| sign.as_ref().map(|sign| sign.0);
        Dialect {
            delimiter: sign(&self.delimiter),
            decimal: sign(&self.decimal),
            thousands: sign(&self.thousands),
            comment: sign(&self.comment),
            skipped: self.skip_rows.iter().map(|lines| lines.0).collect(),
            header: (self.header || self.no_header).then_some(self.header),
            encoding: self.encoding.clone(),
        }
    }
}

/// What the columns are.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Columns: names, lists A,B, ranges A..B, or with * and ?")]
pub(super) struct ColumnArgs {
    /// The features alone [default: all columns that are nothing else]
    #[arg(long, value_name = "COLUMNS")]
    columns: Vec<String>,
    /// Columns that are left out
    #[arg(long, value_name = "COLUMNS")]
    ignore: Vec<String>,
    /// What a row is called: carried to every output, no feature
    #[arg(long, value_name = "COLUMNS")]
    id: Vec<String>,
    /// Features that are categories
    #[arg(long, value_name = "COLUMNS")]
    category: Vec<String>,
    /// Features that are times: the hour of the day and the day of the week count
    #[arg(long, value_name = "COLUMNS")]
    calendar: Vec<String>,
}

impl ColumnArgs {
    /// What is said.
    pub fn choice(&self) -> ColumnChoice {
        ColumnChoice {
            only: self.columns.clone(),
            ignored: self.ignore.clone(),
            ids: self.id.clone(),
            kept: Vec::new(),
            categories: self.category.clone(),
            calendar: self.calendar.clone(),
        }
    }
}

/// One character, or its name.
#[derive(Clone, Copy, Debug)]
struct Sign(char);

impl FromStr for Sign {
    type Err = String;
    fn from_str(text: &str) -> Result<Sign, String> {
        let named = match text {
            "tab" | "\\t" => Some('\t'),
            "space" => Some(' '),
            "comma" => Some(','),
            "semicolon" => Some(';'),
            "point" | "dot" => Some('.'),
            "bar" | "pipe" => Some('|'),
            "apostrophe" => Some('\''),
            _ => None,
        };
        let mut characters = text.chars();
        match (named, characters.next(), characters.next()) {
            (Some(sign), ..) => Ok(Sign(sign)),
            (None, Some(sign), None) if !sign.is_alphanumeric() && !matches!(sign, '"' | '\n' | '\r') => Ok(Sign(sign)),
            _ => Err(format!("{} is no single sign; give one such as ',' or a name such as tab", quoted(text))),
        }
    }
}

fn decimal(text: &str) -> Result<Sign, String> {
    match text.parse()? {
        sign @ Sign('.' | ',') => Ok(sign),
        _ => Err("before decimals stands . or ,; give one of them".into()),
    }
}

/// Lines of a file, the first and the last.
#[derive(Clone, Copy, Debug)]
struct Lines((u64, u64));

impl FromStr for Lines {
    type Err = String;
    fn from_str(text: &str) -> Result<Lines, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
            (Ok(first), Ok(last)) if 1 <= first && first <= last => Ok(Lines((first, last))),
            _ => Err(format!("{} is no line or range of lines; count from 1, such as 2 or 1-3", quoted(text))),
        }
    }
}
