//! ROC curves: the share of anomalies found against the share of normal rows flagged, over all thresholds.

use plotters::element::PathElement;

use super::ranking::{Ranking, thinned};
use crate::report::axis::Axis;
use crate::report::canvas::{self, Frame, Key, Labels, Mark, draw, stroke};
use crate::report::palette::{GREY, SERIES};
use crate::report::plot::Plot;

/// ROC curves of one or several detectors on the same rows.
#[derive(Clone, Debug, Default)]
pub struct RocCurve {
    /// What the picture shows.
    pub title: String,
    /// The curves; `figure` is the area under each.
    pub rankings: Vec<Ranking>,
}

impl RocCurve {
    /// Samples the curves and the diagonal of a detector that guesses.
    pub fn plot(&self) -> Plot {
        let colours = SERIES.into_iter().cycle();
        let mut keys: Vec<Key> = self
            .rankings
            .iter()
            .zip(colours.clone())
            .map(|(ranking, colour)| {
                let label = format!("{} (area {:.3})", ranking.name, ranking.figure);
                Key { label, colour, mark: Mark::Line }
            })
            .collect();
        keys.push(Key { label: "guessing (0.500)".to_owned(), colour: GREY, mark: Mark::Dashes });
        let svg = draw(&Frame { title: &self.title, height: 440, keys }, |area| {
            let labels =
                Labels { title: "", x: "normal rows flagged (share, false alarms)", y: "anomalies found (share)" };
            let chart = canvas::chart(area, labels, Axis::linear(0.0, 1.0), Axis::linear(0.0, 1.0))?;
            canvas::dashed(&chart, &[(0.0, 0.0), (1.0, 1.0)], stroke(&GREY, 1.5))?;
            for (ranking, colour) in self.rankings.iter().zip(colours) {
                chart.plotting_area().draw(&PathElement::new(points(ranking), stroke(&colour, 2.0)))?;
            }
            Ok(())
        });
        let caption = "Every point is a threshold: how many anomalies it finds, and at the price of how many false \
                       alarms. A curve that hugs the upper left corner ranks anomalies above normal rows."
            .to_owned();
        Plot { title: self.title.clone(), caption, svg }
    }
}

fn points(ranking: &Ranking) -> Vec<(f64, f64)> {
    let walk = ranking.walk();
    let all = walk[walk.len() - 1];
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    thinned(walk.iter().map(|f| (share(f.normals, all.normals), share(f.anomalies, all.anomalies))).collect())
}
