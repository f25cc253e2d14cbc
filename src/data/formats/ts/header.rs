//! The header of a `.ts` file: `@key value` lines up to `@data`, keys in any case and order.

use crate::error::short;

const TIME_STAMPS: &str = "time stamps are not supported: resample to even steps, write the bare values and say \
                           `@timestamps false`";

/// What the header of a `.ts` file says; keys that are absent are `None`.
#[derive(Debug, Default)]
pub(super) struct TsHeader {
    /// `@dimensions`, or 1 after `@univariate true`.
    pub channels: Option<usize>,
    /// `@equallength true`: the length of every channel as far as it is known.
    pub equal_length: bool,
    /// `@serieslength`, if `@equallength` is true.
    pub length: Option<usize>,
    /// `@classlabel true`: lines end in a label, one of these; any label if the list is empty.
    pub classes: Option<Vec<String>>,
}

impl TsHeader {
    /// Reads one `@key value` line. Returns true at `@data`; unknown keys are ignored.
    pub fn read_line(&mut self, line: &str) -> Result<bool, String> {
        let (key, value) = line.split_once(char::is_whitespace).map_or((line, ""), |(k, v)| (k, v.trim()));
        match key.to_ascii_lowercase().as_str() {
            "@data" => return self.finish().map(|()| true),
            "@timestamps" if boolean(key, value)? => return Err(TIME_STAMPS.into()),
            "@missing" => drop(boolean(key, value)?),
            "@univariate" if boolean(key, value)? => self.set_channels(1)?,
            "@dimensions" | "@dimension" => self.set_channels(count(key, value)?)?,
            "@equallength" => self.equal_length = boolean(key, value)?,
            "@serieslength" => self.length = Some(count(key, value)?),
            "@classlabel" | "@targetlabel" => self.set_classes(key, value)?,
            _ => {}
        }
        Ok(false)
    }

    fn set_channels(&mut self, channels: usize) -> Result<(), String> {
        match self.channels.replace(channels) {
            Some(other) if other != channels => {
                Err(format!("the header says both {other} and {channels} dimensions (`@univariate true` means 1)"))
            }
            _ => Ok(()),
        }
    }

    fn set_classes(&mut self, key: &str, value: &str) -> Result<(), String> {
        let mut words = value.split_whitespace();
        let labelled = boolean(key, words.next().unwrap_or(""))?;
        self.classes = labelled.then(|| words.map(str::to_owned).collect());
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        if !self.equal_length {
            // Files of unequal lengths sometimes give the longest one here.
            self.length = None;
        }
        Ok(())
    }
}

fn boolean(key: &str, value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{}` is followed by `{}`; write `true` or `false`", short(key), short(value))),
    }
}

fn count(key: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{}` is followed by `{}`; write a whole number of at least 1", short(key), short(value))),
    }
}
