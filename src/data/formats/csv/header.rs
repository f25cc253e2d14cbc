//! The header: which field of a record is which column, chosen by name, in any order.

use std::collections::{HashMap, HashSet};

use super::cell;
use super::record::Record;
use crate::data::ReadOptions;
use crate::data::formats::cases::{ColumnRole, missing_column};
use crate::data::table::{check_name, check_names};
use crate::error::{DataError, NUL};

/// Where the columns of a table stand in a record.
pub(super) struct Layout {
    /// Names of the feature columns, in the table's order.
    pub names: Vec<String>,
    /// Field of each feature column.
    pub fields: Vec<usize>,
    /// Field and name of the label column.
    pub label: Option<(usize, String)>,
    /// Names of the columns that are not read.
    pub ignored: Vec<String>,
    /// Number of fields a record must have.
    pub width: usize,
}

impl Layout {
    /// The layout that `options` ask for under this header.
    pub fn new(header: &Record, source: &str, options: &ReadOptions) -> Result<Layout, DataError> {
        let fail = |problem: String| DataError::new(source, problem).at_line(header.line);
        let names = names(header).map_err(fail)?;
        if names[0].starts_with("sep=") {
            return Err(fail("the first line is one for spreadsheets (`sep=`); remove it".into()));
        }
        let mut place = HashMap::with_capacity(names.len());
        let mut doubles = HashSet::new();
        for (i, name) in names.iter().enumerate() {
            if place.insert(name.as_str(), i).is_some() {
                doubles.insert(name.as_str());
            }
        }
        let find = |name: &str, role: ColumnRole| match place.get(name) {
            Some(_) if doubles.contains(name) => {
                Err(fail("two columns have this name; rename or remove one".into()).in_column(name))
            }
            Some(&i) => Ok(i),
            None => Err(fail(missing(role, name, &names)).in_column(name)),
        };
        if options.columns.is_none() && are_values(&names) {
            return Err(fail(NO_HEADER.into()));
        }
        if let Some(separator) = separator(&names) {
            return Err(fail(separated_by(separator)));
        }
        let label = match &options.label {
            Some(name) => Some((find(name, ColumnRole::Label)?, name.clone())),
            None => None,
        };
        let within = |checked: Result<(), DataError>| {
            checked.map_err(|e| DataError { source: source.into(), ..e }.at_line(header.line))
        };
        label.as_ref().map_or(Ok(()), |(_, name)| within(check_name(name)))?;
        let labelled = label.as_ref().map(|(i, _)| *i);
        let chosen = match &options.columns {
            Some(columns) => columns.clone(),
            None => names.iter().enumerate().filter(|(i, _)| Some(*i) != labelled).map(|(_, n)| n.clone()).collect(),
        };
        within(check_names(&chosen))?;
        let mut fields = Vec::with_capacity(chosen.len());
        for name in &chosen {
            if name.is_empty() {
                let place = names.iter().position(String::is_empty).map_or(0, |i| i + 1);
                return Err(fail(format!("column {place} has no name; name it or remove it")));
            }
            let i = find(name, ColumnRole::Feature)?;
            if Some(i) == labelled {
                return Err(
                    fail("is a feature and the label at once; choose another label column".into()).in_column(name)
                );
            }
            fields.push(i);
        }
        if fields.is_empty() {
            return Err(fail("there is no column beside the label; add columns of numbers".into()));
        }
        let used: HashSet<usize> = fields.iter().copied().chain(labelled).collect();
        let ignored = names.iter().enumerate().filter(|(i, _)| !used.contains(i)).map(|(_, n)| n.clone()).collect();
        Ok(Layout { names: chosen, fields, label, ignored, width: header.len() })
    }

    /// Field and name of every cell that is read.
    pub fn cells(&self) -> impl Iterator<Item = (usize, &String)> {
        self.fields.iter().copied().zip(&self.names).chain(self.label.iter().map(|(field, name)| (*field, name)))
    }

    /// Whether a row with this label is one more sign that the first line is a row too: its label is the name of the label's
    /// column, and the other names are numbers. (Numbers alone, such as years, are names as good as others.)
    pub fn is_named_like(&self, label: &str) -> bool {
        self.label.as_ref().is_some_and(|(_, name)| name == label) && are_values(&self.names)
    }

    /// Whether a record is a row.
    pub fn is_row(&self, record: &Record) -> bool {
        record.len() == self.width && self.fields.iter().all(|&i| cell::number(record.field(i)).is_ok())
    }
}

pub(super) const NO_HEADER: &str =
    "the first line is one of numbers, so the file seems to have no header; add a first line with the columns' names";

/// Whether the names look like a row of numbers. `0,1,2,…` are the names that programs give to columns without any.
fn are_values(names: &[String]) -> bool {
    let counted = names.len() > 2 && names.iter().enumerate().all(|(i, n)| *n == i.to_string());
    !counted && names.iter().all(|name| is_value(name))
}

fn is_value(name: &str) -> bool {
    name.parse::<f64>().is_ok()
}

fn names(header: &Record) -> Result<Vec<String>, String> {
    let text = |i| match std::str::from_utf8(header.field(i)) {
        Ok(text) if text.contains('\0') => Err(NUL.to_owned()),
        Ok(text) => Ok(text.trim().trim_matches('"').trim().to_owned()),
        Err(_) => Err("the header is not UTF-8 text; save the file as UTF-8, or name a CSV file".to_owned()),
    };
    (0..header.len()).map(text).collect()
}

/// The only name, where it begins as a file of series or a comment does.
fn begins_otherwise(names: &[String]) -> bool {
    matches!(names, [only] if only.starts_with(['@', '#', '%']))
}

/// What a line that should be of several cells, and is of one, is separated by.
fn separator(names: &[String]) -> Option<char> {
    let [only] = names else { return None };
    [';', '\t', '|'].into_iter().find(|&c| only.contains(c) && !begins_otherwise(names))
}

fn separated_by(separator: char) -> String {
    format!(
        "the file is separated by {separator:?}; save it separated by commas, with decimal points, as \"CSV (comma delimited)\""
    )
}

fn missing(role: ColumnRole, wanted: &str, names: &[String]) -> String {
    if are_values(names) {
        return NO_HEADER.into();
    }
    if begins_otherwise(names) {
        return format!(
            "{} is missing, and the file begins as series do; name a table, or a model of series",
            role.column()
        );
    }
    // One of text among numbers, as a label, is no header either.
    if 2 * names.iter().filter(|name| is_value(name)).count() > names.len() {
        return NO_HEADER.into();
    }
    missing_column(role, wanted, names)
}
