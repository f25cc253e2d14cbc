//! Histograms of scores, one panel a stage: do training and calibration pull normal and anomalous rows apart?

use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;

use super::axis::Axis;
use super::canvas::{self, Area, Drawn, Frame, Key, Labels, Mark, draw, paper, place, stroke};
use super::plot::{Group, Plot};

/// Panels of histograms, beside each other.
#[derive(Clone, Debug, Default)]
pub struct ScoreHistogram {
    /// What the picture shows.
    pub title: String,
    /// What the scores are, with their unit: the label of the horizontal axes.
    pub score: String,
    /// One to three panels; kinds keep their colour across panels.
    pub panels: Vec<ScorePanel>,
}

/// A panel: the scores of one stage.
#[derive(Clone, Debug, Default)]
pub struct ScorePanel {
    /// Such as "before training"; may be empty.
    pub title: String,
    /// Scores by kind of row. Those that are not finite are left out.
    pub groups: Vec<Group>,
    /// A score to mark, and what it means.
    pub threshold: Option<(f64, String)>,
}

/// More bins than the smallest group can fill would show its noise; fewer than a dozen, no shape. On a logarithmic axis
/// the normal rows sit in few of them.
fn bins(panel: &ScorePanel, axis: &Axis) -> usize {
    if axis.is_log() {
        return 48;
    }
    let fewest = panel.groups.iter().map(|group| group.scores.len()).filter(|&n| n > 0).min().unwrap_or(0);
    ((4.0 * (fewest as f64).cbrt()) as usize).clamp(12, 40)
}

impl ScoreHistogram {
    /// Samples the panels. Bars are shares of the rows of their kind, so that few anomalies are seen beside many normals;
    /// an axis whose range dwarfs the middle half of the scores is logarithmic.
    pub fn plot(&self) -> Plot {
        let keys = self.panels.first().map_or_else(Vec::new, |panel| panel.groups.iter().map(key).collect());
        let frame = Frame { title: &self.title, height: 360, keys };
        let svg = draw(&frame, |area| {
            for (panel, area) in self.panels.iter().zip(area.split_evenly((1, self.panels.len().max(1)))) {
                self.panel(&area, panel)?;
            }
            Ok(())
        });
        let logarithmic = self.panels.iter().any(|panel| axis(panel).is_log());
        let caption = format!(
            "Each bar is the share of the rows of its colour with a score in that range; farther right is more anomalous. \
             The less the colours overlap, the better the scores tell the kinds apart.{}",
            if logarithmic { " The scores span many powers of ten, so the axis is logarithmic." } else { "" }
        );
        Plot { title: self.title.clone(), caption, svg }
    }

    fn panel(&self, area: &Area<'_>, panel: &ScorePanel) -> Drawn {
        let x = axis(panel);
        let edges = x.edges(bins(panel, &x));
        let shares: Vec<Vec<f64>> = panel.groups.iter().map(|group| shares(&group.scores, &edges)).collect();
        let tallest = shares.iter().flatten().fold(0f64, |most, &share| most.max(share));
        let labels = Labels { title: &panel.title, x: &self.score, y: "rows of that kind (%)" };
        let chart = canvas::chart(area, labels, x, Axis::from_zero(tallest))?;
        for (group, shares) in panel.groups.iter().zip(&shares) {
            bars(&chart, &edges, shares, group)?;
        }
        match &panel.threshold {
            Some((at, label)) if (edges[0]..=edges[edges.len() - 1]).contains(at) => canvas::rule(&chart, *at, label),
            _ => Ok(()),
        }
    }
}

/// An entry of the key: the kind and how many rows it has.
pub(super) fn key(group: &Group) -> Key {
    let rows = if group.scores.len() == 1 { "row" } else { "rows" };
    let label = format!("{} ({} {rows})", group.name, group.scores.len());
    Key { label, colour: group.kind.colour(), mark: Mark::Bars }
}

fn axis(panel: &ScorePanel) -> Axis {
    Axis::fitting(panel.groups.iter().flat_map(|group| group.scores.iter().copied()))
}

/// Percentages of the finite values in each bin; the last bin has both its edges.
pub(super) fn shares(values: &[f64], edges: &[f64]) -> Vec<f64> {
    let bins = edges.len() - 1;
    let mut counts = vec![0usize; bins];
    for value in values.iter().filter(|v| v.is_finite()) {
        let bin = edges.partition_point(|edge| edge <= value);
        counts[bin.clamp(1, bins) - 1] += 1;
    }
    let total = counts.iter().sum::<usize>().max(1) as f64;
    counts.into_iter().map(|count| 100.0 * count as f64 / total).collect()
}

/// Filled bars with one outline around them all.
pub(super) fn bars(chart: &canvas::Chart<'_>, edges: &[f64], shares: &[f64], group: &Group) -> Drawn {
    let (area, colour) = (paper(chart), group.kind.colour());
    let mut outline = Vec::new();
    for (bin, &share) in shares.iter().enumerate() {
        let (left, right) = (place(chart, (edges[bin], 0.0)), place(chart, (edges[bin + 1], share)));
        if share > 0.0 {
            area.draw(&Rectangle::new([(left.0, right.1), (right.0, left.1)], colour.mix(0.3).filled()))?;
        }
        outline.extend([(left.0, right.1), right]);
    }
    area.draw(&PathElement::new(outline, stroke(&colour, 1.5)))
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn every_finite_value_is_counted_once() {
        let edges = [0.0, 1.0, 2.0, 4.0];
        assert_eq!(shares(&[0.0, 0.5, 1.0, 4.0], &edges), [50.0, 25.0, 25.0]);
        assert_eq!(shares(&[f64::NAN, f64::INFINITY, 1.5], &edges), [0.0, 100.0, 0.0]);
        assert_eq!(shares(&[], &edges), [0.0; 3]);
    }
}
