//! What a detector is fitted to and applied to: the rows of a table, or whole series.

use crate::data::{SeriesSet, Table, is_normal};
use crate::error::{DataError, Result};

/// Borrowed cases of either kind; `&Table` and `&SeriesSet` turn into it by themselves.
#[derive(Clone, Copy, Debug)]
pub enum Cases<'a> {
    /// Rows of a table.
    Table(&'a Table),
    /// Whole series.
    Series(&'a SeriesSet),
}

impl<'a> From<&'a Table> for Cases<'a> {
    fn from(table: &'a Table) -> Self {
        Cases::Table(table)
    }
}

impl<'a> From<&'a SeriesSet> for Cases<'a> {
    fn from(set: &'a SeriesSet) -> Self {
        Cases::Series(set)
    }
}

/// What the label of a series is called where a column's name is asked for.
pub const SERIES_LABEL: &str = "class";

impl<'a> Cases<'a> {
    /// Number of rows or series.
    #[allow(clippy::len_without_is_empty)] // a set of series is never empty
    pub fn len(self) -> usize {
        match self {
            Cases::Table(table) => table.rows(),
            Cases::Series(set) => set.len(),
        }
    }
    /// One label a case, if there are labels.
    pub fn labels(self) -> Option<&'a [String]> {
        match self {
            Cases::Table(table) => table.labels(),
            Cases::Series(set) => set.labels(),
        }
    }
    /// Name of the label column, if there are labels.
    pub fn label_name(self) -> Option<&'a str> {
        match self {
            Cases::Table(table) => table.label_name(),
            Cases::Series(set) => set.labels().map(|_| SERIES_LABEL),
        }
    }
    /// The file the cases came from, `<stdin>`, or empty.
    pub fn source(self) -> &'a str {
        match self {
            Cases::Table(table) => table.source(),
            Cases::Series(set) => set.source(),
        }
    }
    /// The kind in words.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Cases::Table(_) => "the rows of a table",
            Cases::Series(_) => "whole series",
        }
    }

    /// The cases whose label is one of `normals`, in order; all of them without labels.
    pub fn normal(self, normals: &[String]) -> Vec<usize> {
        let Some(labels) = self.labels() else { return (0..self.len()).collect() };
        let one_of = |label: &String| normals.iter().any(|normal| is_normal(label, normal));
        (0..self.len()).filter(|&i| one_of(&labels[i])).collect()
    }

    /// [`Cases::normal`], of which there must be one.
    ///
    /// # Errors
    /// If there is none: names the label column and the labels seen.
    pub fn require_normal(self, normals: &[String]) -> Result<Vec<usize>> {
        const SHOWN: usize = 8;
        let kept = self.normal(normals);
        if !kept.is_empty() {
            return Ok(kept);
        }
        let mut seen: Vec<&str> = Vec::new();
        for label in self.labels().unwrap_or_default() {
            if seen.len() <= SHOWN && !seen.contains(&label.as_str()) {
                seen.push(label);
            }
        }
        let more = if seen.len() > SHOWN { ", …" } else { "" };
        let list = |labels: &[&str]| labels.iter().map(|l| format!("{l:?}")).collect::<Vec<_>>().join(", ");
        let wanted: Vec<&str> = normals.iter().map(String::as_str).collect();
        let problem = format!(
            "no normal rows: no label is {}; the labels are {}{more}; name the normal one",
            list(&wanted),
            list(&seen[..seen.len().min(SHOWN)])
        );
        Err(DataError::new(self.source(), problem).in_column(self.label_name().unwrap_or_default()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(labels: &[&str]) -> Table {
        let labels = labels.iter().map(|&l| l.to_owned()).collect::<Vec<_>>();
        Table::new(vec!["a".into()], vec![0.0; labels.len()]).unwrap().with_labels("class", labels).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&n| n.to_owned()).collect()
    }

    #[test]
    fn labels_compare_as_numbers_if_both_are() {
        let t = table(&["0", "0.0", "1", "normal", "+0", "-0", " 0"]);
        assert_eq!(Cases::from(&t).normal(&names(&["0"])), [0, 1, 4, 5]);
        assert_eq!(Cases::from(&t).normal(&names(&["normal", "1"])), [2, 3]);
        assert_eq!(Cases::from(&table(&["NaN", "0", "inf", "nan"])).normal(&names(&["NaN"])), [0]);
    }

    #[test]
    fn without_labels_every_row_is_normal() {
        let t = Table::new(vec!["a".into()], vec![1.0, 2.0]).unwrap();
        assert_eq!(Cases::from(&t).normal(&names(&["7"])), [0, 1]);
    }

    #[test]
    fn no_normal_row_lists_the_labels_seen() {
        let t = table(&["up", "down", "up"]);
        let message = Cases::from(&t).require_normal(&names(&["0"])).unwrap_err().to_string();
        assert!(message.contains(r#"column "class""#) && message.contains(r#""up", "down""#), "{message}");
    }
}
