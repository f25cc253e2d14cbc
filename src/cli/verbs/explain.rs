//! `nafal explain`: what of a row has to do with its score, and what would have been normal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{Global, ModelAndData, OutputArgs};
use crate::cli::messages::warnings::unattainable;
use crate::cli::output::Output;
use crate::cli::scores::Reasons;
use crate::cli::scores::{ResultTable, RowPlace, ScoreStream};
use crate::cli::table_writer::{Cell, brief};
use crate::detect::{Cause, Explanation, Threshold};
use crate::error::{DataError, Result};
use crate::report::{ExplainedCase, ExplainedInput, ExplanationPlot};

/// Say why rows have their scores: columns by their share, and the values that would have been normal
///
/// Prints `row,score,p_value,rank,column,value,share,normal_value,score_with`, a line a row and rank: how much of what single
/// replacements bring the score down is due to the column, the value that would have been normal given the others, and the
/// score with it. Of series `row,score,p_value,rank,channel,first_step,last_step,share,score_with`, steps counted from 0; of
/// windows of a log `from_row,to_row`, rows of the log, in place of steps.
/// Without --rows and --alpha all rows are explained, which takes some milliseconds each.
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Columns, or channels, a row: those with the largest shares
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// Explain these rows, counted from 0, such as 3,7,10-20
    #[arg(long, value_name = "ROWS", conflicts_with = "alpha")]
    rows: Option<Rows>,
    /// Explain rows with a p-value of at most A
    #[arg(long, value_name = "A")]
    alpha: Option<f64>,
    /// Draw the rows with the highest scores, of those explained
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Explain {
    pub fn run(&self, global: &Global) -> Result<()> {
        self.alpha.map_or(Ok(()), |alpha| Threshold::Alpha(alpha).check())?;
        let paths = self.inputs.paths()?;
        let outputs: Vec<&Path> = [self.output.path()].into_iter().chain(self.plot.as_deref()).collect();
        keep_apart(&paths, &outputs)?;
        let output = self.output.open(&paths)?;
        let plot = self.plot.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let model = global.memory().load(&self.inputs.model)?;
        model.check_explains()?;
        let unattainable = self.alpha.and_then(|alpha| unattainable(&model, alpha));
        global.warn(&Vec::from_iter(unattainable));
        let reasons = Reasons::of(&model);
        let stream = ScoreStream::open(&model, &self.inputs, None, global, output.is_terminal())?;
        let mut stream = stream.keeping_cases(true);
        // Read before the header is written: where the first rows are bad, nothing is printed.
        let mut next = stream.next()?;
        let results = [&["score", "p_value", "rank"], reasons.columns()].concat();
        let mut table = ResultTable::new(output, &self.inputs, stream.carried(), &results, global)?;
        let mut drawn: Vec<(usize, Explanation)> = Vec::new();
        // The largest number of a row of any file.
        let mut rows_read = 0;
        while let Some(some) = next {
            let numbers: Vec<(RowPlace, Result<usize, &DataError>)> = some.rows().collect();
            let is_asked = |place: RowPlace| self.rows.as_ref().is_none_or(|rows| rows.contains(place.row));
            let few_enough = |i: usize| self.alpha.is_none_or(|alpha| some.p_values[i] <= alpha);
            let good = numbers.iter().filter_map(|(place, row)| row.as_ref().ok().map(|&i| (*place, i)));
            let wanted: BTreeSet<usize> =
                good.filter(|&(place, i)| is_asked(place) && few_enough(i)).map(|(_, i)| i).collect();
            let why = reasons.first(&some, |i| wanted.contains(&i), self.top as usize)?;
            for (place, row) in numbers {
                match row {
                    Ok(i) => {
                        let Some(why) = why.get(&i) else { continue };
                        for (rank, cause) in why.causes.iter().enumerate() {
                            let p_value = why.p_value.map_or(Cell::Empty, Cell::Number);
                            let head = [Cell::Number(why.score), p_value, Cell::Count(rank + 1)];
                            let cells: Vec<Cell> = head.into_iter().chain(reasons.cells(cause)).collect();
                            table.row(place, some.carried.row(i), &cells)?;
                        }
                        if plot.is_some() {
                            keep(&mut drawn, (place.row, why.clone()));
                        }
                    }
                    Err(error) if is_asked(place) => table.bad_row(place, error)?,
                    Err(_) => {}
                }
            }
            table.flush()?;
            rows_read = rows_read.max(stream.count_in_file());
            // Rows beyond the last that is asked for need not be read.
            let one = self.inputs.data.len() == 1;
            let done = self.rows.as_ref().is_some_and(|rows| one && rows.last() < stream.count_in_file());
            next = if done { None } else { stream.next()? };
        }
        if let Some(rows) = self.rows.as_ref().filter(|rows| rows.last() >= rows_read) {
            let problem = format!(
                "has {rows_read} {}, counted from 0, and --rows asks for {}; ask for rows that there are",
                model.cases(),
                rows.last()
            );
            return Err(DataError::new(stream.source(), problem).into());
        }
        if let Some(mut plot) = plot {
            plot.put(picture(reasons, &drawn, model.case()).as_bytes())?;
            plot.finish()?;
            table.finish()?;
        } else {
            table.finish()?;
        }
        global.warn(&Vec::from_iter(stream.conclude()));
        Ok(())
    }
}

/// Keeps the explanations that are drawn: those with the highest scores, of equal ones the first.
fn keep(drawn: &mut Vec<(usize, Explanation)>, one: (usize, Explanation)) {
    let place = drawn.partition_point(|(_, other)| other.score >= one.1.score);
    drawn.insert(place, one);
    drawn.truncate(ExplanationPlot::MOST_CASES);
}

/// The picture of explanations.
fn picture(reasons: Reasons, drawn: &[(usize, Explanation)], case: &str) -> String {
    let input = |cause: &Cause| ExplainedInput {
        name: reasons.name(cause).to_owned(),
        share: cause.share,
        note: match (&cause.stretch, cause.value, cause.normal_value) {
            (None, ..) if cause.categories.is_some() => {
                cause.categories.iter().flatten().cloned().collect::<Vec<_>>().join(" → ")
            }
            (Some(steps), ..) => format!("{} {}–{}", reasons.steps(), steps.start, steps.end - 1),
            (None, Some(value), Some(normal)) => format!("{} → {}", brief(value), brief(normal)),
            _ => String::new(),
        },
    };
    let of = |(number, why): &(usize, Explanation)| ExplainedCase {
        name: format!("{case} {number}"),
        note: why.p_value.map_or_else(|| format!("score {}", brief(why.score)), |p| format!("p {}", brief(p))),
        inputs: why.causes.iter().map(input).collect(),
    };
    let title = format!("Why these {} are surprising", if case == "row" { "rows" } else { "series" });
    ExplanationPlot { title, cases: drawn.iter().map(of).collect() }.plot().svg
}

/// Numbers of rows: single ones and ranges.
#[derive(Clone, Debug, PartialEq)]
struct Rows(Vec<(usize, usize)>);

impl Rows {
    fn contains(&self, number: usize) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&number))
    }

    fn last(&self) -> usize {
        self.0.iter().map(|&(_, last)| last).max().unwrap_or(0)
    }
}

impl std::str::FromStr for Rows {
    type Err = String;

    fn from_str(text: &str) -> Result<Rows, String> {
        let number = |text: &str| {
            let wrong = || format!("{text:?} is no number of a row; write such as 3,7,10-20");
            text.trim().parse::<usize>().map_err(|_| wrong())
        };
        let range = |part: &str| {
            let (first, last) = part.split_once('-').map_or((part, part), |range| range);
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(format!("{part:?} ends before it begins; write such as 10-20"));
            }
            Ok((first, last))
        };
        text.split(',').map(range).collect::<Result<_, _>>().map(Rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbers_and_ranges() {
        let rows: Rows = "3, 7,10-12".parse().unwrap();
        let all: Vec<usize> = (0..20).filter(|&number| rows.contains(number)).collect();
        assert_eq!((all, rows.last()), (vec![3, 7, 10, 11, 12], 12));
        for text in ["", "a", "3-", "-3", "5-2", "1,,2", "1.5", "99999999999999999999999"] {
            assert!(text.parse::<Rows>().is_err(), "{text}");
        }
    }
}
