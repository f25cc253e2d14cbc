//! The encoder's settings.

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::{Bounds, Result};

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
            if fields.is_null(key) { Ok(None) } else { fields.usize(key).map(Some) }
        };
        let sizes =
            |key: &str| -> Result<Vec<usize>> { Ok(fields.numbers(key)?.into_iter().map(|v| v as usize).collect()) };
        let options = EncoderOptions {
            mixed_channels: optional("mixed_channels")?,
            shift: fields.f64("shift")?,
            filters: fields.usize("filters")?,
            taps: sizes("taps")?,
            group: fields.usize("group")?,
            segments: sizes("segments")?,
            slope: fields.f64("slope")? as f32,
            quantiles: fields.numbers("quantiles")?,
            length: optional("length")?,
            ..EncoderOptions::default()
        };
        options.check().map_err(|e| fields.unsound(&e))?;
        Ok(options)
    }

    /// # Errors
    /// [`crate::Error::Usage`] naming the setting and what it must be.
    pub(super) fn check(&self) -> Result<()> {
        let bounds = Bounds("series encoder".into());
        bounds.size("views", self.views, 1..=4096)?;
        bounds.size("mixed_channels", self.mixed_channels.unwrap_or(1), 1..=1024)?;
        bounds.size("shift", self.shift, 0.0..=1000.0)?;
        bounds.size("filters", self.filters, 1..=4096)?;
        bounds.size("group", self.group, 1..=4096)?;
        bounds.size("components", self.components, 1..=4096)?;
        bounds.size("length", self.length.unwrap_or(1), 1..=1 << 20)?;
        bounds.size("number of taps", self.taps.len(), 1..=64)?;
        bounds.size("number of segments", self.segments.len(), 1..=64)?;
        bounds.size("number of quantiles", self.quantiles.len(), 0..=64)?;
        for &taps in &self.taps {
            if !(1..=255).contains(&taps) || taps % 2 == 0 {
                bounds.refuse("taps", taps, "be odd and at most 255")?;
            }
        }
        self.segments.iter().try_for_each(|&segments| bounds.size("segments", segments, 1..=1024))?;
        self.quantiles.iter().try_for_each(|&quantile| bounds.size("quantiles", quantile, 0.0..=1.0))?;
        if !(0.0..1.0).contains(&self.slope) {
            bounds.refuse("slope", self.slope, "lie in [0, 1)")?;
        }
        let segments = self.segments.iter().copied().max().unwrap_or(1);
        let statistics = self.filters * segments * (1 + self.quantiles.len());
        bounds.size("filters times segments times statistics", statistics, 1..=65_536)
    }
}
