//! Standardising columns by training statistics, as every rival meets them.

use crate::data::Table;
use crate::error::Result;

/// Shift and divisor of each column: `z = (x − mean) / sd`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    mean: Vec<f64>,
    sd: Vec<f64>,
}

impl Scaling {
    /// Mean and population standard deviation of the rows `rows` of `table` (repeats count), sd 1 where a column is
    /// constant; the first `indicators` columns stay as they are.
    pub fn fit(table: &Table, rows: &[usize], indicators: usize) -> Scaling {
        let (n, d) = (rows.len() as f64, table.columns());
        let mut mean = vec![0.0; d];
        for &i in rows {
            for (m, v) in mean.iter_mut().zip(table.row(i)) {
                *m += v;
            }
        }
        mean.iter_mut().for_each(|m| *m /= n);
        let (mut sd, mut varies) = (vec![0.0; d], vec![false; d]);
        for &i in rows {
            for (j, v) in table.row(i).iter().enumerate() {
                sd[j] += (v - mean[j]) * (v - mean[j]);
                // Rounding of the mean must not make a constant column look like a varying one.
                varies[j] |= *v != table.row(rows[0])[j];
            }
        }
        for (s, varies) in sd.iter_mut().zip(varies) {
            *s = if varies && *s > 0.0 { (*s / n).sqrt() } else { 1.0 };
        }
        mean[..indicators].fill(0.0);
        sd[..indicators].fill(1.0);
        Scaling { mean, sd }
    }

    /// The standardised rows.
    ///
    /// # Errors
    /// If a value leaves the range of finite numbers.
    pub fn apply(&self, table: &Table) -> Result<Table> {
        let scale = |(i, v): (usize, &f64)| (v - self.mean[i % self.mean.len()]) / self.sd[i % self.mean.len()];
        let values = table.values().iter().enumerate().map(scale).collect();
        Ok(Table::new(table.names().to_vec(), values)?.with_source(table.source()))
    }
}
