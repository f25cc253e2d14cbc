//! A score a reading of a log: the mean score of the windows that cover it.

use super::result_table::ResultTable;
use super::row_place::RowPlace;
use super::stream::{ScoreStream, Scored};
use crate::cli::arguments::{Global, ModelAndData};
use crate::cli::output::Output;
use crate::cli::table_writer::Cell;
use crate::data::SeriesSet;
use crate::error::Result;

/// Bytes a reading takes until the last window is scored.
const KEPT: usize = 2 * size_of::<(f64, usize)>();

/// Sums of the scores of a file's windows, reading by reading.
#[derive(Default)]
struct Readings(Vec<(f64, usize)>);

impl Readings {
    /// Adds the scores of some windows.
    fn add(&mut self, scored: &Scored) {
        let Some(set) = scored.cases.as_ref().and_then(|cases| cases.downcast::<SeriesSet>()) else { return };
        for (i, &score) in scored.scores.iter().enumerate() {
            for &row in set.rows_of(i).unwrap_or_default() {
                if self.0.len() <= row {
                    self.0.resize(row + 1, (0.0, 0));
                }
                let (sum, count) = &mut self.0[row];
                (*sum, *count) = (*sum + score, *count + 1);
            }
        }
    }

    fn write(&mut self, table: &mut ResultTable, file: usize) -> Result<()> {
        for (row, (sum, count)) in self.0.drain(..).enumerate() {
            let score = if count > 0 { Cell::Number(sum / count as f64) } else { Cell::Empty };
            table.row(RowPlace { file, row }, &[], &[score])?;
        }
        Ok(())
    }
}

/// Writes `row,score` for every reading up to the last one that a window covers; one that none covers has no score.
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
        stream.check_kept(KEPT * readings.0.len(), KEPT)?;
        next = stream.next()?;
    }
    readings.write(&mut table, file)?;
    table.finish()?;
    global.warn(&Vec::from_iter(stream.conclude()));
    Ok(())
}
