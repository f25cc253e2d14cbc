//! Scores in the order of the rows, in memory that does not grow: spans of rows double as they become too many.

use crate::cli::table_writer::number;
use crate::report::{Plot, ScoreCourse, ScoreSpan};

/// Most spans that are kept.
const SPANS: usize = 1024;

/// Rows called anomalous that are marked.
const MARKED: usize = 400;

/// The course of the scores so far.
#[derive(Debug)]
pub(in crate::cli) struct Course {
    spans: Vec<ScoreSpan>,
    /// Rows of a span.
    each: usize,
    rows: usize,
    /// p-values up to this are called anomalous.
    alpha: f64,
    /// Numbers and scores of some of those, how many there are, and the lowest score among them.
    marked: Vec<(usize, f64)>,
    flagged: usize,
    lowest: f64,
}

impl Course {
    /// No row yet.
    pub fn new(alpha: f64) -> Course {
        Course { spans: Vec::new(), each: 1, rows: 0, alpha, marked: Vec::new(), flagged: 0, lowest: f64::INFINITY }
    }

    /// Adds the next row.
    pub fn add(&mut self, score: f64, p_value: f64) {
        if p_value <= self.alpha {
            (self.flagged, self.lowest) = (self.flagged + 1, self.lowest.min(score));
            if self.marked.len() < MARKED {
                self.marked.push((self.rows, score));
            }
        }
        if self.rows.is_multiple_of(self.each) {
            if self.spans.len() == SPANS {
                self.spans = self.spans.chunks(2).map(joined).collect();
                self.each *= 2;
            }
            if self.rows.is_multiple_of(self.each) {
                self.spans.push(ScoreSpan { first: self.rows, rows: 0, mean: 0.0, largest: f64::MIN });
            }
        }
        if let Some(span) = self.spans.last_mut() {
            span.rows += 1;
            span.mean += (score - span.mean) / span.rows as f64;
            span.largest = span.largest.max(score);
        }
        self.rows += 1;
    }

    /// Rows called anomalous so far.
    pub fn flagged(&self) -> usize {
        self.flagged
    }

    /// The picture; a row is called `case`, and several `cases`.
    pub fn plot(&self, case: &str, cases: &str) -> Plot {
        ScoreCourse {
            title: format!("Scores of the {cases}, in their order"),
            x: format!("{case} (counted from 0)"),
            spans: self.spans.clone(),
            flagged: self.marked.clone(),
            threshold: (self.flagged > 0).then(|| (self.lowest, format!("p ≤ {}", number(self.alpha)))),
        }
        .plot()
    }
}

/// Two spans as one.
fn joined(spans: &[ScoreSpan]) -> ScoreSpan {
    let rows = spans.iter().map(|span| span.rows).sum::<usize>();
    let sum: f64 = spans.iter().map(|span| span.mean * span.rows as f64).sum();
    ScoreSpan {
        first: spans[0].first,
        rows,
        mean: sum / rows as f64,
        largest: spans.iter().map(|span| span.largest).fold(f64::MIN, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_every_row_once_however_many_there_are() {
        for n in [0, 1, 5, SPANS, SPANS + 1, 3 * SPANS + 7, 100_000] {
            let mut course = Course::new(0.05);
            (0..n).for_each(|i| course.add(i as f64, 1.0));
            let spans = &course.spans;
            assert!(spans.len() <= SPANS && spans.iter().map(|span| span.rows).sum::<usize>() == n, "{n}");
            let mut next = 0;
            for span in spans {
                assert_eq!(span.first, next);
                next += span.rows;
                assert!((span.mean - (span.first + next - 1) as f64 / 2.0).abs() < 1e-6);
                assert_eq!(span.largest, (next - 1) as f64);
            }
        }
    }
}
