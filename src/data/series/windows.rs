//! How series are cut out of a table of readings, one reading a row in the order of time: windows of a log, or cases one
//! below the other.

use serde_json::{Map, Value};

use crate::data::container::Fields;
use crate::data::{Column, ColumnKind};
use crate::error::Result;

/// Fewest readings of a window.
pub const SHORTEST_WINDOW: usize = 4;
/// Most readings of a window.
pub const LONGEST_WINDOW: usize = 1 << 20;

/// Where one series ends and the next begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Cut {
    /// Windows of `length` readings, the next one `stride` readings behind.
    Windows {
        /// Readings of a window, 4 to 2²⁰.
        length: usize,
        /// Readings from the beginning of one to that of the next, at least 1.
        stride: usize,
    },
    /// The readings with one value in this column, which follow each other, are a case.
    Cases {
        /// The column's name.
        column: String,
    },
}

/// How a table of readings becomes series.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// What a series is.
    pub cut: Cut,
    /// The column that says when a reading was taken: a date, or a number.
    pub time: Option<String>,
    /// The column that says which log a reading belongs to, where several stand in one table.
    pub group: Option<String>,
    /// Usual time from a reading to the next, in seconds, or in the unit of a column of numbers; `None`: found out from the
    /// first readings.
    pub step: Option<f64>,
    /// Whether cells may be missing: they are filled in from the readings before and after.
    pub missing: bool,
    /// How the times are written, as `strftime` says it, or `number`; `None`: found out.
    pub format: Option<String>,
    /// The columns that are channels, of numbers or truth values; `None`: those that the choice of columns says.
    pub channels: Option<Vec<Column>>,
    /// For training and calibration: windows share no reading, and lie up to an eighth of their length apart, which this
    /// seed draws. Windows that overlap are no independent cases, and windows at equal distances would know a rhythm in one
    /// phase alone.
    pub apart: Option<u64>,
}

impl Windows {
    /// The columns that are looked at and are no channels.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let case = match &self.cut {
            Cut::Cases { column } => Some(column.as_str()),
            Cut::Windows { .. } => None,
        };
        case.into_iter().chain(self.group.as_deref()).chain(self.time.as_deref())
    }

    /// Readings of a window, unless a series is a case.
    pub fn length(&self) -> Option<usize> {
        match self.cut {
            Cut::Windows { length, .. } => Some(length),
            Cut::Cases { .. } => None,
        }
    }

    /// What a model remembers, as an object.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        match &self.cut {
            Cut::Windows { length, stride } => {
                object.insert("length".into(), (*length).into());
                object.insert("stride".into(), (*stride).into());
            }
            Cut::Cases { column } => {
                object.insert("case".into(), column.clone().into());
            }
        }
        for (key, column) in [("time", &self.time), ("group", &self.group)] {
            column.as_ref().map(|column| object.insert(key.into(), column.clone().into()));
        }
        self.step.map(|step| object.insert("step".into(), step.into()));
        if self.missing {
            object.insert("missing".into(), true.into());
        }
        self.format.as_ref().map(|format| object.insert("format".into(), format.clone().into()));
        if let Some(channels) = &self.channels {
            let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
            object.insert("channels".into(), names.into());
            let truths = channels.iter().filter(|channel| channel.kind == ColumnKind::Truth);
            let truths: Vec<&str> = truths.map(|channel| channel.name.as_str()).collect();
            if !truths.is_empty() {
                object.insert("truths".into(), truths.into());
            }
        }
        object.into()
    }

    /// What [`Windows::to_json`] made.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field that makes no sense.
    pub fn read(fields: &Fields) -> Result<Windows> {
        let text = |key: &str| fields.contains(key).then(|| fields.str(key).map(str::to_owned)).transpose();
        let cut = match text("case")? {
            Some(column) => Cut::Cases { column },
            None => Cut::Windows {
                length: fields.usize_in("length", SHORTEST_WINDOW..=LONGEST_WINDOW)?,
                stride: fields.usize_in("stride", 1..=LONGEST_WINDOW)?,
            },
        };
        let step = if fields.contains("step") { Some(fields.f64("step")?) } else { None };
        if step.is_some_and(|step| !step.is_finite() || step <= 0.0) {
            return Err(fields.error("step", "is no time"));
        }
        let strings = |key: &str| if fields.contains(key) { fields.strings(key).map(Some) } else { Ok(None) };
        let truths = strings("truths")?.unwrap_or_default();
        let channel = |name: String| match truths.contains(&name) {
            true => Column { name, kind: ColumnKind::Truth },
            false => Column::number(name),
        };
        let channels = strings("channels")?.map(|names| names.into_iter().map(channel).collect());
        let format = text("format")?;
        let missing = fields.contains("missing") && fields.bool("missing")?;
        Ok(Windows { cut, time: text("time")?, group: text("group")?, step, missing, format, channels, apart: None })
    }
}
