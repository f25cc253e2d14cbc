//! Lines of means with error bars: a figure against a setting, such as F1 against the share of augmented samples.

use plotters::element::PathElement;

use super::axis::Axis;
use super::canvas::{self, Chart, Drawn, Frame, Key, Labels, Mark, draw, paper, place, px, stroke};
use super::palette::SERIES;
use super::plot::Plot;

/// One or several lines.
#[derive(Clone, Debug, Default)]
pub struct ErrorBars {
    /// What the picture shows.
    pub title: String,
    /// The setting, with its unit.
    pub x: String,
    /// The figure, with its unit.
    pub y: String,
    /// What a bar is, such as "± 1 standard deviation over 10 splits".
    pub bars: String,
    /// The lines.
    pub lines: Vec<ErrorLine>,
}

/// A line: `(x, mean, half the height of the bar)`. Points that are not finite are left out.
#[derive(Clone, Debug, Default)]
pub struct ErrorLine {
    /// What was varied or measured.
    pub name: String,
    /// The points, by growing `x`.
    pub points: Vec<(f64, f64, f64)>,
}

impl ErrorLine {
    fn finite(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let finite = |p: &&(f64, f64, f64)| p.0.is_finite() && p.1.is_finite() && p.2.is_finite();
        self.points.iter().filter(finite).map(|&(x, mean, half)| (x, mean, half.abs()))
    }
}

impl ErrorBars {
    /// Samples the lines, every second one dashed, with discs, triangles and crosses in turn.
    pub fn plot(&self) -> Plot {
        let looks = |i: usize| {
            let colour = SERIES[i % SERIES.len()];
            (colour, [Mark::Disc, Mark::Triangle, Mark::Cross][i % 3], i % 2 == 1)
        };
        let key =
            |(i, line): (usize, &ErrorLine)| Key { label: line.name.clone(), colour: looks(i).0, mark: looks(i).1 };
        let keys = self.lines.iter().enumerate().map(key).collect();
        let svg = draw(&Frame { title: &self.title, height: 380, keys }, |area| {
            let labels = Labels { title: "", x: &self.x, y: &self.y };
            let mut chart = canvas::chart(area, labels, self.x_axis(), self.y_axis())?;
            for (i, line) in self.lines.iter().enumerate() {
                // Lines that share their settings would hide each other's bars.
                let shift = 3.0 * (i as f64 - (self.lines.len() as f64 - 1.0) / 2.0);
                one(&mut chart, line, looks(i), px(shift))?;
            }
            Ok(())
        });
        let caption =
            format!("Points are means, bars are {}. A difference much smaller than the bars may be chance.", self.bars);
        Plot { title: self.title.clone(), caption, svg }
    }

    /// Logarithmic where the settings double or grow tenfold, as 1, 2, 4, … 256 do.
    fn x_axis(&self) -> Axis {
        let xs: Vec<f64> = self.lines.iter().flat_map(ErrorLine::finite).map(|(x, _, _)| x).collect();
        let (low, high) = extent(xs.iter().copied());
        let positive = xs.iter().copied().filter(|&x| x > 0.0).fold(f64::INFINITY, f64::min);
        let axis = if low >= 0.0 && high >= 50.0 * positive {
            Axis::log(low * 0.8, high * 1.25, 10f64.powf(positive.log10().floor()))
        } else {
            let margin = (high - low) * 0.04;
            Axis::linear(low - margin, high + margin)
        };
        // A few settings are named one by one.
        let mut settings = xs;
        settings.sort_by(f64::total_cmp);
        settings.dedup();
        if (1..=10).contains(&settings.len()) { axis.labelled(&settings) } else { axis }
    }

    fn y_axis(&self) -> Axis {
        let ends = self.lines.iter().flat_map(ErrorLine::finite).flat_map(|(_, mean, half)| [mean - half, mean + half]);
        let (low, high) = extent(ends);
        let margin = (high - low) * 0.08;
        Axis::linear(low - margin, high + margin)
    }
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

type Look = (plotters::style::RGBColor, Mark, bool);

fn one(chart: &mut Chart<'_>, line: &ErrorLine, (colour, mark, dashes): Look, shift: i32) -> Drawn {
    let path: Vec<(f64, f64)> = line.finite().map(|(x, mean, _)| (x, mean)).collect();
    if dashes {
        canvas::dashed(chart, &path, stroke(&colour, 1.6))?;
    } else {
        chart.plotting_area().draw(&PathElement::new(path, stroke(&colour, 1.6)))?;
    }
    let area = paper(chart);
    for (x, mean, half) in line.finite() {
        let (top, bottom) = (place(chart, (x, mean + half)), place(chart, (x, mean - half)));
        let (at, cap) = (top.0 + shift, px(4.0));
        let segment = |from, to| area.draw(&PathElement::new([from, to], stroke(&colour, 1.3)));
        if half > 0.0 {
            segment((at, top.1), (at, bottom.1))?;
            segment((at - cap, top.1), (at + cap, top.1))?;
            segment((at - cap, bottom.1), (at + cap, bottom.1))?;
        }
        canvas::marker(chart, (x, mean), mark, colour, 1.0)?;
    }
    Ok(())
}
