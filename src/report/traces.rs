//! Curves of series with the stretch that is to blame, over the band in which normal ones lie.

use std::ops::Range;

use plotters::element::{PathElement, Polygon};
use plotters::style::Color;

use super::axis::Axis;
use super::canvas::{self, Area, Drawn, Frame, Key, Labels, Mark, draw, stroke};
use super::palette::{BLUE, GREY, VERMILION};
use super::plot::Plot;

/// Most steps of a curve that are drawn: longer ones are thinned, keeping peaks.
const STEPS: usize = 1200;

/// Curves below each other.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    /// What the picture shows.
    pub title: String,
    /// What is counted along the horizontal axes.
    pub x: String,
    /// One panel a curve, at most a dozen.
    pub panels: Vec<TracePanel>,
}

/// A curve.
#[derive(Clone, Debug, Default)]
pub struct TracePanel {
    /// Whose it is.
    pub title: String,
    /// Number of the first step.
    pub first: usize,
    /// Its values.
    pub values: Vec<f64>,
    /// Where most normal values lie, step by step: as long as the values, or empty.
    pub usual: Vec<(f64, f64)>,
    /// The steps that are to blame, counted as the values are.
    pub stretch: Option<Range<usize>>,
}

impl Traces {
    /// Draws the panels.
    pub fn plot(&self) -> Plot {
        let panels = &self.panels[..self.panels.len().min(12)];
        let mut keys = vec![Key { label: "the series".into(), colour: BLUE, mark: Mark::Line }];
        if panels.iter().any(|panel| panel.stretch.is_some()) {
            keys.push(Key { label: "to blame".into(), colour: VERMILION, mark: Mark::Bars });
        }
        if panels.iter().any(|panel| !panel.usual.is_empty()) {
            keys.push(Key { label: "9 of 10 normal series".into(), colour: GREY, mark: Mark::Bars });
        }
        let height = 70 + 170 * panels.len().max(1) as u32;
        let svg = draw(&Frame { title: &self.title, height, keys }, |area| {
            let areas = area.split_evenly((panels.len().max(1), 1));
            panels.iter().zip(areas).try_for_each(|(panel, area)| self.panel(&area, panel))
        });
        let caption =
            "Each curve is the channel with the largest share in the surprise of its series; the marked stretch, \
                       replaced by a normal course, brings most of the score down."
                .to_owned();
        Plot { title: self.title.clone(), caption, svg }
    }

    fn panel(&self, area: &Area<'_>, panel: &TracePanel) -> Drawn {
        let finite = panel.values.iter().copied().filter(|v| v.is_finite());
        let band = panel.usual.iter().flat_map(|(low, high)| [*low, *high]).filter(|v| v.is_finite());
        let (low, high) = finite.chain(band).fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let x = |step: usize| (panel.first + step) as f64;
        let last = panel.values.len().saturating_sub(1).max(1);
        let labels = Labels { title: &panel.title, x: &self.x, y: "" };
        let chart = canvas::chart(area, labels, Axis::linear(x(0), x(last)), Axis::linear(low, high))?;
        let edges = chart.y_range();
        if let Some(stretch) = panel.stretch.as_ref().filter(|stretch| stretch.end <= panel.values.len()) {
            let (from, to) = (x(stretch.start), x(stretch.end.saturating_sub(1).max(stretch.start)));
            let (from, to) = (from - 0.4, to + 0.4);
            let corners = [(from, edges.start), (to, edges.start), (to, edges.end), (from, edges.end)];
            let inside = corners.map(|(x, y)| (x.clamp(chart.x_range().start, chart.x_range().end), y));
            chart.plotting_area().draw(&Polygon::new(inside, VERMILION.mix(0.25).filled()))?;
        }
        if panel.usual.len() == panel.values.len() && !panel.usual.is_empty() {
            let up = thinned(&panel.usual.iter().map(|band| band.1).collect::<Vec<_>>());
            let down = thinned(&panel.usual.iter().map(|band| band.0).collect::<Vec<_>>());
            let outline: Vec<(f64, f64)> =
                up.into_iter().chain(down.into_iter().rev()).map(|(step, v)| (x(step), v)).collect();
            chart.plotting_area().draw(&Polygon::new(outline, GREY.mix(0.2).filled()))?;
        }
        let path: Vec<(f64, f64)> = thinned(&panel.values).into_iter().map(|(step, v)| (x(step), v)).collect();
        chart.plotting_area().draw(&PathElement::new(path, stroke(&BLUE, 1.4)))
    }
}

/// Steps and values that are drawn: all of a short curve, the least and the largest of each piece of a long one.
fn thinned(values: &[f64]) -> Vec<(usize, f64)> {
    let all = || values.iter().copied().enumerate().filter(|(_, v)| v.is_finite());
    if values.len() <= STEPS {
        return all().collect();
    }
    let piece = (2 * values.len()).div_ceil(STEPS);
    let mut kept = Vec::new();
    for of_piece in all().collect::<Vec<_>>().chunks(piece) {
        let least = of_piece.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = of_piece.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut ends: Vec<(usize, f64)> = least.into_iter().chain(most).copied().collect();
        ends.sort_by_key(|(step, _)| *step);
        kept.extend(ends);
    }
    kept
}
