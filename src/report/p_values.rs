//! Histogram of p-values: are those of normal rows uniform, and those of anomalies small?

use super::axis::Axis;
use super::canvas::{self, Frame, Key, Labels, Mark, draw, stroke};
use super::histogram::{bars, key, shares};
use super::palette::GREY;
use super::plot::{Group, Plot};

/// A histogram of p-values over [0, 1].
#[derive(Clone, Debug, Default)]
pub struct PValueHistogram {
    /// What the picture shows.
    pub title: String,
    /// p-values by kind of row (in `scores`). Those outside [0, 1] are left out.
    pub groups: Vec<Group>,
    /// The significance level to mark.
    pub alpha: Option<f64>,
}

const BINS: usize = 20;

impl PValueHistogram {
    /// Samples twenty bins, each kind in shares of its own rows, and the uniform law as a dashed line.
    pub fn plot(&self) -> Plot {
        let mut keys: Vec<Key> = self.groups.iter().map(key).collect();
        keys.push(Key { label: "uniform".to_owned(), colour: GREY, mark: Mark::Dashes });
        let edges: Vec<f64> = (0..=BINS).map(|i| i as f64 / BINS as f64).collect();
        let valid =
            |group: &Group| group.scores.iter().copied().filter(|p| (0.0..=1.0).contains(p)).collect::<Vec<_>>();
        let shares: Vec<Vec<f64>> = self.groups.iter().map(|group| shares(&valid(group), &edges)).collect();
        let tallest = shares.iter().flatten().fold(100.0 / BINS as f64, |most, &share| most.max(share));
        let svg = draw(&Frame { title: &self.title, height: 330, keys }, |area| {
            let labels = Labels { title: "", x: "p-value", y: "rows of that kind (%)" };
            let chart = canvas::chart(area, labels, Axis::linear(0.0, 1.0), Axis::from_zero(tallest))?;
            for (group, shares) in self.groups.iter().zip(&shares) {
                bars(&chart, &edges, shares, group)?;
            }
            let even = 100.0 / BINS as f64;
            canvas::dashed(&chart, &[(0.0, even), (1.0, even)], stroke(&GREY, 1.5))?;
            match self.alpha.filter(|alpha| (0.0..=1.0).contains(alpha)) {
                Some(alpha) => canvas::rule(&chart, alpha, &format!("alarm at p ≤ {alpha}")),
                None => Ok(()),
            }
        });
        let caption =
            "The p-value of a row is the share of normal rows that look at least as odd. Those of normal rows \
                       should follow the dashed line; the anomalies found crowd at the left end."
                .to_owned();
        Plot { title: self.title.clone(), caption, svg }
    }
}
