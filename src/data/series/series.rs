//! One series: `C` channels, each with its own number of values, stored one behind the other.

/// One series of `C` channels; the channels may differ in length, none is empty, every value is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    values: Vec<f64>,
    /// Where each channel ends in `values`.
    ends: Vec<usize>,
}

impl Series {
    /// A case from its channels.
    ///
    /// # Errors
    /// A sentence naming the first channel that is empty or holds a value that is not finite, or saying that there are
    /// no channels.
    pub fn new<V: AsRef<[f64]>>(channels: &[V]) -> Result<Series, String> {
        let mut case = Series::without_channels();
        for (c, channel) in channels.iter().enumerate() {
            case.push_channel(channel.as_ref()).map_err(|problem| format!("channel {c}: {problem}"))?;
        }
        if case.ends.is_empty() { Err("a series needs at least one channel".into()) } else { Ok(case) }
    }

    /// What channels are added to; no case until there is one.
    pub(in crate::data) fn without_channels() -> Series {
        Series { values: Vec::new(), ends: Vec::new() }
    }

    /// Adds a channel behind the others; see [`Series::new`] for the errors.
    pub(in crate::data) fn push_channel(&mut self, channel: &[f64]) -> Result<(), String> {
        if channel.is_empty() {
            return Err("no values; give the channel at least one".into());
        }
        if let Some(t) = channel.iter().position(|v| !v.is_finite()) {
            return Err(format!(
                "value {} at time {t} is not a finite number; write a number, or mark it as missing",
                channel[t]
            ));
        }
        self.values.extend_from_slice(channel);
        self.ends.push(self.values.len());
        Ok(())
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.ends.len()
    }
    /// The values of channel `c`.
    pub fn channel(&self, c: usize) -> &[f64] {
        let start = if c == 0 { 0 } else { self.ends[c - 1] };
        &self.values[start..self.ends[c]]
    }
    /// Length of the longest channel.
    pub fn longest(&self) -> usize {
        (0..self.channels()).map(|c| self.channel(c).len()).max().unwrap_or(0)
    }
    /// All values, channel after channel: the flattened series.
    pub fn flat(&self) -> &[f64] {
        &self.values
    }
}
