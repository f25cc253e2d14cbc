//! Where the rows of tables are kept while a file is read.

use super::Slots;
use crate::data::{Dataset, Table};
use crate::error::{listed, quoted};

/// What a column is named for.
#[derive(Clone, Copy)]
pub(in crate::data::formats) enum ColumnRole {
    Feature,
    Label,
}

impl ColumnRole {
    /// The column in words.
    pub fn column(self) -> &'static str {
        match self {
            ColumnRole::Feature => "the column",
            ColumnRole::Label => "the label column",
        }
    }
}

/// The problem of a column that is not among the header's `names`.
pub(in crate::data::formats) fn missing_column<S: AsRef<str>>(
    role: ColumnRole,
    wanted: &str,
    names: impl IntoIterator<Item = S> + Clone,
) -> String {
    let alike = |name: &S| name.as_ref().trim().eq_ignore_ascii_case(wanted.trim());
    if let Some(name) = names.clone().into_iter().find(alike) {
        return format!("{} is missing; did you mean {}?", role.column(), quoted(name.as_ref()));
    }
    let todo = match role {
        ColumnRole::Feature => "add it to",
        ColumnRole::Label => "name one of",
    };
    format!("{} is missing; {todo} the header's, {}", role.column(), listed(names))
}

/// The row read last.
#[derive(Default)]
pub(in crate::data::formats) struct Row {
    pub values: Vec<f64>,
    pub label: Option<String>,
}

impl Row {
    /// Bytes it takes in a store.
    pub fn size(&self) -> usize {
        let label = self.label.as_ref().map_or(0, |label| size_of::<String>() + label.len());
        size_of_val(&self.values[..]) + label
    }
}

/// Rows that are kept, all with labels or none.
#[derive(Default)]
pub(in crate::data::formats) struct TableStore {
    values: Vec<f64>,
    labels: Vec<String>,
}

impl TableStore {
    /// Puts a row, whose label is taken, into `slot`, which may be the first behind those it has.
    pub fn put(&mut self, row: &mut Row, slot: usize) {
        let start = slot * row.values.len();
        if start == self.values.len() {
            self.values.extend_from_slice(&row.values);
            self.labels.extend(row.label.take());
        } else {
            self.values[start..start + row.values.len()].copy_from_slice(&row.values);
            if let Some(label) = row.label.take() {
                self.labels[slot] = label;
            }
        }
    }

    /// The rows in `slots` as a table of columns `names`; `label` is the name of the label column, if there is one.
    pub fn dataset(self, names: Vec<String>, label: Option<String>, source: &str, slots: Slots) -> Box<dyn Dataset> {
        let label = label.map(|name| (self.labels, name));
        let table = Table::from_cells(names, self.values, label, source);
        Box::new(match slots {
            Slots::All => table,
            Slots::Some(slots) => table.select_rows(&slots),
        })
    }
}
