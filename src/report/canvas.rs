//! The frame every plot shares: size, title, key, panels, axes; and the few marks plotters lacks.
//!
//! plotters places everything on whole pixels, so a picture is drawn at twice its size and shown at half.

use std::io;

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::element::{Circle, Cross, PathElement, Rectangle, TriangleMarker};
use plotters::prelude::{Cartesian2d, DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TRANSPARENT, TextStyle};

use super::axis::Axis;
use super::palette::{GREY, GRID, INK, RULE};
use crate::error::visible;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;
pub(super) type Drawn<T = ()> = Result<T, DrawingAreaErrorKind<io::Error>>;

/// Drawn pixels per shown pixel.
const SCALE: u32 = 2;
const WIDTH: u32 = 880;
/// Left of the title and of the key.
const MARGIN: f64 = 14.0;
const FONT: &str = "Helvetica, Arial, 'DejaVu Sans', sans-serif";
/// Mean width of a character in units of the font's size.
const CHARACTER: f64 = 0.5;

/// What a picture is about: its height, the title at its top and the key below the title.
pub(super) struct Frame<'t> {
    pub(super) title: &'t str,
    pub(super) height: u32,
    pub(super) keys: Vec<Key>,
}

/// An entry of the key.
pub(super) struct Key {
    pub(super) label: String,
    pub(super) colour: RGBColor,
    pub(super) mark: Mark,
}

/// How a kind of data is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Bars,
    Line,
    Dashes,
    Disc,
    Cross,
    Triangle,
}

/// A length in shown pixels.
pub(super) fn px(length: f64) -> i32 {
    (length * f64::from(SCALE)).round() as i32
}

/// A line or an outline of that width in shown pixels.
pub(super) fn stroke(colour: &impl Color, width: f64) -> ShapeStyle {
    colour.stroke_width(px(width) as u32)
}

/// Text of that height in shown pixels.
pub(super) fn text<'t>(size: f64, colour: RGBColor) -> TextStyle<'t> {
    // plotters writes the size divided by 1.24.
    let mut style = TextStyle::from((FONT, f64::from(px(size)) * 1.24).into_font());
    style.color = colour.to_backend_color();
    style
}

/// The SVG text of a picture whose part below title and key `body` draws.
pub(super) fn draw(frame: &Frame<'_>, body: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut picture = String::new();
    let drawn = (|| {
        let backend = SVGBackend::with_string(&mut picture, (WIDTH * SCALE, frame.height * SCALE));
        let root = backend.into_drawing_area();
        let keys = arranged(&frame.keys);
        let lines = keys.last().map_or(0.0, |last| last.1 + 1.0);
        let (top, below) = root.split_vertically(px(34.0 + 22.0 * lines));
        heading(&top, frame.title, &keys)?;
        body(&below)?;
        root.present()
    })();
    drawn.expect("a picture in memory can always be written to");
    // The backend's own opening tag, which knows neither scale nor title, makes way for ours.
    let body = picture.split_once('>').map_or("", |(_, body)| body);
    visible(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         aria-label=\"{label}\">\n<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>{body}",
        height = frame.height,
        w = WIDTH * SCALE,
        h = frame.height * SCALE,
        label = escaped(frame.title),
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The entries of the key with their place: x in shown pixels, and the line, counted from zero.
fn arranged<'k>(keys: &'k [Key]) -> Vec<(f64, f64, &'k Key)> {
    let (mut x, mut line) = (MARGIN, 0.0);
    let place = |key: &'k Key| {
        let width = 26.0 + 18.0 + width(&key.label, 12.5);
        if x > MARGIN && x + width > f64::from(WIDTH) {
            (x, line) = (MARGIN, line + 1.0);
        }
        x += width;
        (x - width, line, key)
    };
    keys.iter().map(place).collect()
}

/// About how wide a text of that height is.
fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * CHARACTER
}

fn heading(area: &Area<'_>, title: &str, keys: &[(f64, f64, &Key)]) -> Drawn {
    let left = Pos::new(HPos::Left, VPos::Center);
    area.draw_text(title, &text(16.0, INK).pos(left), (px(MARGIN), px(20.0)))?;
    for &(x, line, key) in keys {
        let y = 45.0 + 22.0 * line;
        draw_mark(area, key, x, y)?;
        area.draw_text(&key.label, &text(12.5, GREY).pos(left), (px(x + 26.0), px(y)))?;
    }
    Ok(())
}

fn draw_mark(area: &Area<'_>, key: &Key, x: f64, y: f64) -> Drawn {
    let at = |dx: f64, dy: f64| (px(x + dx), px(y + dy));
    let line = |from, to| PathElement::new([at(from, 0.0), at(to, 0.0)], stroke(&key.colour, 2.0));
    match key.mark {
        Mark::Bars => {
            area.draw(&Rectangle::new([at(2.0, -6.0), at(20.0, 6.0)], key.colour.mix(0.3).filled()))?;
            area.draw(&Rectangle::new([at(2.0, -6.0), at(20.0, 6.0)], stroke(&key.colour, 1.0)))
        }
        Mark::Line => area.draw(&line(0.0, 21.0)),
        Mark::Dashes => [0.0, 8.0, 16.0].into_iter().try_for_each(|from| area.draw(&line(from, from + 5.0))),
        Mark::Disc => area.draw(&Circle::new(at(11.0, 0.0), px(4.0), key.colour.filled())),
        Mark::Cross => area.draw(&Cross::new(at(11.0, 0.0), px(4.0), stroke(&key.colour, 1.5))),
        Mark::Triangle => area.draw(&TriangleMarker::new(at(11.0, 0.0), px(5.0), key.colour.filled())),
    }
}

/// Texts around a chart; an empty one takes no room.
#[derive(Clone, Copy, Default)]
pub(super) struct Labels<'t> {
    pub(super) title: &'t str,
    pub(super) x: &'t str,
    pub(super) y: &'t str,
}

/// Axes, horizontal grid and labels in `area`; what is drawn on the chart comes on top.
pub(super) fn chart<'a>(area: &Area<'a>, labels: Labels<'_>, x: Axis, y: Axis) -> Drawn<Chart<'a>> {
    let title = if labels.title.is_empty() { 6.0 } else { 26.0 };
    if !labels.title.is_empty() {
        let style = text(13.0, INK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw_text(labels.title, &style, (px(62.0), px(11.0)))?;
    }
    let mut chart = ChartBuilder::on(area)
        .margin_top(px(title))
        .margin_right(px(22.0))
        .margin_bottom(px(6.0))
        .margin_left(px(6.0))
        .x_label_area_size(px(44.0))
        .y_label_area_size(px(56.0))
        .build_cartesian_2d(x, y)?;
    let (wide, high) = chart.plotting_area().dim_in_pixel();
    chart
        .configure_mesh()
        .x_labels(wide as usize / px(32.0) as usize)
        .y_labels(high as usize / px(18.0) as usize)
        .disable_x_mesh()
        .bold_line_style(stroke(&GRID, 1.0))
        .light_line_style(TRANSPARENT)
        .axis_style(stroke(&RULE, 1.0))
        .set_all_tick_mark_size(px(4.0))
        .label_style(text(11.5, GREY))
        .axis_desc_style(text(12.5, INK))
        .x_desc(labels.x)
        .y_desc(labels.y)
        .draw()?;
    Ok(chart)
}

/// Where a point of the chart lies on paper, in drawn pixels from the corner of the plotting area.
pub(super) fn place(chart: &Chart<'_>, point: (f64, f64)) -> (i32, i32) {
    let area = chart.plotting_area();
    let (at, corner) = (area.map_coordinate(&point), area.get_base_pixel());
    (at.0 - corner.0, at.1 - corner.1)
}

/// The plotting area, measured in drawn pixels.
pub(super) fn paper<'a>(chart: &Chart<'a>) -> Area<'a> {
    chart.plotting_area().strip_coord_spec()
}

/// A dashed vertical line at `x` with its meaning beside its top.
pub(super) fn rule(chart: &Chart<'_>, x: f64, label: &str) -> Drawn {
    let (low, high) = (chart.y_range().start, chart.y_range().end);
    dashed(chart, &[(x, low), (x, high)], stroke(&INK, 1.2))?;
    let room = px(width(label, 11.5) + 8.0);
    let (at, area) = (place(chart, (x, high)), paper(chart));
    // To the right of the line where there is room, else to its left.
    let right = at.0 + room <= area.dim_in_pixel().0 as i32 || at.0 < room;
    let (side, shift) = if right { (HPos::Left, 5.0) } else { (HPos::Right, -5.0) };
    area.draw_text(label, &text(11.5, INK).pos(Pos::new(side, VPos::Center)), (at.0 + px(shift), px(8.0)))
}

/// A dashed path through `points`.
pub(super) fn dashed(chart: &Chart<'_>, points: &[(f64, f64)], style: ShapeStyle) -> Drawn {
    let area = paper(chart);
    let (dash, period) = (f64::from(px(5.0)), f64::from(px(8.5)));
    // How far into a period the path is.
    let mut phase = 0.0;
    for pair in points.windows(2) {
        let (from, to) = (place(chart, pair[0]), place(chart, pair[1]));
        let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        let length = dx.hypot(dy);
        let at = |t: f64| (from.0 + (dx * t / length).round() as i32, from.1 + (dy * t / length).round() as i32);
        let mut start = -phase;
        while start < length {
            let end = (start + dash).min(length);
            if end > 0.0 {
                area.draw(&PathElement::new([at(start.max(0.0)), at(end)], style))?;
            }
            start += period;
        }
        phase = (phase + length) % period;
    }
    Ok(())
}

/// A marker of that shape at a point of the chart.
pub(super) fn marker(chart: &Chart<'_>, point: (f64, f64), mark: Mark, colour: RGBColor, opacity: f64) -> Drawn {
    let (at, area) = (place(chart, point), paper(chart));
    match mark {
        Mark::Cross => area.draw(&Cross::new(at, px(3.0), colour.mix(opacity).stroke_width(px(1.3) as u32))),
        Mark::Triangle => area.draw(&TriangleMarker::new(at, px(4.0), colour.mix(opacity).filled())),
        Mark::Disc | Mark::Bars | Mark::Line | Mark::Dashes => {
            area.draw(&Circle::new(at, px(2.6), colour.mix(opacity).filled()))
        }
    }
}
