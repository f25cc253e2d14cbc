//! Options that say how a file of text is written and what its columns are.

use std::str::FromStr;

use clap::{ArgAction, Args};

use crate::data::{ColumnChoice, Cut, Dialect, Windows};
use crate::error::{Error, Result, quoted};

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
    /// Lines of the file that are left out, by their numbers: 2, or 1-3,5; none where a model remembers some
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

/// How a table of readings becomes series.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "One long log, or series one below the other")]
pub(super) struct WindowArgs {
    /// Each row is a reading; N that follow each other are a case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=1_048_576), conflicts_with = "case")]
    window: Option<u32>,
    /// Readings from the beginning of a window to that of the next, of data that are scored [default: half a window]
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=1_048_576), conflicts_with = "case")]
    stride: Option<u32>,
    /// When a reading was taken: a gap ends a window, and outputs name the first and the last time
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Which log a reading belongs to, where several stand in the file
    #[arg(long, value_name = "COLUMN", conflicts_with = "case")]
    group: Option<String>,
    /// Rows with the same value here, one below the other, are a series
    #[arg(long, value_name = "COLUMN")]
    case: Option<String>,
}

impl WindowArgs {
    /// What is asked of training data, if they are a log; training windows lie apart, as `seed` says.
    ///
    /// # Errors
    /// [`Error::Usage`] for what goes with a log alone.
    pub fn of_training(&self, missing: bool, seed: u64) -> Result<Option<Windows>> {
        let (time, group) = (self.time.clone(), self.group.clone());
        let cut = match (self.window, &self.case) {
            (Some(length), _) => {
                let stride = self.stride.unwrap_or(length.div_ceil(2));
                Cut::Windows { length: length as usize, stride: stride as usize }
            }
            (None, Some(column)) => Cut::Cases { column: column.clone() },
            (None, None) => {
                let stride = self.stride.map(|_| "--stride");
                let of_log = stride.or(time.map(|_| "--time")).or(group.map(|_| "--group"));
                return match of_log {
                    None => Ok(None),
                    Some(option) => {
                        let problem = format!(
                            "{option} is for readings that follow each other; say how many are a case with --window"
                        );
                        Err(Error::Usage(problem))
                    }
                };
            }
        };
        let apart = matches!(cut, Cut::Windows { .. }).then_some(seed);
        Ok(Some(Windows { cut, time, group, step: None, missing, format: None, channels: None, apart }))
    }

    /// How data are cut for a model that remembers `known`; `apart`: as the training data were.
    ///
    /// # Errors
    /// [`Error::Usage`] where it is something else.
    pub fn of_data(&self, known: Option<Windows>, apart: Option<u64>) -> Result<Option<Windows>> {
        let Some(mut windows) = known else {
            let given = [self.window.is_some() || self.stride.is_some(), self.case.is_some()];
            if given.contains(&true) || self.time.is_some() || self.group.is_some() {
                let problem =
                    "the model was not fitted to a log; leave out --window, --stride, --time, --group and --case";
                return Err(Error::Usage(problem.into()));
            }
            return Ok(None);
        };
        let other = |option: &str, own: String| {
            Err(Error::Usage(format!("the model was fitted with another {option}, {own}; leave the option out")))
        };
        let own_time = windows.time.clone().unwrap_or_else(|| "none".into());
        let own_group = windows.group.clone().unwrap_or_else(|| "none".into());
        match &mut windows.cut {
            Cut::Windows { length, stride } => {
                if self.window.is_some_and(|own| own as usize != *length) {
                    return other("--window", length.to_string());
                }
                if self.case.is_some() {
                    return other("option than --case", format!("--window {length}"));
                }
                if apart.is_some() && self.stride.is_some() {
                    let problem =
                        "--stride is for data that are scored, and windows that calibrate lie apart; leave it out";
                    return Err(Error::Usage(problem.into()));
                }
                *stride = self.stride.map_or(*stride, |stride| stride as usize);
                windows.apart = apart;
            }
            Cut::Cases { column } => {
                if self.window.is_some() || self.stride.is_some() || self.case.as_ref().is_some_and(|own| own != column)
                {
                    return other("--case", quoted(column));
                }
            }
        }
        if self.time.is_some() && self.time != windows.time {
            return other("--time", own_time);
        }
        if self.group.is_some() && self.group != windows.group {
            return other("--group", own_group);
        }
        Ok(Some(windows))
    }
}

/// One character, or its name.
#[derive(Clone, Copy, Debug)]
struct Sign(char);

impl FromStr for Sign {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Sign, String> {
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

fn decimal(text: &str) -> std::result::Result<Sign, String> {
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
    fn from_str(text: &str) -> std::result::Result<Lines, String> {
        // No line has the number 0.
        if text == "none" {
            return Ok(Lines((0, 0)));
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
            (Ok(first), Ok(last)) if 1 <= first && first <= last => Ok(Lines((first, last))),
            _ => Err(format!(
                "{} is no line or range of lines; count from 1, such as 2 or 1-3, or say none",
                quoted(text)
            )),
        }
    }
}
