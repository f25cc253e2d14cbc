//! The header: the names of a file's columns, each another.

use std::collections::HashSet;

use super::cell::unquoted;
use super::prefix::Prefix;
use super::record::Record;
use crate::error::{NUL, quoted};

/// The names of a file's columns.
#[derive(Default)]
pub(super) struct Header {
    /// One a column; one that the file has twice, or not at all, got a name of its own.
    pub names: Vec<String>,
    /// Names that the file has twice.
    pub doubles: HashSet<String>,
    /// Whether the names in the file look like a row of numbers, and whether most of them are numbers.
    pub are_values: bool,
    pub mostly_values: bool,
    /// What was done to them, each a sentence.
    pub notes: Vec<String>,
}

impl Header {
    /// The names in a record; a last one without a name is none where no row has a cell there.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(record: &Record, prefix: &Prefix) -> Result<Header, String> {
        let mut names = (0..record.len()).map(|i| name(record.field(i))).collect::<Result<Vec<String>, String>>()?;
        let are_values = are_values(&names);
        let mostly_values = 2 * names.iter().filter(|name| is_value(name)).count() > names.len();
        let mut notes = Vec::new();
        let is_empty = |i: usize| prefix.column(i, 1).all(str::is_empty);
        if names.len() > 1 && names.last().is_some_and(String::is_empty) && is_empty(names.len() - 1) {
            names.pop();
            notes.push("the lines end in what separates cells; no column is taken to follow".into());
        }
        for (i, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
            *name = format!("column {}", i + 1);
            notes.push(format!("column {} has no name, and is called {}", i + 1, quoted(name)));
        }
        let (mut seen, mut doubles) = (HashSet::with_capacity(names.len()), HashSet::new());
        for name in &mut names {
            if seen.insert(name.clone()) {
                continue;
            }
            doubles.insert(name.clone());
            let new = (2..).map(|k| format!("{name} ({k})")).find(|new| !seen.contains(new)).expect("a number is free");
            notes.push(format!("two columns are called {}; the later one is called {}", quoted(name), quoted(&new)));
            seen.insert(new.clone());
            *name = new;
        }
        Ok(Header { names, doubles, are_values, mostly_values, notes })
    }

    /// The names `f0`, `f1`, … of a file without a header, whose first record this is.
    pub fn counted(record: &Record) -> Header {
        let mut count = record.len();
        count -= usize::from(count > 1 && record.field(count - 1).trim_ascii().is_empty());
        Header { names: (0..count).map(|i| format!("f{i}")).collect(), ..Header::default() }
    }
}

/// What a first line of numbers may be.
pub(super) const NO_HEADER: &str = "the first line is one of numbers, so the file seems to have no header; add \
                                    --no-header, or --header if the numbers are the columns' names";

/// Whether the names look like a row of numbers. `0,1,2,…` are the names that programs give to columns without any.
pub(super) fn are_values(names: &[String]) -> bool {
    let counted = names.len() > 2 && names.iter().enumerate().all(|(i, n)| *n == i.to_string());
    !counted && names.iter().all(|name| is_value(name))
}

pub(super) fn is_value(name: &str) -> bool {
    name.parse::<f64>().is_ok()
}

fn name(field: &[u8]) -> Result<String, String> {
    match std::str::from_utf8(field) {
        Ok(text) if text.contains('\0') => Err(NUL.to_owned()),
        Ok(text) => Ok(unquoted(text.trim()).to_owned()),
        Err(_) => {
            Err("the header is not UTF-8 text; save the file as UTF-8, say how it is encoded, such as --encoding \
                       windows-1252, or name a CSV file"
                .to_owned())
        }
    }
}
