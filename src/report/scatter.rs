//! Points in the plane under contours of a density, one panel a strategy.

use plotters::element::PathElement;

use super::axis::Axis;
use super::canvas::{self, Area, Drawn, Frame, Key, Labels, draw, stroke};
use super::contour::Grid;
use super::palette::ramp;
use super::plot::{Kind, Plot};

/// Panels of points beside each other, all with the same axes.
#[derive(Clone, Debug, Default)]
pub struct Scatter {
    /// What the picture shows.
    pub title: String,
    /// Label of the horizontal axes.
    pub x: String,
    /// Label of the vertical axes.
    pub y: String,
    /// One to four panels; the key is that of the first.
    pub panels: Vec<ScatterPanel>,
    /// What to read off: the points' story is known to the caller alone.
    pub caption: String,
}

/// A panel of points.
#[derive(Clone, Debug, Default)]
pub struct ScatterPanel {
    /// Such as the name of a strategy.
    pub title: String,
    /// The points by kind, drawn in that order.
    pub groups: Vec<PointGroup>,
    /// Values all over the plane, such as a log-density.
    pub density: Option<Grid>,
    /// At which values to draw lines, growing: the darkest is the highest.
    pub levels: Vec<f64>,
}

/// Points of one kind. Those that are not finite are left out.
#[derive(Clone, Debug, Default)]
pub struct PointGroup {
    /// Such as "generated, kept".
    pub name: String,
    /// Decides colour and shape.
    pub kind: Kind,
    /// `(x, y)`.
    pub points: Vec<(f64, f64)>,
}

impl PointGroup {
    fn finite(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite())
    }
}

impl Scatter {
    /// Samples the panels.
    pub fn plot(&self) -> Plot {
        let key = |group: &PointGroup| Key {
            label: group.name.clone(),
            colour: group.kind.colour(),
            mark: group.kind.mark(),
        };
        let keys = self.panels.first().map_or_else(Vec::new, |panel| panel.groups.iter().map(key).collect());
        let count = self.panels.len().max(1);
        let height = 100 + 880 / count.clamp(2, 4) as u32;
        let svg = draw(&Frame { title: &self.title, height, keys }, |area| {
            let areas = area.split_evenly((1, count));
            self.panels.iter().zip(areas).try_for_each(|(panel, area)| self.panel(&area, panel))
        });
        let lines = if self.panels.iter().any(|panel| panel.density.is_some()) {
            " Lines join places of equal density, the darker the denser."
        } else {
            ""
        };
        Plot { title: self.title.clone(), caption: format!("{}{lines}", self.caption), svg }
    }

    fn panel(&self, area: &Area<'_>, panel: &ScatterPanel) -> Drawn {
        let labels = Labels { title: &panel.title, x: &self.x, y: &self.y };
        let chart = canvas::chart(area, labels, self.axis(|p| p.0, |g| g.x), self.axis(|p| p.1, |g| g.y))?;
        for group in &panel.groups {
            let opacity = if group.points.len() > 400 { 0.45 } else { 0.8 };
            for point in group.finite() {
                canvas::marker(&chart, point, group.kind.mark(), group.kind.colour(), opacity)?;
            }
        }
        if let Some(density) = &panel.density {
            for (i, &level) in panel.levels.iter().enumerate() {
                let style = stroke(&ramp((i + 1) as f64 / panel.levels.len() as f64), 1.8);
                for path in density.contour(level) {
                    chart.plotting_area().draw(&PathElement::new(path, style))?;
                }
            }
        }
        Ok(())
    }

    /// One axis for all panels, around all points and grids.
    fn axis(&self, of: impl Fn((f64, f64)) -> f64, range: impl Fn(&Grid) -> (f64, f64)) -> Axis {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut cover = |value: f64| (low, high) = (low.min(value), high.max(value));
        for panel in &self.panels {
            panel.density.iter().map(&range).for_each(|(from, to)| [from, to].into_iter().for_each(&mut cover));
            panel.groups.iter().flat_map(PointGroup::finite).map(&of).for_each(&mut cover);
        }
        Axis::linear(low, high)
    }
}
