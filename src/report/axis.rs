//! An axis: where a value lies, and which values are labelled.
//!
//! Linear axes label 1, 2 or 5 times a power of ten. An axis over many decades is linear within `±unit` and logarithmic
//! beyond, `u(x) = asinh(x / 2·unit)`, so that it takes zero and negative values; it labels powers of ten.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    /// Logarithmic beyond `±unit`.
    Log {
        unit: f64,
    },
}

/// Range, scale and labels of one direction of a chart.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

/// Most labels an axis carries.
const MOST_TICKS: usize = 8;

impl Axis {
    /// A linear axis that ends exactly at `low` and `high`; a range without extent is widened.
    pub(super) fn linear(low: f64, high: f64) -> Axis {
        let (low, high) = widened(low, high);
        let step = round_step((high - low) / MOST_TICKS as f64);
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        let ticks = (first..=last)
            .map(|k| k as f64 * step)
            .map(|v| (v, linear_label(v, step, low.abs().max(high.abs()))))
            .collect();
        Axis { scale: Scale::Linear, low, high, ticks }
    }

    /// A linear axis from zero to a little beyond `high`.
    pub(super) fn from_zero(high: f64) -> Axis {
        Axis::linear(0.0, if high > 0.0 { high * 1.06 } else { 1.0 })
    }

    /// An axis that is logarithmic beyond `±unit`, a power of ten; forty decades are the most it shows.
    pub(super) fn log(low: f64, high: f64, unit: f64) -> Axis {
        let (low, high) = widened(low, high);
        let least = (low.abs().max(high.abs()) * 1e-40).max(1e-300);
        let unit = if unit >= least { unit } else { 10f64.powf(least.log10().ceil()) };
        Axis { scale: Scale::Log { unit }, low, high, ticks: decade_ticks(low, high, unit) }
    }

    /// Linear if the values lie together, logarithmic if their range dwarfs their middle half; the values need no order
    /// and may hold NaN and infinities, which are left out.
    pub(super) fn fitting(values: impl Iterator<Item = f64>) -> Axis {
        let mut values: Vec<f64> = values.filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let (Some(&low), Some(&high)) = (values.first(), values.last()) else { return Axis::linear(0.0, 1.0) };
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        let middle = (at(0.75) - at(0.25)).max((at(0.9) - at(0.1)) / 2.0);
        // In halves, for the range of two huge values of opposite sign is no double.
        if high / 2.0 - low / 2.0 <= 15.0 * middle {
            let margin = (high / 2.0 - low / 2.0) * 0.04;
            return Axis::linear(low - margin, high + margin);
        }
        let mut sizes: Vec<f64> = values.iter().map(|v| v.abs()).filter(|&v| v > 0.0).collect();
        sizes.sort_by(f64::total_cmp);
        let unit = 10f64.powf(sizes[(sizes.len() - 1) / 10].log10().floor());
        // A positive range starts at a label.
        Axis::log(if low >= unit { 10f64.powf(low.log10().floor()) } else { low }, high, unit)
    }

    /// The same axis, labelled at these values instead.
    pub(super) fn labelled(mut self, values: &[f64]) -> Axis {
        let inside = values.iter().filter(|v| (self.low..=self.high).contains(v));
        self.ticks = inside.map(|&v| (v, short_label(v))).collect();
        self
    }

    /// `bins + 1` edges, equally far apart on paper.
    pub(super) fn edges(&self, bins: usize) -> Vec<f64> {
        let (from, to) = (self.stretch(self.low), self.stretch(self.high));
        let edge = |i: usize| self.unstretch(from + (to - from) * (i as f64 / bins as f64));
        let mut edges: Vec<f64> = (0..=bins).map(edge).collect();
        (edges[0], edges[bins]) = (self.low, self.high);
        edges
    }

    /// Whether the axis is logarithmic, for a note to the reader.
    pub(super) fn is_log(&self) -> bool {
        self.scale != Scale::Linear
    }

    fn stretch(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log { unit } => (value / unit / 2.0).asinh(),
        }
    }

    fn unstretch(&self, place: f64) -> f64 {
        match self.scale {
            Scale::Linear => place,
            Scale::Log { unit } => place.sinh() * 2.0 * unit,
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let (low, high) = (self.stretch(self.low), self.stretch(self.high));
        // A half each, for a difference that would overflow; and at the border what lies beyond it.
        let share = (self.stretch(*value) / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        from + (f64::from(to - from) * share.clamp(-1.0, 2.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight() {
            KeyPointWeight::Bold => {
                // In a narrow panel every second or third, zero among them.
                let stride = self.ticks.len().div_ceil(hint.max_num_points().max(1)).max(1);
                let zero = self.ticks.iter().position(|&(value, _)| value == 0.0).unwrap_or(0);
                self.ticks.iter().map(|&(value, _)| value).skip(zero % stride).step_by(stride).collect()
            }
            KeyPointWeight::Any => Vec::new(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks.iter().find(|(tick, _)| tick == value).map_or_else(String::new, |(_, label)| label.clone())
    }
}

fn widened(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
    // Closer than this, the labels could not differ and the pixels could not be told apart.
    let margin = low.abs().max(high.abs()) * 1e-9;
    if high - low > margin { (low, high) } else { (low - 0.5 - margin, high + 0.5 + margin) }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|m| m * decade).into_iter().find(|&s| s >= least * (1.0 - 1e-9)).unwrap_or(10.0 * decade)
}

/// A multiple of `step` on an axis up to `largest` in size: all labels of an axis have the same digits and exponent.
fn linear_label(value: f64, step: f64, largest: f64) -> String {
    // A value a millionth of a step from zero is zero.
    if value.abs() < step * 1e-6 {
        return "0".to_owned();
    }
    let decade = |x: f64| (x.log10() + 1e-9).floor();
    let exponent = if largest >= 1e6 || step < 1e-4 { decade(largest) } else { 0.0 };
    let digits = (exponent - decade(step)).clamp(0.0, 10.0) as usize;
    let mantissa = format!("{:.digits$}", value / 10f64.powf(exponent)).replace('-', "−");
    if exponent == 0.0 { mantissa } else { format!("{mantissa}×10{}", superscript(exponent as i32)) }
}

/// At most four significant digits, and no zeros that say nothing.
fn short_label(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    rounded.to_string().replace('-', "−")
}

/// Powers of ten from `unit` up, every so many decades, with their negatives and zero where the range has them.
fn decade_ticks(low: f64, high: f64, unit: f64) -> Vec<(f64, String)> {
    let first = unit.log10().round() as i32;
    let last = |bound: f64| (bound / unit).log10().floor() as i32;
    let (above, below) = (if high > 0.0 { last(high) } else { -1 }, if low < 0.0 { last(-low) } else { -1 });
    let decades = (above.max(0) + below.max(0) + 1) as usize;
    let stride = decades.div_ceil(MOST_TICKS).max(1) as i32;
    let power = |k: i32| 10f64.powi(first + k);
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for k in (0..=below).filter(|k| k % stride == 0).rev() {
        ticks.push((-power(k), format!("−{}", power_label(first + k))));
    }
    if low <= 0.0 && high >= 0.0 {
        ticks.push((0.0, "0".to_owned()));
    }
    for k in (0..=above).filter(|k| k % stride == 0) {
        ticks.push((power(k), power_label(first + k)));
    }
    ticks.retain(|(value, _)| (low..=high).contains(value));
    ticks
}

fn power_label(exponent: i32) -> String {
    match exponent {
        -3..=-1 => format!("{:.*}", exponent.unsigned_abs() as usize, 10f64.powi(exponent)),
        0..=3 => format!("{}", 10u32.pow(exponent as u32)),
        _ => format!("10{}", superscript(exponent)),
    }
}

fn superscript(exponent: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => char::from_u32('⁰' as u32 + c as u32 - '0' as u32).unwrap_or(c),
    };
    exponent.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn linear_labels_are_round() {
        assert_eq!(labels(&Axis::linear(0.0, 1.0)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::linear(-3.0, 11.0)), ["−2", "0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(&Axis::linear(0.0, 5e6)), ["0", "1×10⁶", "2×10⁶", "3×10⁶", "4×10⁶", "5×10⁶"]);
        assert_eq!(labels(&Axis::linear(0.0, 0.5)), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(labels(&Axis::linear(0.0, 3e-12))[1], "0.5×10⁻¹²");
    }

    #[test]
    fn settings_keep_their_names() {
        let axis = Axis::linear(-1.0, 1.0).labelled(&[-0.5, 0.1 + 0.2, 1.0, 7.0]);
        assert_eq!(labels(&axis), ["−0.5", "0.3", "1"]);
    }

    #[test]
    fn decades_are_labelled_sparsely() {
        let axis = Axis::fitting((0..=240).map(|i| 10f64.powf(f64::from(i) / 10.0)));
        assert!(axis.is_log());
        assert_eq!(labels(&axis), ["100", "10⁵", "10⁸", "10¹¹", "10¹⁴", "10¹⁷", "10²⁰", "10²³"]);
        assert_eq!(labels(&Axis::log(-50.0, 2000.0, 1.0)), ["−10", "−1", "0", "1", "10", "100", "1000"]);
    }

    #[test]
    fn middle_and_ends_fall_where_they_should() {
        for axis in [Axis::linear(-2.0, 6.0), Axis::log(0.0, 1e24, 1.0), Axis::log(-1e6, 1e6, 0.1)] {
            assert_eq!((axis.map(&axis.range().start, (10, 90)), axis.map(&axis.range().end, (10, 90))), (10, 90));
            let edges = axis.edges(4);
            assert_eq!(edges.iter().map(|e| axis.map(e, (0, 400))).collect::<Vec<_>>(), [0, 100, 200, 300, 400]);
        }
    }

    #[test]
    fn no_values_make_a_senseless_axis() {
        let odd: [&[f64]; 9] = [
            &[],
            &[f64::NAN, f64::INFINITY],
            &[3.0],
            &[0.0, 0.0],
            &[1e300, -1e300, 0.0, 1.0],
            &[f64::MAX, f64::MIN],
            &[f64::MAX, f64::MIN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            &[5e-324, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            &[1e24, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        ];
        for values in odd {
            let axis = Axis::fitting(values.iter().copied());
            let edges = axis.edges(10);
            assert!(edges.windows(2).all(|w| w[0] < w[1]), "{values:?}: {edges:?}");
            assert!(edges.iter().all(|e| (0..=1000).contains(&axis.map(e, (0, 1000)))), "{values:?}");
            assert!(!axis.ticks.is_empty() && axis.ticks.len() <= 2 * MOST_TICKS, "{values:?}: {:?}", axis.ticks);
        }
    }
}
