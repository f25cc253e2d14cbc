//! A table in memory: named columns, row-major `[rows, columns]`, optional label text per row, and text carried along.

use std::collections::HashSet;
use std::sync::Arc;

use super::labels::is_usual_label;
use super::{Carried, Column, ColumnKind, Dataset, Kind};
use crate::error::{DataError, Result};

/// Most columns of a table.
pub const MAX_COLUMNS: usize = 65_536;
/// Most bytes of a column's name.
pub const MAX_NAME_BYTES: usize = 65_536;

/// Checks the names of the columns of a table: few enough, short enough, and each another.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check_names(names: &[String]) -> Result<(), DataError> {
    if names.len() > MAX_COLUMNS {
        let problem = format!("{} columns, and {MAX_COLUMNS} are the most; leave some out", names.len());
        return Err(DataError::new("", problem));
    }
    let mut seen = HashSet::with_capacity(names.len());
    for name in names {
        check_name(name)?;
        if !seen.insert(name.as_str()) {
            return Err(DataError::new("", "two columns have this name; rename or remove one").in_column(name));
        }
    }
    Ok(())
}

/// Checks the length of a column's name.
pub(super) fn check_name(name: &str) -> Result<(), DataError> {
    if name.len() <= MAX_NAME_BYTES {
        return Ok(());
    }
    let problem = format!("the name is {} bytes long, and {MAX_NAME_BYTES} are the most; shorten it", name.len());
    Err(DataError::new("", problem).in_column(name))
}

/// Named columns with an optional label per row. A cell is a number; see [`ColumnKind`] for what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    names: Vec<String>,
    kinds: Vec<ColumnKind>,
    values: Vec<f64>,
    rows: usize,
    labels: Option<Vec<String>>,
    label_name: Option<String>,
    carried: Carried,
    source: String,
}

impl Table {
    /// A table of numbers from row-major values `[rows, names.len()]`.
    ///
    /// # Errors
    /// If the length of `values` is no multiple of the number of names, a value is not finite, two names are the same, there
    /// are more than [`MAX_COLUMNS`] or one is longer than [`MAX_NAME_BYTES`].
    pub fn new(names: Vec<String>, values: Vec<f64>) -> Result<Table> {
        Self::with_columns(names.into_iter().map(Column::number).collect(), values, false)
    }

    /// A table of columns of any kind from row-major values `[rows, columns.len()]`; `missing`: whether a value may be NaN, which
    /// is a missing cell.
    ///
    /// # Errors
    /// As [`Table::new`]; also for a truth value that is neither 0 nor 1, and a category that its column does not list.
    pub fn with_columns(columns: Vec<Column>, values: Vec<f64>, missing: bool) -> Result<Table> {
        let (names, kinds): (Vec<String>, Vec<ColumnKind>) = columns.into_iter().map(|c| (c.name, c.kind)).unzip();
        check_names(&names)?;
        let d = names.len();
        if d == 0 || !values.len().is_multiple_of(d) {
            return Err(DataError::new("", format!("{} values do not fill rows of {d} columns", values.len())).into());
        }
        let problem = |i: usize| match &kinds[i % d] {
            _ if values[i].is_nan() && missing => None,
            _ if !values[i].is_finite() => {
                Some(format!("{} is not a finite number; fill in a number or remove the row", values[i]))
            }
            ColumnKind::Truth if values[i] != 0.0 && values[i] != 1.0 => {
                Some(format!("{} is no truth value; write 1 or 0", values[i]))
            }
            ColumnKind::Category(all) if values[i].fract() != 0.0 || !(0.0..all.len() as f64).contains(&values[i]) => {
                Some(format!("{} is the place of no category; there are {}", values[i], all.len()))
            }
            _ => None,
        };
        if let Some((i, problem)) = (0..values.len()).find_map(|i| Some((i, problem(i)?))) {
            return Err(DataError::new("", problem).at_row(i / d).in_column(&names[i % d]).into());
        }
        Ok(Table::from_cells(TableShape { names, kinds, ..TableShape::default() }, values, Vec::new(), Vec::new(), ""))
    }

    /// The same table with a label column `name`, one text per row.
    ///
    /// # Errors
    /// If the number of labels differs from the number of rows, or a column has the name already.
    pub fn with_labels(mut self, name: impl Into<String>, labels: Vec<String>) -> Result<Table> {
        let name = name.into();
        check_name(&name)?;
        if self.names.contains(&name) {
            let problem = "is a feature and the label at once; give the labels another name";
            return Err(DataError::new(&self.source, problem).in_column(name).into());
        }
        if labels.len() != self.rows {
            return Err(DataError::new("", format!("{} labels for {} rows", labels.len(), self.rows)).into());
        }
        self.labels = Some(labels);
        self.label_name = Some(name);
        Ok(self)
    }

    /// The same table, remembering the file it came from (for messages).
    pub fn with_source(mut self, source: impl Into<String>) -> Table {
        self.source = source.into();
        self
    }

    /// A table of cells that are known to be good, with labels and carried cells where the shape has names for them.
    pub(super) fn from_cells(
        shape: TableShape,
        values: Vec<f64>,
        labels: Vec<String>,
        carried: Vec<String>,
        source: &str,
    ) -> Table {
        let TableShape { names, kinds, label_name, carried: carried_names } = shape;
        let rows = values.len() / names.len();
        let labels = label_name.is_some().then_some(labels);
        let carried = Carried { names: carried_names, cells: carried };
        Table { names, kinds, values, rows, labels, label_name, carried, source: source.into() }
    }

    /// The same columns with other rows, without labels and what is carried along.
    pub(crate) fn with_values(&self, values: Vec<f64>) -> Table {
        let (names, kinds) = (self.names.clone(), self.kinds.clone());
        Table::from_cells(TableShape { names, kinds, ..TableShape::default() }, values, vec![], vec![], &self.source)
    }

    /// Where the columns `names` stand.
    ///
    /// # Errors
    /// The first that the table does not have.
    pub(crate) fn positions<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<Vec<usize>, &'n str> {
        let find = |name: &'n str| self.names.iter().position(|own| own == name).ok_or(name);
        names.into_iter().map(find).collect()
    }

    /// The same rows with the columns `columns`, which stand at `positions`: a category is its place in `columns`, and those that
    /// are not listed there follow.
    pub(crate) fn arranged(&self, columns: &[Column], positions: &[usize]) -> Table {
        let mut kinds: Vec<ColumnKind> = columns.iter().map(|column| column.kind.clone()).collect();
        let place = |(kind, &j): (&mut ColumnKind, &usize)| -> Option<Vec<f64>> {
            let (ColumnKind::Category(known), Some(own)) = (&mut *kind, self.kinds[j].categories()) else {
                return None;
            };
            let mut names = known.to_vec();
            let places = own.iter().map(|name| {
                let at = names.iter().position(|known| known == name).unwrap_or(names.len());
                if at == names.len() {
                    names.push(name.clone());
                }
                at as f64
            });
            let places = places.collect();
            *kind = ColumnKind::Category(Arc::new(names));
            Some(places)
        };
        let places: Vec<Option<Vec<f64>>> = kinds.iter_mut().zip(positions).map(place).collect();
        let cell = |(&j, places): (&usize, &Option<Vec<f64>>), i: usize| {
            let value = self.row(i)[j];
            places
                .as_ref()
                .and_then(|places| places.get(value as usize))
                .copied()
                .filter(|_| !value.is_nan())
                .unwrap_or(value)
        };
        let row = |i: usize| positions.iter().zip(&places).map(move |pair| cell(pair, i)).collect::<Vec<f64>>();
        let values = (0..self.rows).flat_map(row).collect();
        let names = columns.iter().map(|column| column.name.clone()).collect();
        Table::from_cells(TableShape { names, kinds, ..TableShape::default() }, values, vec![], vec![], &self.source)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// Number of feature columns.
    pub fn columns(&self) -> usize {
        self.names.len()
    }
    /// Names of the feature columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }
    /// What the cells of the feature columns are.
    pub fn kinds(&self) -> &[ColumnKind] {
        &self.kinds
    }
    /// The feature columns.
    pub fn schema(&self) -> Vec<Column> {
        let column = |(name, kind): (&String, &ColumnKind)| Column { name: name.clone(), kind: kind.clone() };
        self.names.iter().zip(&self.kinds).map(column).collect()
    }
    /// Columns of text that are carried along.
    pub fn carried(&self) -> &Carried {
        &self.carried
    }
    /// Whether a cell is missing.
    pub fn has_missing(&self) -> bool {
        self.values.iter().any(|v| v.is_nan())
    }
    /// All values, row-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
    /// Row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.names.len()..(i + 1) * self.names.len()]
    }
    /// Label texts, if the table has a label column.
    pub fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }
    /// Name of the label column, if the table has one.
    pub fn label_name(&self) -> Option<&str> {
        self.label_name.as_deref()
    }
    /// The file this table came from, `<stdin>`, or empty.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The rows `keep`, in that order (repeats allowed).
    pub fn select_rows(&self, keep: &[usize]) -> Table {
        let mut values = Vec::with_capacity(keep.len() * self.names.len());
        for &i in keep {
            values.extend_from_slice(self.row(i));
        }
        let labels = self.labels.as_ref().map(|l| keep.iter().map(|&i| l[i].clone()).collect());
        let cells = keep.iter().flat_map(|&i| self.carried.row(i)).cloned().collect();
        let carried = Carried { names: self.carried.names.clone(), cells };
        Table {
            values,
            rows: keep.len(),
            labels,
            carried,
            names: self.names.clone(),
            kinds: self.kinds.clone(),
            label_name: self.label_name.clone(),
            source: self.source.clone(),
        }
    }
}

/// What a table has beside its cells.
#[derive(Clone, Debug, Default)]
pub(super) struct TableShape {
    /// Names of the feature columns.
    pub names: Vec<String>,
    /// What their cells are.
    pub kinds: Vec<ColumnKind>,
    /// Name of the label column.
    pub label_name: Option<String>,
    /// Names of the columns that are carried along.
    pub carried: Vec<String>,
}

impl Dataset for Table {
    fn kind(&self) -> Kind {
        Kind::Table
    }
    fn len(&self) -> usize {
        self.rows
    }
    fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }
    fn label_name(&self) -> Option<&str> {
        self.label_name.as_deref()
    }
    fn carried(&self) -> &Carried {
        &self.carried
    }
    fn source(&self) -> &str {
        &self.source
    }
    fn select(&self, keep: &[usize]) -> Result<Box<dyn Dataset>> {
        Ok(Box::new(self.select_rows(keep)))
    }
    fn without_labels(self: Box<Self>) -> Box<dyn Dataset> {
        Box::new(Table { labels: None, label_name: None, ..*self })
    }
    fn label_among_features(&self) -> Option<&str> {
        self.names.iter().map(String::as_str).find(|name| is_usual_label(name))
    }
}
