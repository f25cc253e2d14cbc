//! Precision–recall curves: how many of the flagged rows are anomalies, against how many anomalies are flagged.

use plotters::element::PathElement;

use super::ranking::{Ranking, thinned};
use crate::report::axis::Axis;
use crate::report::canvas::{self, Frame, Key, Labels, Mark, draw, stroke};
use crate::report::palette::{GREY, SERIES};
use crate::report::plot::Plot;

/// Precision–recall curves of one or several detectors on the same rows.
#[derive(Clone, Debug, Default)]
pub struct PrecisionRecall {
    /// What the picture shows.
    pub title: String,
    /// The curves; `figure` is the average precision of each.
    pub rankings: Vec<Ranking>,
}

impl PrecisionRecall {
    /// Samples the curves as steps, the way average precision sums them, and the precision of a detector that guesses.
    pub fn plot(&self) -> Plot {
        let colours = SERIES.into_iter().cycle();
        let base = self.rankings.first().map_or(0.0, |ranking| {
            ranking.anomalous.iter().filter(|&&a| a).count() as f64 / ranking.anomalous.len().max(1) as f64
        });
        let mut keys: Vec<Key> = self
            .rankings
            .iter()
            .zip(colours.clone())
            .map(|(ranking, colour)| {
                let label = format!("{} (average {:.3})", ranking.name, ranking.figure);
                Key { label, colour, mark: Mark::Line }
            })
            .collect();
        keys.push(Key { label: format!("guessing ({base:.3})"), colour: GREY, mark: Mark::Dashes });
        let svg = draw(&Frame { title: &self.title, height: 440, keys }, |area| {
            let labels = Labels {
                title: "",
                x: "anomalies found (share, recall)",
                y: "anomalies among the flagged (share, precision)",
            };
            let chart = canvas::chart(area, labels, Axis::linear(0.0, 1.0), Axis::linear(0.0, 1.0))?;
            canvas::dashed(&chart, &[(0.0, base), (1.0, base)], stroke(&GREY, 1.5))?;
            for (ranking, colour) in self.rankings.iter().zip(colours) {
                chart.plotting_area().draw(&PathElement::new(steps(ranking), stroke(&colour, 2.0)))?;
            }
            Ok(())
        });
        let caption =
            "Read from left to right: lowering the threshold finds more anomalies, and the height says which \
                       share of the alarms are real. The dashed line is what flagging rows at random would give."
                .to_owned();
        Plot { title: self.title.clone(), caption, svg }
    }
}

/// Recall and precision at each threshold, with the precision held over the recall it gained.
fn steps(ranking: &Ranking) -> Vec<(f64, f64)> {
    let walk = ranking.walk();
    let anomalies = walk[walk.len() - 1].anomalies.max(1) as f64;
    let mut points = Vec::with_capacity(2 * walk.len());
    let mut reached = 0.0;
    for flagged in &walk[1..] {
        let precision = flagged.anomalies as f64 / (flagged.anomalies + flagged.normals) as f64;
        let recall = flagged.anomalies as f64 / anomalies;
        // Flagging only normal rows lowers the precision and moves nothing to the right.
        if recall > reached {
            points.extend([(reached, precision), (recall, precision)]);
            reached = recall;
        }
    }
    thinned(points)
}
