//! Rival detectors behind the trait that the method itself is compared under.
//!
//! The rivals take rows as they are: standardising is the protocol's business. Scores are one a row, higher = more
//! anomalous, the same bits for any number of threads, and a row's score does not depend on the other rows scored.

mod distances;
mod isolation_forest;
mod knn;
mod lof;
mod mahalanobis;
mod neighbours;
mod one_class_svm;
mod smo;

pub use isolation_forest::IsolationForest;
pub use knn::NearestNeighbours;
pub use lof::LocalOutlierFactor;
pub use mahalanobis::Mahalanobis;
pub use one_class_svm::OneClassSvm;

use crate::data::Table;
use crate::error::{DataError, Result};

/// Something that learns from normal rows and then scores others.
pub trait AnomalyDetector: Sync {
    /// Its name on the command line and in results, such as `lof`.
    fn name(&self) -> &str;

    /// Learns from `train` `[n, d]`; every row counts as normal, whatever its label.
    ///
    /// # Errors
    /// If there are too few rows, or the fit fails.
    fn fit(&self, train: &Table, seed: u64) -> Result<Box<dyn Scorer>>;

    /// Whether it scales columns itself; one that does not is given standardised rows.
    fn scales_itself(&self) -> bool {
        false
    }

    /// Whether it has to see how often a row occurs. Where many rows are repeats (KDD), one that judges by distances
    /// to neighbours is given each row once, one that judges by frequencies all repeats.
    fn needs_repeats(&self) -> bool {
        false
    }
}

/// A fitted [`AnomalyDetector`].
pub trait Scorer: Send + Sync {
    /// One score for each of the rows `[n, d]`; higher = more anomalous.
    ///
    /// # Errors
    /// If the number of columns differs from the training rows'.
    fn score(&self, rows: &Table) -> Result<Vec<f64>>;

    /// [`Scorer::score`], with a p-value a row if the detector is calibrated.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    fn score_with_p_values(&self, rows: &Table) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        Ok((self.score(rows)?, None))
    }
}

/// At least `least` training rows, or an error that names the method.
fn require_rows(train: &Table, least: usize, method: &str) -> Result<()> {
    if train.rows() >= least {
        return Ok(());
    }
    let problem = format!("{method} needs at least {least} normal rows, there are {}", train.rows());
    Err(DataError::new(train.source(), problem).into())
}

/// Exactly `columns` columns.
fn require_columns(rows: &Table, columns: usize) -> Result<()> {
    if rows.columns() == columns {
        return Ok(());
    }
    let problem = format!("{} columns, but the detector was fitted on {columns}", rows.columns());
    Err(DataError::new(rows.source(), problem).into())
}
