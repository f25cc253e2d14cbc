//! Scores in the order of the rows: when did it begin?

use plotters::element::PathElement;
use plotters::style::Color;

use super::axis::Axis;
use super::canvas::{self, Frame, Key, Labels, Mark, dashed, draw, paper, px, stroke, text};
use super::palette::{BLUE, GREY, VERMILION};
use super::plot::Plot;

/// Crosses that are drawn: more could not be told apart.
const MOST_FLAGGED: usize = 400;

/// Scores of rows that follow each other.
#[derive(Clone, Debug, Default)]
pub struct ScoreCourse {
    /// What the picture shows.
    pub title: String,
    /// What is counted along the horizontal axis.
    pub x: String,
    /// The rows, or spans of them, in order.
    pub spans: Vec<ScoreSpan>,
    /// The rows that are called anomalous: number and score. The first few hundred are drawn.
    pub flagged: Vec<(usize, f64)>,
    /// A score to mark, and what it means.
    pub threshold: Option<(f64, String)>,
}

/// Rows that follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScoreSpan {
    /// The number of the first.
    pub first: usize,
    /// How many.
    pub rows: usize,
    /// Their mean score.
    pub mean: f64,
    /// Their largest score.
    pub largest: f64,
}

impl ScoreCourse {
    /// Draws a line through the means, a bar up to the largest score of each span, and a cross for each row called anomalous.
    pub fn plot(&self) -> Plot {
        let spans: Vec<&ScoreSpan> =
            self.spans.iter().filter(|span| span.mean.is_finite() && span.largest.is_finite()).collect();
        let flagged: Vec<(f64, f64)> = self.flagged.iter().map(|&(row, score)| (row as f64, score)).collect();
        let flagged: Vec<(f64, f64)> =
            flagged.into_iter().filter(|point| point.1.is_finite()).take(MOST_FLAGGED).collect();
        let each = spans.iter().map(|span| span.rows).max().unwrap_or(1);
        let line = if each > 1 { format!("mean of {each} rows, with the largest") } else { "score".to_owned() };
        let mut keys = vec![Key { label: line, colour: BLUE, mark: Mark::Line }];
        if !flagged.is_empty() {
            keys.push(Key { label: "called anomalous".into(), colour: VERMILION, mark: Mark::Cross });
        }
        let values = spans.iter().flat_map(|span| [span.mean, span.largest]).chain(flagged.iter().map(|p| p.1));
        let y = Axis::fitting(values.chain(self.threshold.iter().map(|(at, _)| *at)));
        let end = spans.last().map_or(1, |span| span.first + span.rows);
        let start = spans.first().map_or(0, |span| span.first);
        let middle = |span: &ScoreSpan| span.first as f64 + (span.rows as f64 - 1.0) / 2.0;
        let svg = draw(&Frame { title: &self.title, height: 340, keys }, |area| {
            let labels = Labels { title: "", x: &self.x, y: "score" };
            let chart = canvas::chart(area, labels, Axis::linear(start as f64, end as f64), y.clone())?;
            if each > 1 {
                for span in &spans {
                    let bar = [(middle(span), span.mean), (middle(span), span.largest)];
                    chart.plotting_area().draw(&PathElement::new(bar, stroke(&BLUE.mix(0.35), 1.0)))?;
                }
            }
            let path: Vec<(f64, f64)> = spans.iter().map(|span| (middle(span), span.mean)).collect();
            chart.plotting_area().draw(&PathElement::new(path, stroke(&BLUE, 1.2)))?;
            for &point in &flagged {
                canvas::marker(&chart, point, Mark::Cross, VERMILION, 0.9)?;
            }
            let Some((at, meaning)) = self.threshold.as_ref().filter(|(at, _)| at.is_finite()) else { return Ok(()) };
            dashed(&chart, &[(start as f64, *at), (end as f64, *at)], stroke(&GREY, 1.2))?;
            let (x, y) = canvas::place(&chart, (start as f64, *at));
            paper(&chart).draw_text(meaning, &text(11.5, GREY), (x + px(6.0), y - px(15.0)))
        });
        let caption =
            "Scores in the order of the rows; higher is more anomalous. A single peak is a row, a plateau a change \
                       that lasts."
                .to_owned();
        Plot { title: self.title.clone(), caption, svg }
    }
}
