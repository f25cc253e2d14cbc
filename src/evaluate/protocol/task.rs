//! One thing to learn and to be judged on.

use crate::data::Table;
use crate::error::Result;
use crate::stats::Standardizer;

/// Training rows, test rows and the test rows' labels.
///
/// Equal test rows may be stored once: `test` holds the distinct ones and `row_of` says which of them each judged
/// row is.
#[derive(Clone, Debug)]
pub struct Task {
    /// Normal rows to learn from `[n, d]`.
    pub train: Table,
    /// If `train` is a subsample without repeats: as many training rows with their repeats.
    pub repeats: Option<Table>,
    /// Rows to score.
    pub test: Table,
    /// For each judged row, its row in `test`.
    pub row_of: Vec<u32>,
    /// For each judged row, whether it is an anomaly.
    pub labels: Vec<bool>,
    /// Statistics of the training rows, of KDD also those that the subsample leaves out.
    pub scaling: Standardizer,
}

impl Task {
    /// A task on rows of one table, each test row stored once.
    pub fn of_rows(table: &Table, train: &[usize], test_normals: &[usize], anomalies: &[usize]) -> Task {
        let train = table.select_rows(train);
        let test: Vec<usize> = test_normals.iter().chain(anomalies).copied().collect();
        Task {
            scaling: Standardizer::fit(train.values(), table.columns()),
            train,
            repeats: None,
            test: table.select_rows(&test),
            row_of: (0..test.len() as u32).collect(),
            labels: (0..test.len()).map(|i| i >= test_normals.len()).collect(),
        }
    }

    /// The training rows for a detector that needs (or does not need) to see how often a row occurs.
    pub fn train(&self, with_repeats: bool) -> &Table {
        self.repeats.as_ref().filter(|_| with_repeats).unwrap_or(&self.train)
    }

    /// The same task with standardised columns.
    ///
    /// # Errors
    /// If a value is not a finite number.
    pub fn standardised(&self) -> Result<Task> {
        Ok(Task {
            train: self.standardise(&self.train)?,
            repeats: self.repeats.as_ref().map(|t| self.standardise(t)).transpose()?,
            test: self.standardise(&self.test)?,
            row_of: self.row_of.clone(),
            labels: self.labels.clone(),
            scaling: self.scaling.clone(),
        })
    }

    fn standardise(&self, table: &Table) -> Result<Table> {
        let mut values = table.values().to_vec();
        self.scaling.transform(&mut values);
        Ok(Table::new(table.names().to_vec(), values)?.with_source(table.source()))
    }

    /// From one value a row of `test` to one a judged row.
    pub fn expand<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.row_of.iter().map(|&i| values[i as usize]).collect()
    }
}
