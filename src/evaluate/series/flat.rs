//! Series as rows of a table, for rivals that know nothing of time.

use super::SeriesTask;
use crate::data::{SeriesSet, Table};
use crate::detect::series::resample;
use crate::error::Result;

/// The flattened raw series of a task: channel after channel, `[n, C·L]`, not scaled.
///
/// `L` is the longest training series; channels of other lengths are resampled linearly to it.
#[derive(Clone, Debug)]
pub struct Flattened {
    /// Normal rows.
    pub train: Table,
    /// Rows to score.
    pub test: Table,
}

impl Flattened {
    /// The rows of `task`.
    ///
    /// # Errors
    /// If a value is not finite after resampling.
    pub fn of(task: &SeriesTask) -> Result<Flattened> {
        let length = task.train.longest();
        Ok(Flattened { train: flatten(&task.train, length)?, test: flatten(&task.test, length)? })
    }
}

fn flatten(set: &SeriesSet, length: usize) -> Result<Table> {
    let channels = set.channels();
    let names = (0..channels).flat_map(|c| (0..length).map(move |t| format!("channel {c} time {t}"))).collect();
    let mut values = vec![0.0; set.len() * channels * length];
    for (case, row) in set.cases().iter().zip(values.chunks_exact_mut(channels * length)) {
        for (c, out) in row.chunks_exact_mut(length).enumerate() {
            resample(case.channel(c), out);
        }
    }
    Ok(Table::new(names, values)?.with_source(set.source()))
}
