//! A table in memory: named numeric columns, row-major `[rows, columns]`, optional label text per row.

use std::collections::HashSet;

use super::{Dataset, Kind};
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

/// Named numeric columns with an optional label per row.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    names: Vec<String>,
    values: Vec<f64>,
    rows: usize,
    labels: Option<Vec<String>>,
    label_name: Option<String>,
    source: String,
}

impl Table {
    /// A table from row-major values `[rows, names.len()]`.
    ///
    /// # Errors
    /// If the length of `values` is no multiple of the number of names, a value is not finite, two names are the same, there
    /// are more than [`MAX_COLUMNS`] or one is longer than [`MAX_NAME_BYTES`].
    pub fn new(names: Vec<String>, values: Vec<f64>) -> Result<Table> {
        check_names(&names)?;
        let d = names.len();
        if d == 0 || !values.len().is_multiple_of(d) {
            return Err(DataError::new("", format!("{} values do not fill rows of {d} columns", values.len())).into());
        }
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            return Err(DataError::new(
                "",
                format!("{} is not a finite number; fill in a number or remove the row", values[i]),
            )
            .at_row(i / d)
            .in_column(&names[i % d])
            .into());
        }
        let rows = values.len() / d;
        Ok(Table { names, values, rows, labels: None, label_name: None, source: String::new() })
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

    /// A table of cells known to be finite, with labels and their column's name.
    #[cfg(feature = "cli")]
    pub(super) fn from_cells(
        names: Vec<String>,
        values: Vec<f64>,
        labels: Option<(Vec<String>, String)>,
        source: &str,
    ) -> Table {
        let rows = values.len() / names.len();
        let (labels, label_name) = labels.unzip();
        Table { names, values, rows, labels, label_name, source: source.into() }
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
        Table { values, rows: keep.len(), labels, ..self.without_values() }
    }

    fn without_values(&self) -> Table {
        Table {
            values: Vec::new(),
            rows: 0,
            labels: None,
            names: self.names.clone(),
            label_name: self.label_name.clone(),
            source: self.source.clone(),
        }
    }
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
        const USUAL: [&str; 6] = ["label", "class", "target", "y", "anomaly", "outlier"];
        self.names.iter().map(String::as_str).find(|name| USUAL.contains(&name.to_lowercase().as_str()))
    }
}
