//! How well scores and p-values separate labelled anomalies from normal cases.

use crate::cli::table_writer::Cell;
use crate::detect::Threshold;
use crate::error::Result;
use crate::evaluate::metrics;

/// Measures of a model on labelled cases.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Measures {
    rows: usize,
    anomalies: usize,
    pub auroc: f64,
    pub average_precision: f64,
    f1_at_true_ratio: f64,
    pub f1_at_alpha: f64,
    alpha: f64,
}

impl Measures {
    /// Columns of the table that `nafal evaluate` prints.
    pub const COLUMNS: [&str; 7] =
        ["n", "anomalies", "auroc", "average_precision", "f1_at_true_ratio", "f1_at_alpha", "alpha"];

    /// Measures scores and p-values against labels (`true` is an anomaly).
    ///
    /// # Errors
    /// [`crate::Error::Data`] if only one class is present.
    pub fn of(anomalous: &[bool], scores: &[f64], p_values: &[f64], alpha: f64) -> Result<Measures> {
        let flags = Threshold::Alpha(alpha).apply(scores, p_values);
        Ok(Measures {
            rows: scores.len(),
            anomalies: anomalous.iter().filter(|&&a| a).count(),
            auroc: metrics::auroc(anomalous, scores)?,
            average_precision: metrics::average_precision(anomalous, scores)?,
            f1_at_true_ratio: metrics::f1_at_true_ratio(anomalous, scores)?,
            f1_at_alpha: metrics::f1(anomalous, &flags)?,
            alpha,
        })
    }

    /// As cells of a table with [`Measures::COLUMNS`].
    pub fn cells(&self) -> [Cell<'static>; 7] {
        let numbers = [self.auroc, self.average_precision, self.f1_at_true_ratio, self.f1_at_alpha, self.alpha];
        let [auroc, precision, f1_ratio, f1_alpha, alpha] = numbers.map(Cell::Number);
        [Cell::Count(self.rows), Cell::Count(self.anomalies), auroc, precision, f1_ratio, f1_alpha, alpha]
    }
}
