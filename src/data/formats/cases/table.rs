//! Where the rows of tables are kept while a file is read.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Cases, Selection, Slots, Step};
use crate::data::table::TableShape;
use crate::data::{Column, ColumnKind, Dataset, Dialect, Table};
use crate::error::{DataError, Result};

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
    fn size(&self) -> usize {
        let texts = self.label.iter().chain(&self.carried);
        size_of_val(&self.values[..]) + texts.map(|text| size_of::<String>() + text.len()).sum::<usize>()
    }
}

/// Most categories of a column, beside those that are known.
const MOST_CATEGORIES: usize = 65_536;

/// The rows of a file in order, whatever its format.
pub(in crate::data::formats) trait TableRows: Send {
    /// The name of the stream in messages.
    fn source(&self) -> &str;
    /// The columns that are read.
    fn selection(&self) -> &Selection;
    /// How the file is written, where that may differ from file to file.
    fn dialect(&self) -> Option<&Dialect> {
        None
    }
    /// What came to light while the rows were read, each a sentence.
    fn late_notes(&self) -> Vec<String> {
        Vec::new()
    }
    /// Reads the next row; `wait`: whether the stream may be waited for.
    ///
    /// # Errors
    /// What ends the reading. Nothing is read after an error.
    fn advance(&mut self, wait: bool) -> Result<Step, DataError>;
    /// The row read last.
    fn row(&self) -> &Row;
    /// The same, to be taken.
    fn row_mut(&mut self) -> &mut Row;
    /// The error of a file without rows.
    fn no_rows(&self) -> DataError;
}

impl<R: TableRows> Cases for R {
    type Store = TableStore;

    fn source(&self) -> &str {
        TableRows::source(self)
    }
    fn ignored(&self) -> &[String] {
        &self.selection().ignored
    }
    fn carried(&self) -> &[String] {
        &self.selection().carried_names
    }
    fn notes(&self) -> &[String] {
        &self.selection().notes
    }
    fn warnings(&self) -> &[String] {
        &self.selection().warnings
    }
    fn dialect(&self) -> Option<&Dialect> {
        TableRows::dialect(self)
    }
    fn late_notes(&self) -> Vec<String> {
        TableRows::late_notes(self)
    }
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        TableRows::advance(self, wait)
    }
    fn size(&self) -> usize {
        self.row().size()
    }
    fn no_cases(&self) -> DataError {
        self.no_rows()
    }

    fn store(&self) -> TableStore {
        TableStore::new(&self.selection().columns)
    }
    fn put(&mut self, store: &mut TableStore, slot: usize) {
        store.put(self.row_mut(), slot);
    }
    fn dataset(&self, store: TableStore, slots: Slots) -> Result<Box<dyn Dataset>> {
        store.dataset(self.selection().shape(), TableRows::source(self), slots)
    }
}

/// Rows that are kept, all with labels or none.
pub(in crate::data::formats) struct TableStore {
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
    /// Without rows, for these columns; to the categories that are known those are added that are met.
    fn new(columns: &[Column]) -> TableStore {
        let places: Vec<(usize, HashMap<String, usize>)> = columns
            .iter()
            .enumerate()
            .filter_map(|(i, column)| {
                let known = column.kind.categories()?;
                Some((i, known.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect()))
            })
            .collect();
        TableStore {
            most: MOST_CATEGORIES + places.iter().map(|(_, known)| known.len()).max().unwrap_or(0),
            full: None,
            places,
            values: Vec::new(),
            labels: Vec::new(),
            carried: Vec::new(),
        }
    }

    /// Puts a row, whose texts are taken, into `slot`, which may be the first behind those it has.
    fn put(&mut self, row: &mut Row, slot: usize) {
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
    fn dataset(self, mut shape: TableShape, source: &str, slots: Slots) -> Result<Box<dyn Dataset>> {
        if let Some(column) = self.full {
            let problem = format!(
                "more than {MOST_CATEGORIES} categories, so that it tells rows apart rather than kinds of rows; carry it with \
                 --id, or leave it out with --ignore"
            );
            return Err(DataError::new(source, problem).in_column(&shape.names[column]).into());
        }
        for (column, places) in self.places {
            let mut names: Vec<(usize, String)> = places.into_iter().map(|(name, place)| (place, name)).collect();
            names.sort_unstable();
            let names = names.into_iter().map(|(_, name)| name).collect();
            shape.kinds[column] = ColumnKind::Category(Arc::new(names));
        }
        let table = Table::from_cells(shape, self.values, self.labels, self.carried, source);
        Ok(Box::new(match slots {
            Slots::All => table,
            Slots::Some(slots) => table.select_rows(&slots),
        }))
    }
}
