//! One thing to learn and to be judged on.

use super::Scaling;
use crate::data::Table;
use crate::error::Result;

/// Training rows, test rows and the test rows' labels.
///
/// Equal test rows may be stored once: `test` holds the distinct ones and `row_of` says which of them each judged
/// row is.
#[derive(Clone, Debug)]
pub struct Task {
    /// Normal rows to learn from `[n, d]`.
    pub train: Table,
    /// Rows to score.
    pub test: Table,
    /// For each judged row, its row in `test`.
    pub row_of: Vec<u32>,
    /// For each judged row, whether it is an anomaly.
    pub labels: Vec<bool>,
    /// Standardisation by all training rows, also those a subsample left out.
    pub scaling: Scaling,
}

impl Task {
    /// A task on rows of one table, each test row stored once.
    pub fn of_rows(table: &Table, train: &[usize], test_normals: &[usize], anomalies: &[usize]) -> Task {
        let test: Vec<usize> = test_normals.iter().chain(anomalies).copied().collect();
        Task {
            train: table.select_rows(train),
            test: table.select_rows(&test),
            row_of: (0..test.len() as u32).collect(),
            labels: (0..test.len()).map(|i| i >= test_normals.len()).collect(),
            scaling: Scaling::fit(table, train, 0),
        }
    }

    /// The same task with standardised columns.
    ///
    /// # Errors
    /// If a value leaves the range of finite numbers.
    pub fn standardised(&self) -> Result<Task> {
        Ok(Task {
            train: self.scaling.apply(&self.train)?,
            test: self.scaling.apply(&self.test)?,
            row_of: self.row_of.clone(),
            labels: self.labels.clone(),
            scaling: self.scaling.clone(),
        })
    }

    /// From one value a row of `test` to one a judged row.
    pub fn expand<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.row_of.iter().map(|&i| values[i as usize]).collect()
    }
}
