//! The rows of a table from an `.npy` array of shape `[n, d]`: columns f0, f1, …; NaN is a missing cell.

use super::arrays::Arrays;
use crate::data::columns::Role;
use crate::data::formats::cases::{FileColumns, Row, Selection, Step, TableRows, missing_value};
use crate::data::formats::source::Source;
use crate::data::{ColumnKind, MAX_COLUMNS, ReadOptions};
use crate::error::DataError;

/// Reads the rows of an array.
pub(super) struct NpyTable {
    arrays: Arrays,
    selection: Selection,
    /// Whether cells may be missing.
    missing: bool,
    cells: Vec<f64>,
    /// Number of the next row.
    at: usize,
    row: Row,
}

impl NpyTable {
    /// Reads the first header.
    ///
    /// # Errors
    /// A damaged header, an array of another number of axes, a column that is missing.
    pub fn new(source: Source, options: &ReadOptions) -> Result<NpyTable, DataError> {
        let arrays = Arrays::new(source, options.most_bytes.unwrap_or(usize::MAX))?;
        let fail = |problem: String| DataError::new(arrays.source(), problem);
        if !arrays.has_rows() {
            return Err(fail("an array of three axes holds series, and no table; leave out --kind table".into()));
        }
        let d = arrays.case_size();
        if d > MAX_COLUMNS {
            return Err(fail(format!("{d} columns, and {MAX_COLUMNS} are the most; save fewer")));
        }
        let columns = Columns { names: (0..d).map(|j| format!("f{j}")).collect(), source: arrays.source() };
        let selection = Selection::choose(&columns, options)?;
        Ok(NpyTable { arrays, selection, missing: options.missing, cells: Vec::new(), at: 0, row: Row::default() })
    }

    fn read_row(&mut self) -> Result<(), DataError> {
        self.row.clear();
        let text = |value: f64| format!("{value:?}");
        for (&j, column) in self.selection.fields.iter().zip(&self.selection.columns) {
            let (value, at) = (self.cells[j], |problem: String| DataError::new("", problem).in_column(&column.name));
            let missing = if value.is_nan() { missing_value(self.missing, "NaN").map_err(at)? } else { 0.0 };
            if value.is_infinite() {
                return Err(at(format!("{value} is not a finite number; fill in a number or remove the row")));
            }
            if let ColumnKind::Category(_) = column.kind {
                self.row.categories.push(text(value));
                self.row.values.push(missing);
            } else {
                self.row.values.push(if value.is_nan() { missing } else { value });
            }
        }
        for (place, _) in &self.selection.carried {
            self.row.carried.push(place.map_or_else(String::new, |j| text(self.cells[j])));
        }
        self.row.label = self.selection.label.as_ref().map(|(j, _)| text(self.cells[*j]));
        Ok(())
    }
}

/// The columns of an array.
struct Columns<'a> {
    names: Vec<String>,
    source: &'a str,
}

impl FileColumns for Columns<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn kind(&self, _: usize, role: Role) -> Result<Option<ColumnKind>, String> {
        match role {
            Role::Id | Role::Kept | Role::Ignored => Ok(None),
            Role::Feature => Ok(Some(ColumnKind::Number)),
            Role::Category => Ok(Some(ColumnKind::Category(Default::default()))),
            Role::Calendar => Err("--calendar names it, and an array holds no times; leave that out".into()),
        }
    }
    fn error(&self, column: Option<&str>, problem: String) -> DataError {
        let error = DataError::new(self.source, problem);
        column.map_or(error.clone(), |column| error.in_column(column))
    }
}

impl TableRows for NpyTable {
    fn source(&self) -> &str {
        self.arrays.source()
    }
    fn selection(&self) -> &Selection {
        &self.selection
    }
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        if !wait && self.arrays.is_drained() {
            return Ok(Step::Waiting);
        }
        let at = self.at;
        if !self.arrays.next(&mut self.cells).map_err(|e| e.at_row(at))? {
            return Ok(Step::End);
        }
        self.at += 1;
        Ok(match self.read_row() {
            Ok(()) => Step::Case,
            Err(error) => Step::Bad(DataError { source: self.arrays.source().into(), ..error.at_row(at) }),
        })
    }
    fn row(&self) -> &Row {
        &self.row
    }
    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }
    fn no_rows(&self) -> DataError {
        DataError::new(self.arrays.source(), "there are no rows; add some")
    }
}
