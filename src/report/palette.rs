//! Colours that people with any common colour vision tell apart (Okabe and Ito, 2008), and the greys of the frame.
//!
//! Colour never stands alone: kinds differ by dash or marker shape too.

use plotters::style::RGBColor;

/// Normal rows; the first line of a chart.
pub(super) const BLUE: RGBColor = RGBColor(0, 114, 178);
/// Anomalous rows; the second line of a chart.
pub(super) const VERMILION: RGBColor = RGBColor(213, 94, 0);
/// Rows of unknown kind; generated samples; the third line of a chart.
pub(super) const GREEN: RGBColor = RGBColor(0, 158, 115);
/// The colours of lines, in the order they are used.
pub(super) const SERIES: [RGBColor; 6] =
    [BLUE, VERMILION, GREEN, RGBColor(204, 121, 167), RGBColor(230, 159, 0), RGBColor(86, 180, 233)];

/// Titles.
pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
/// Labels.
pub(super) const GREY: RGBColor = RGBColor(85, 85, 85);
/// Axis lines and reference lines.
pub(super) const RULE: RGBColor = RGBColor(140, 140, 140);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(229, 229, 229);

/// A step of a ramp from light to dark blue, `share` in [0, 1].
pub(super) fn ramp(share: f64) -> RGBColor {
    let (light, dark) = ([190.0, 215.0, 235.0], [8.0, 69.0, 120.0]);
    let mix = |i: usize| (light[i] + (dark[i] - light[i]) * share.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mix(0), mix(1), mix(2))
}
