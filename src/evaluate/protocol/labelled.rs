//! Small tables with a 0/1 label column `label`, 1 = anomaly.

use std::path::Path;

use super::{Split, Task, divide};
use crate::data::Table;
use crate::error::{DataError, Result};

/// A table whose rows are known to be normal or anomalous.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Features `[n, d]`.
    pub table: Table,
    /// One a row; `true` is an anomaly.
    pub anomalous: Vec<bool>,
}

impl Labelled {
    /// Reads a `.csv.gz` with the columns `f0,…,label`.
    ///
    /// # Errors
    /// If it cannot be read, a cell is no number, or fewer than two rows are normal.
    pub fn read(path: &Path) -> Result<Labelled> {
        let source = path.display().to_string();
        let file = std::fs::File::open(path).map_err(|e| DataError::new(&source, format!("cannot be read: {e}")))?;
        let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(file));
        let bad = |e: csv::Error| DataError::new(&source, e.to_string());
        let names: Vec<String> = reader.headers().map_err(bad)?.iter().map(str::to_owned).collect();
        let (mut values, mut anomalous) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(bad)?;
            for (j, cell) in record.iter().enumerate() {
                let line = record.position().map_or(0, |p| p.line());
                let value: f64 = cell.parse().map_err(|_| {
                    DataError::new(&source, format!("\"{cell}\" is not a number")).at_line(line).in_column(&names[j])
                })?;
                if j + 1 == names.len() { anomalous.push(value != 0.0) } else { values.push(value) }
            }
        }
        let table = Table::new(names[..names.len() - 1].to_vec(), values)?.with_source(source);
        Labelled::new(table, anomalous)
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
            "no row is an anomaly: nothing can be judged".to_owned()
        } else if table.rows() < anomalies + 2 {
            "fewer than two rows are normal: there is nothing to learn from".to_owned()
        } else {
            return Ok(Labelled { table, anomalous });
        };
        Err(DataError::new(table.source(), problem).into())
    }

    /// Half of the normal rows (at most `limit`) train, the other half and all anomalies test.
    pub fn task(&self, split: Split, seed: u64, limit: Option<usize>) -> Task {
        let (normals, anomalies) = (self.rows_that_are(false), self.rows_that_are(true));
        let (train, test) = divide(&normals, split, seed, limit);
        Task::of_rows(&self.table, &train, &test, &anomalies)
    }

    fn rows_that_are(&self, anomalous: bool) -> Vec<usize> {
        (0..self.anomalous.len()).filter(|&i| self.anomalous[i] == anomalous).collect()
    }
}
