//! Rows with their scores, and with verdicts where a threshold is given: written as they come, or, where the verdict on a row or
//! its place in the list depends on the others, after the last one.

use super::course::Course;
use super::kept_rows::KeptRows;
use super::reasons::Reasons;
use super::result_table::ResultTable;
use super::row_place::RowPlace;
use super::stream::ScoreStream;
use super::tally::Tally;
use crate::cli::arguments::{Global, ModelAndData};
use crate::cli::messages::warnings::{ALPHA, of_fdr, of_threshold};
use crate::cli::output::Output;
use crate::cli::table_writer::Cell;
use crate::detect::{Cut, Model, Threshold};
use crate::error::{DataError, Result};

/// What is listed.
pub(in crate::cli) struct Listing<'a> {
    pub model: &'a Model,
    pub inputs: &'a ModelAndData,
    /// When a row is anomalous; without one there are no verdicts.
    pub threshold: Option<Threshold>,
    /// Whether each row has the first cause of its score beside it.
    pub explained: bool,
    /// Whether the most anomalous rows come first.
    pub sorted: bool,
    /// Whether other rows than anomalous ones, and bad ones that are marked, are left out.
    pub only_anomalies: bool,
}

/// What becomes of one row after another.
struct Writing {
    course: Course,
    table: ResultTable,
    cut: Option<Cut>,
    only_anomalies: bool,
    tally: Tally,
}

impl Listing<'_> {
    /// Writes the rows, and says on stderr what is to be said of them as a whole; draws them in order if there is a `plot`; returns how many are anomalous.
    ///
    /// # Errors
    /// As [`ScoreStream::open`] and [`ScoreStream::next`]; an output that cannot be written.
    pub fn write(&self, output: Output, plot: Option<Output>, global: &Global) -> Result<usize> {
        let stream = ScoreStream::open(self.model, self.inputs, None, global, output.is_terminal())?;
        let mut stream = stream.keeping_cases(self.explained);
        let reasons = Reasons::of(self.model);
        let waits = self.sorted || self.threshold.is_some_and(Threshold::needs_all_rows);
        // Rows are read before the header is written: where the first ones are bad, nothing is printed.
        let writing = match waits {
            true => {
                let mut kept = KeptRows::of(&mut stream)?;
                let cut = self.threshold.map(|threshold| threshold.cut(|| kept.values()));
                let mut writing = self.begin(output, stream.carried(), cut, global)?;
                let carried = kept.take_carried();
                for (place, row) in kept.rows(self.sorted) {
                    writing.row(place, carried.of(place), row, Vec::new())?;
                }
                writing
            }
            false => {
                let mut next = stream.next()?;
                let cut = self.threshold.map(|threshold| threshold.cut(std::iter::empty));
                let mut writing = self.begin(output, stream.carried(), cut, global)?;
                while let Some(some) = next {
                    let why = reasons.first(&some, |_| self.explained, 1)?;
                    for (place, row) in some.rows() {
                        let cause = row.ok().and_then(|i| why.get(&i)?.causes.first());
                        let cause = cause.map(|cause| reasons.cells(cause)).unwrap_or_default();
                        let carried = row.map_or(&[][..], |i| some.carried.row(i));
                        writing.row(place, carried, row.map(|i| (some.scores[i], some.p_values[i])), cause)?;
                    }
                    writing.table.flush()?;
                    next = stream.next()?;
                }
                writing
            }
        };
        if writing.tally.rows() == 0 {
            let (source, why) = (stream.source().to_owned(), stream.conclude().join("; "));
            return Err(DataError::new(source, format!("no {} could be scored; {why}", self.model.case())).into());
        }
        if let Some(mut plot) = plot {
            let (case, of) = (self.model.case(), if self.inputs.data.len() > 1 { " of all files" } else { "" });
            let picture = writing.course.plot(&format!("{case}{of}"), self.model.cases());
            plot.put(picture.svg.as_bytes())?;
            plot.finish()?;
        }
        writing.table.finish()?;
        let tally = writing.tally;
        global.warn(&Vec::from_iter(stream.conclude()));
        if let Some(threshold) = self.threshold {
            let (rows, flagged) = (tally.rows(), tally.flagged());
            global.warn(&Vec::from_iter(of_threshold(threshold, rows, flagged)));
            global.warn(&Vec::from_iter(of_fdr(threshold, self.model, rows, flagged, tally.least())));
            tally.say_flagged(threshold, self.model, global);
        }
        tally.say_drift(self.model, global);
        Ok(tally.flagged())
    }

    fn begin(&self, output: Output, carried: &[String], cut: Option<Cut>, global: &Global) -> Result<Writing> {
        let verdict = self.threshold.map(|_| "anomaly");
        let why = if self.explained { Reasons::of(self.model).columns() } else { &[] };
        let results: Vec<&str> = ["score", "p_value"].into_iter().chain(verdict).chain(why.iter().copied()).collect();
        let table = ResultTable::new(output, self.inputs, carried, &results, global)?;
        let course = Course::new(ALPHA);
        Ok(Writing { course, table, cut, only_anomalies: self.only_anomalies, tally: Tally::new(self.model) })
    }
}

impl Writing {
    /// Writes a row, if it is wanted, and counts it.
    fn row(
        &mut self,
        place: RowPlace,
        carried: &[String],
        row: Result<(f64, f64), &DataError>,
        cause: Vec<Cell>,
    ) -> Result<()> {
        let (score, p_value) = match row {
            Ok(values) => values,
            Err(error) => return self.table.bad_row(place, error),
        };
        let verdict = self.cut.as_mut().map(|cut| cut.flags(score, p_value));
        let flagged = verdict == Some(true);
        self.tally.add(p_value, flagged);
        self.course.add(score, p_value);
        if flagged || !self.only_anomalies {
            let results =
                [Cell::Number(score), Cell::Number(p_value)].into_iter().chain(verdict.map(Cell::Flag)).chain(cause);
            self.table.row(place, carried, &results.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}
