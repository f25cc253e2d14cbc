//! Columns that are missing far more often than in training: a sensor may be dead, and its values are made up from the others.

use crate::data::{Dataset, Table};
use crate::detect::Model;
use crate::error::quoted;

/// Rows from which a share says something.
const FEW: usize = 10;
/// Share of rows that may be missing, beyond five times that of training.
const BORNE: f64 = 0.2;
/// Columns that are named.
const NAMED: usize = 5;

/// What is missing so far, column by column; nothing is counted of a model that fills nothing in.
pub(super) struct MissingWatch {
    /// Name, share in training, missing so far.
    columns: Vec<(String, f64, usize)>,
    rows: usize,
}

impl MissingWatch {
    pub fn new(model: &Model) -> MissingWatch {
        let inputs = if model.imputes() { model.training_inputs() } else { Vec::new() };
        let share = |missing: usize, known: usize| missing as f64 / (missing + known).max(1) as f64;
        let columns = inputs.into_iter().map(|i| (i.name, share(i.missing, i.sorted.len()), 0)).collect();
        MissingWatch { columns, rows: 0 }
    }

    /// Adds rows.
    pub fn add(&mut self, cases: &dyn Dataset) {
        let Some(table) = cases.downcast::<Table>().filter(|_| !self.columns.is_empty()) else { return };
        self.rows += table.rows();
        for (name, _, missing) in &mut self.columns {
            let Some(j) = table.names().iter().position(|own| own == name) else { continue };
            *missing += (0..table.rows()).filter(|&i| table.row(i)[j].is_nan()).count();
        }
    }

    /// What is to be said.
    pub fn warning(&self) -> Option<String> {
        let rows = self.rows;
        let is_odd = |(_, trained, missing): &&(String, f64, usize)| {
            rows >= FEW && *missing as f64 / rows as f64 > BORNE + 5.0 * trained
        };
        let odd: Vec<&(String, f64, usize)> = self.columns.iter().filter(is_odd).collect();
        let one = |(name, trained, missing): &&(String, f64, usize)| {
            format!("{} in {missing} of {rows} rows ({:.1} % in training)", quoted(name), 100.0 * trained)
        };
        let shown: Vec<String> = odd.iter().take(NAMED).map(one).collect();
        let more = if odd.len() > NAMED { format!(" and {} more columns", odd.len() - NAMED) } else { String::new() };
        (!odd.is_empty()).then(|| {
            format!(
                "missing far more often than in training, and filled in from the other columns: {}{more}",
                shown.join(", ")
            )
        })
    }
}
