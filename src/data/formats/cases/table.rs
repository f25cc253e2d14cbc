//! Where the rows of tables are kept while a file is read.

use std::collections::HashMap;
use std::sync::Arc;

use super::Slots;
use crate::data::table::TableShape;
use crate::data::{ColumnKind, Dataset, Table};
use crate::error::{DataError, Result, listed, quoted};

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
    /// A number a column; of a column of categories it is not looked at unless it is NaN.
    pub values: Vec<f64>,
    /// The categories, one a column of them.
    pub categories: Vec<String>,
    pub label: Option<String>,
    /// Cells that are carried along.
    pub carried: Vec<String>,
}

impl Row {
    /// Forgets what it holds.
    pub fn clear(&mut self) {
        self.values.clear();
        self.categories.clear();
        self.carried.clear();
        self.label = None;
    }

    /// Bytes it takes in a store, its categories aside.
    pub fn size(&self) -> usize {
        let texts = self.label.iter().chain(&self.carried);
        size_of_val(&self.values[..]) + texts.map(|text| size_of::<String>() + text.len()).sum::<usize>()
    }
}

/// Most categories of a column, beside those that are known.
const MOST_CATEGORIES: usize = 65_536;

/// Rows that are kept, all with labels or none.
pub(in crate::data::formats) struct TableStore {
    kinds: Vec<ColumnKind>,
    values: Vec<f64>,
    labels: Vec<String>,
    carried: Vec<String>,
    /// The columns of categories with the place of each category.
    places: Vec<(usize, HashMap<String, usize>)>,
    /// Most categories of a column, and one that has more.
    most: usize,
    full: Option<usize>,
}

impl TableStore {
    /// Without rows, for columns of these kinds; to the categories that are known those are added that are met.
    pub fn new(kinds: &[ColumnKind]) -> TableStore {
        let places: Vec<(usize, HashMap<String, usize>)> = kinds
            .iter()
            .enumerate()
            .filter_map(|(column, kind)| {
                let known = kind.categories()?;
                Some((column, known.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect()))
            })
            .collect();
        TableStore {
            most: MOST_CATEGORIES + places.iter().map(|(_, known)| known.len()).max().unwrap_or(0),
            full: None,
            places,
            kinds: kinds.to_vec(),
            values: Vec::new(),
            labels: Vec::new(),
            carried: Vec::new(),
        }
    }

    /// Puts a row, whose texts are taken, into `slot`, which may be the first behind those it has.
    pub fn put(&mut self, row: &mut Row, slot: usize) {
        for ((column, places), name) in self.places.iter_mut().zip(row.categories.drain(..)) {
            if row.values[*column].is_nan() {
                continue;
            }
            let next = places.len();
            row.values[*column] = *places.entry(name).or_insert(next) as f64;
            if next >= self.most && self.full.is_none() {
                self.full = Some(*column);
            }
        }
        let start = slot * row.values.len();
        if start == self.values.len() {
            self.values.extend_from_slice(&row.values);
            self.labels.extend(row.label.take());
            self.carried.append(&mut row.carried);
        } else {
            self.values[start..start + row.values.len()].copy_from_slice(&row.values);
            if let Some(label) = row.label.take() {
                self.labels[slot] = label;
            }
            let start = slot * row.carried.len();
            row.carried.drain(..).enumerate().for_each(|(i, cell)| self.carried[start + i] = cell);
        }
    }

    /// The rows in `slots` as a table of that shape, whose categories are those of the rows.
    ///
    /// # Errors
    /// If a column has more categories than there may be.
    pub fn dataset(self, shape: TableShape, source: &str, slots: Slots) -> Result<Box<dyn Dataset>> {
        if let Some(column) = self.full {
            let problem = format!(
                "more than {MOST_CATEGORIES} categories, so that it tells rows apart rather than kinds of rows; carry it with \
                 --id, or leave it out with --ignore"
            );
            return Err(DataError::new(source, problem).in_column(&shape.names[column]).into());
        }
        let mut kinds = self.kinds;
        for (column, places) in self.places {
            let mut names: Vec<(usize, String)> = places.into_iter().map(|(name, place)| (place, name)).collect();
            names.sort_unstable();
            let names = names.into_iter().map(|(_, name)| name).collect();
            kinds[column] = ColumnKind::Category(Arc::new(names));
        }
        let table = Table::from_cells(TableShape { kinds, ..shape }, self.values, self.labels, self.carried, source);
        Ok(Box::new(match slots {
            Slots::All => table,
            Slots::Some(slots) => table.select_rows(&slots),
        }))
    }
}
