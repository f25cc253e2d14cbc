//! The encoder's settings.

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::{Error, Result};

/// Settings of a [`super::SeriesEncoder`]; the default was chosen on NATOPS and RacketSports alone.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderOptions {
    /// Number `K` of views.
    pub views: usize,
    /// Channels `C'` of a view; `None` is 4 up to 8 channels and 8 beyond.
    pub mixed_channels: Option<usize>,
    /// Standard deviation of the shifts `b_k`.
    pub shift: f64,
    /// Convolution filters of a view.
    pub filters: usize,
    /// Numbers of taps, taken in turn by the filter groups of a view.
    pub taps: Vec<usize>,
    /// Filters that share taps and dilation.
    pub group: usize,
    /// Numbers of time segments, taken in turn by the views.
    pub segments: Vec<usize>,
    /// Slope of the leaky ReLU below zero.
    pub slope: f32,
    /// Quantiles of a filter's responses on normal cases; the shares of time above them are features.
    pub quantiles: Vec<f64>,
    /// Most features `m` of a view; half the number of training cases if that is less.
    pub components: usize,
    /// Length every channel is resampled to; `None` is the longest training series.
    pub length: Option<usize>,
}

impl Default for EncoderOptions {
    fn default() -> Self {
        EncoderOptions {
            views: 9,
            mixed_channels: None,
            shift: 0.2,
            filters: 32,
            taps: vec![3, 5, 7, 9],
            group: 8,
            segments: vec![1, 2],
            slope: 0.2,
            quantiles: vec![0.25, 0.5, 0.75],
            components: 32,
            length: None,
        }
    }
}

impl EncoderOptions {
    /// All settings but the numbers of views and components, as JSON with sorted keys.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "mixed_channels": self.mixed_channels, "shift": self.shift, "filters": self.filters, "taps": self.taps,
            "group": self.group, "segments": self.segments, "slope": f64::from(self.slope),
            "quantiles": self.quantiles, "length": self.length,
        })
    }

    /// The settings that [`EncoderOptions::to_json`] wrote.
    pub(super) fn read(fields: &Fields) -> Result<EncoderOptions> {
        let optional = |key: &str| -> Result<Option<usize>> {
            if fields.is_null(key) { Ok(None) } else { fields.usize_in(key, 1..=1 << 20).map(Some) }
        };
        let sizes =
            |key: &str| -> Result<Vec<usize>> { Ok(fields.numbers(key)?.into_iter().map(|v| v as usize).collect()) };
        let options = EncoderOptions {
            mixed_channels: optional("mixed_channels")?,
            shift: fields.f64("shift")?,
            filters: fields.usize_in("filters", 1..=1 << 20)?,
            taps: sizes("taps")?,
            group: fields.usize_in("group", 1..=1 << 20)?,
            segments: sizes("segments")?,
            slope: fields.f64("slope")? as f32,
            quantiles: fields.numbers("quantiles")?,
            length: optional("length")?,
            ..EncoderOptions::default()
        };
        options.check().map_err(|e| fields.error("segments", &format!("or another setting makes no sense ({e})")))?;
        Ok(options)
    }

    pub(super) fn check(&self) -> Result<()> {
        let problem = if self.views == 0 || self.filters == 0 || self.group == 0 || self.components == 0 {
            "views, filters, group and components must be at least 1"
        } else if self.mixed_channels == Some(0) || self.length == Some(0) {
            "mixed channels and length must be at least 1"
        } else if self.taps.is_empty() || self.taps.iter().any(|t| t % 2 == 0) {
            "taps must be odd, and there must be some"
        } else if self.segments.is_empty() || self.segments.contains(&0) {
            "segments must be at least 1, and there must be some"
        } else if self.quantiles.iter().any(|q| !(0.0..=1.0).contains(q)) {
            "quantiles must lie in [0, 1]"
        } else if !(self.shift >= 0.0 && self.shift.is_finite() && (0.0..1.0).contains(&self.slope)) {
            "the shift must be finite and not negative, the slope in [0, 1)"
        } else {
            return Ok(());
        };
        Err(Error::Usage(format!("series encoder: {problem}")))
    }
}
