//! A table in memory: named numeric columns, row-major `[rows, columns]`, optional label text per row.

use super::{Dataset, Kind};
use crate::error::{DataError, Result};

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
    /// If the length of `values` is no multiple of the number of names, or a value is not finite.
    pub fn new(names: Vec<String>, values: Vec<f64>) -> Result<Table> {
        let d = names.len();
        if d == 0 || !values.len().is_multiple_of(d) {
            return Err(DataError::new("", format!("{} values do not fill rows of {d} columns", values.len())).into());
        }
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            return Err(DataError::new("", format!("{} is not a finite number", values[i]))
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
    /// If the number of labels differs from the number of rows.
    pub fn with_labels(mut self, name: impl Into<String>, labels: Vec<String>) -> Result<Table> {
        if labels.len() != self.rows {
            return Err(DataError::new("", format!("{} labels for {} rows", labels.len(), self.rows)).into());
        }
        self.labels = Some(labels);
        self.label_name = Some(name.into());
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
