//! How far out a row lies in the columns' own tails, without any dependence between columns.
//!
//! For each column the two-sided surprisal `t_j = −ln min(1, 2·min(Pr(X ≤ x), Pr(X ≥ x)))` by ranks among the training
//! values, with a linear continuation beyond them: one further unit per mean excess of the outer twentieth. Heads:
//! `mean = mean_j t_j`, `largest = max_j t_j`.

use super::{Learned, Learner, Stream};
use crate::data::container::Container;
use crate::encode::{Held, Points};
use crate::error::Result;

/// Most quantiles kept of a column.
const QUANTILES: usize = 512;

/// Tails of the columns.
#[derive(Debug)]
pub(super) struct ColumnTails;

impl Learner for ColumnTails {
    fn name(&self) -> &'static str {
        "tails"
    }
    fn heads(&self) -> &'static [&'static str] {
        &["tails", "largest-tail"]
    }
    fn holds(&self) -> Held {
        Held::ColumnValues
    }
    fn fit(&self, rows: Points<'static>, _: Stream) -> Result<Box<dyn Learned>> {
        let column = |j: usize| {
            let mut values: Vec<f64> = (0..rows.len()).map(|i| rows.row(i)[j]).collect();
            values.sort_by(f64::total_cmp);
            Tails::fit(&values)
        };
        Ok(Box::new(Columns { columns: (0..rows.columns()).map(column).collect() }))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        let name = format!("{prefix}.quantiles");
        let read = |list: Vec<f64>| {
            let unsound = || file.error(&name, "is not two scales and ascending quantiles");
            let (&[below, above], quantiles) = list.split_first_chunk::<2>().ok_or_else(unsound)?;
            let sound = below > 0.0 && above > 0.0 && !quantiles.is_empty() && quantiles.is_sorted();
            if sound { Ok(Tails { quantiles: quantiles.to_vec(), below, above }) } else { Err(unsound()) }
        };
        let columns = file.lists_f64(&name, width)?.into_iter().map(read).collect::<Result<_>>()?;
        Ok(Box::new(Columns { columns }))
    }
}

/// One column.
#[derive(Debug)]
struct Tails {
    /// Ascending.
    quantiles: Vec<f64>,
    /// Scales of the continuation below and above.
    below: f64,
    above: f64,
}

#[derive(Debug)]
struct Columns {
    columns: Vec<Tails>,
}

impl Tails {
    fn fit(sorted: &[f64]) -> Tails {
        let n = sorted.len();
        let outer = n.div_ceil(20).max(5).min(n - 1);
        let spread = sorted[n - 1] - sorted[0];
        let scale = |excess: f64| match excess {
            e if e > 0.0 => e,
            _ if spread > 0.0 => spread / n as f64,
            _ => 1.0,
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let above = scale(mean(&sorted[n - outer..]) - sorted[n - outer - 1]);
        let below = scale(sorted[outer] - mean(&sorted[..outer]));
        let count = n.min(QUANTILES);
        let quantiles = (0..count).map(|i| sorted[i * (n - 1) / (count - 1).max(1)]).collect();
        Tails { quantiles, below, above }
    }

    /// The two-sided surprisal of a value.
    fn surprisal(&self, x: f64) -> f64 {
        let n = self.quantiles.len();
        let at_most = self.quantiles.partition_point(|&v| v <= x);
        let at_least = n - self.quantiles.partition_point(|&v| v < x);
        let share = (at_most.min(at_least) + 1) as f64 / (n + 1) as f64;
        let beyond = ((x - self.quantiles[n - 1]) / self.above).max((self.quantiles[0] - x) / self.below).max(0.0);
        -(2.0 * share).min(1.0).ln() + beyond
    }
}

impl Learned for Columns {
    fn scores(&self, rows: &Points, _: &[bool]) -> Vec<f64> {
        let n = rows.len();
        let mut scores = vec![0.0; 2 * n];
        for i in 0..n {
            for (column, &x) in self.columns.iter().zip(rows.row(i)) {
                let t = column.surprisal(x);
                scores[i] += t / self.columns.len() as f64;
                scores[n + i] = scores[n + i].max(t);
            }
        }
        scores
    }
    /// `PREFIX.quantiles`: for each column the two scales and the quantiles.
    fn write(&self, file: &mut Container, prefix: &str) {
        let list = |c: &Tails| [&[c.below, c.above][..], &c.quantiles].concat();
        file.insert_lists(&format!("{prefix}.quantiles"), &self.columns.iter().map(list).collect::<Vec<_>>());
    }
}
