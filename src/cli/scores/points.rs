//! A score a reading of a log: the mean score of the windows that cover it.

use std::collections::BTreeMap;

use super::result_table::ResultTable;
use super::row_place::RowPlace;
use super::stream::{ScoreStream, Scored};
use crate::cli::arguments::{Global, ModelAndData};
use crate::cli::output::Output;
use crate::cli::table_writer::Cell;
use crate::data::SeriesSet;
use crate::error::{DataError, Result};

/// Bytes a reading takes until the last window is scored.
const KEPT: usize = 2 * size_of::<(f64, usize)>();

/// Sums of the scores of a file's windows, reading by reading, and what is wrong with readings.
#[derive(Default)]
struct Readings {
    sums: Vec<(f64, usize)>,
    bad: BTreeMap<usize, DataError>,
}

impl Readings {
    /// Adds the scores of some windows.
    fn add(&mut self, scored: &Scored) {
        let bad = scored.bad.iter().filter_map(|(_, error)| Some((error.row?, error.clone())));
        self.bad.extend(bad);
        let Some(set) = scored.cases.as_ref().and_then(|cases| cases.downcast::<SeriesSet>()) else { return };
        for (i, &score) in scored.scores.iter().enumerate() {
            for &row in set.rows_of(i).unwrap_or_default() {
                if self.sums.len() <= row {
                    self.sums.resize(row + 1, (0.0, 0));
                }
                let (sum, count) = &mut self.sums[row];
                (*sum, *count) = (*sum + score, *count + 1);
            }
        }
    }

    fn write(&mut self, table: &mut ResultTable, file: usize) -> Result<()> {
        let last = self.bad.last_key_value().map_or(0, |(row, _)| row + 1);
        self.sums.resize(self.sums.len().max(last), (0.0, 0));
        for (row, (sum, count)) in self.sums.drain(..).enumerate() {
            let place = RowPlace { file, row };
            match self.bad.get(&row) {
                Some(error) => table.bad_row(place, error)?,
                None => {
                    let score = if count > 0 { Cell::Number(sum / count as f64) } else { Cell::Empty };
                    table.row(place, &[], &[score])?;
                }
            }
        }
        self.bad.clear();
        Ok(())
    }
}

/// Writes `row,score` for every reading up to the last one that a window covers; one that none covers has no score,
/// and one that is bad and to be marked its reason.
///
/// # Errors
/// What is wrong with the data; [`crate::Error::Write`].
pub(in crate::cli) fn write(
    mut stream: ScoreStream,
    inputs: &ModelAndData,
    output: Output,
    global: &Global,
) -> Result<()> {
    let mut next = stream.next()?;
    let mut table = ResultTable::new(output, inputs, &[], &["score"], global)?;
    let (mut readings, mut file) = (Readings::default(), 0);
    while let Some(some) = next {
        if let Some(place) = some.places.first().filter(|place| place.file != file) {
            readings.write(&mut table, file)?;
            file = place.file;
        }
        readings.add(&some);
        stream.check_kept(KEPT * readings.sums.len(), KEPT)?;
        next = stream.next()?;
    }
    readings.write(&mut table, file)?;
    table.finish()?;
    global.warn(&Vec::from_iter(stream.conclude()));
    Ok(())
}
