//! Small tables with a 0/1 label column `label`, 1 = anomaly.

use std::path::Path;

use super::split::Split;
use super::task::Task;
use crate::data::{ReadOptions, Table, is_normal};
use crate::error::{DataError, Result};
use crate::random::{Key, permutation, stream};

/// A table whose rows are known to be normal or anomalous.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Features `[n, d]`.
    pub table: Table,
    /// One a row; `true` is an anomaly.
    pub anomalous: Vec<bool>,
}

impl Labelled {
    /// Reads a CSV file whose column `label` is 0 for normal rows.
    ///
    /// # Errors
    /// If it cannot be read, a cell is no number, there is no anomaly, or fewer than two rows are normal.
    pub fn read(path: &Path) -> Result<Labelled> {
        let table = Table::read_csv(path, &ReadOptions { label: Some("label".into()), ..ReadOptions::default() })?;
        let anomalous = table.labels().unwrap_or_default().iter().map(|l| !is_normal(l, "0")).collect();
        // A detector must not see the labels.
        let features = Table::new(table.names().to_vec(), table.values().to_vec())?.with_source(table.source());
        Labelled::new(features, anomalous)
    }

    /// A table with one label a row.
    ///
    /// # Errors
    /// If the numbers of rows and labels differ, there is no anomaly, or fewer than two rows are normal.
    pub fn new(table: Table, anomalous: Vec<bool>) -> Result<Labelled> {
        let anomalies = anomalous.iter().filter(|&&a| a).count();
        let problem = if anomalous.len() != table.rows() {
            format!("{} labels for {} rows", anomalous.len(), table.rows())
        } else if anomalies == 0 {
            "no row is an anomaly, so there is nothing to find; check the labels".to_owned()
        } else if table.rows() < anomalies + 2 {
            "fewer than two rows are normal: there is nothing to learn from".to_owned()
        } else {
            return Ok(Labelled { table, anomalous });
        };
        Err(DataError::new(table.source(), problem).into())
    }

    /// Its sizes, for people.
    pub fn description(&self) -> String {
        let anomalies = self.anomalous.iter().filter(|&&a| a).count();
        format!("{} rows, {} columns, {anomalies} anomalies", self.table.rows(), self.table.columns())
    }

    /// Half of the normal rows (at most `limit`) train, the other half and all anomalies test.
    ///
    /// # Errors
    /// If a standardised value is not a finite number.
    pub fn task(&self, split: Split, seed: u64, limit: Option<usize>) -> Result<Task> {
        self.contaminated(split, seed, limit, 0.0)
    }

    /// As [`Labelled::task`], with anomalies behind the training rows, of which they are the share `share`; they are taken
    /// at random from those that test, at most half of them.
    ///
    /// # Errors
    /// As [`Labelled::task`].
    pub fn contaminated(&self, split: Split, seed: u64, limit: Option<usize>, share: f64) -> Result<Task> {
        let (normals, mut anomalies) = (self.rows_that_are(false), self.rows_that_are(true));
        let (mut train, test) = split.halves(&normals, seed, limit);
        let count = (share / (1.0 - share) * train.len() as f64).round() as usize;
        let mut order = permutation(&mut stream(seed, Key::Contamination), anomalies.len());
        order.truncate(count.min(anomalies.len() / 2));
        train.extend(order.iter().map(|&i| anomalies[i]));
        let mut place = 0..anomalies.len();
        anomalies.retain(|_| place.next().is_some_and(|i| !order.contains(&i)));
        Task::of_rows(&self.table, &train, &test, &anomalies)
    }

    fn rows_that_are(&self, anomalous: bool) -> Vec<usize> {
        (0..self.anomalous.len()).filter(|&i| self.anomalous[i] == anomalous).collect()
    }
}
