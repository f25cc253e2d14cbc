//! One thing to learn and to be evaluated on, whatever a case is.

use std::sync::Arc;

use crate::data::{Dataset, SeriesSet, Table};
use crate::error::Result;
use crate::stats::Standardizer;

/// Training and test cases as one kind of detector sees them.
#[derive(Clone, Debug)]
pub struct Halves {
    /// Normal cases to learn from.
    pub train: Arc<dyn Dataset>,
    /// If `train` is a subsample without repeats: as many training cases with their repeats.
    pub repeats: Option<Arc<dyn Dataset>>,
    /// Cases to score.
    pub test: Arc<dyn Dataset>,
}

/// Training cases, test cases and the test cases' labels; no data set in it has labels of its own.
///
/// Equal test cases may be stored once: `test` holds the distinct ones and `row_of` says which of them each evaluated case
/// is.
#[derive(Clone, Debug)]
pub struct Task {
    /// What is normal: [`Task::ONE_CLASS`] in tables, a class of a set of series.
    pub name: String,
    /// The cases as they are.
    pub raw: Halves,
    /// The cases for detectors that do not scale columns themselves: of tables, columns standardised by the training rows.
    pub scaled: Halves,
    /// For each evaluated case, its place in `test`.
    pub row_of: Vec<u32>,
    /// For each evaluated case, whether it is an anomaly.
    pub labels: Vec<bool>,
}

impl Halves {
    /// The training cases for a detector that needs (or does not need) to see how often a case occurs.
    pub fn train(&self, with_repeats: bool) -> &dyn Dataset {
        &**self.repeats.as_ref().filter(|_| with_repeats).unwrap_or(&self.train)
    }
}

impl Task {
    /// Name of the one task of a table.
    pub const ONE_CLASS: &'static str = "one-class";

    /// A task on the rows of one table, each test row stored once.
    ///
    /// # Errors
    /// If a standardised value is not a finite number.
    pub fn of_rows(table: &Table, train: &[usize], test_normals: &[usize], anomalies: &[usize]) -> Result<Task> {
        let train = table.select_rows(train);
        let test: Vec<usize> = test_normals.iter().chain(anomalies).copied().collect();
        let scaling = Standardizer::fit(train.values(), table.columns());
        let row_of = (0..test.len() as u32).collect();
        let labels = (0..test.len()).map(|i| i >= test_normals.len()).collect();
        Task::of_tables(train, None, table.select_rows(&test), row_of, labels, &scaling)
    }

    /// A task on tables; `scaling` holds the statistics of the training rows, also of those that a subsample leaves out.
    ///
    /// # Errors
    /// If a standardised value is not a finite number.
    pub fn of_tables(
        train: Table,
        repeats: Option<Table>,
        test: Table,
        row_of: Vec<u32>,
        labels: Vec<bool>,
        scaling: &Standardizer,
    ) -> Result<Task> {
        let scaled = Halves {
            train: standardise(scaling, &train)?,
            repeats: repeats.as_ref().map(|table| standardise(scaling, table)).transpose()?,
            test: standardise(scaling, &test)?,
        };
        let repeats = repeats.map(|table| Arc::new(table) as Arc<dyn Dataset>);
        let raw = Halves { train: Arc::new(train), repeats, test: Arc::new(test) };
        Ok(Task { name: Task::ONE_CLASS.into(), raw, scaled, row_of, labels })
    }

    /// A task on series, which are never scaled.
    pub fn of_series(name: String, train: SeriesSet, test: Arc<SeriesSet>, labels: Vec<bool>) -> Task {
        let raw = Halves { train: Arc::new(train.without_labels()), repeats: None, test };
        Task { name, scaled: raw.clone(), raw, row_of: (0..labels.len() as u32).collect(), labels }
    }

    /// From one value a case of `test` to one an evaluated case.
    pub fn expand<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.row_of.iter().map(|&i| values[i as usize]).collect()
    }
}

fn standardise(scaling: &Standardizer, table: &Table) -> Result<Arc<dyn Dataset>> {
    let mut values = table.values().to_vec();
    scaling.transform(&mut values);
    Ok(Arc::new(Table::new(table.names().to_vec(), values)?.with_source(table.source())))
}
