//! A moment as values: sine and cosine of the hour of the day, and of the day of the week.

use std::f64::consts::TAU;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::data::container::Fields;
use crate::error::Result;

const DAY: f64 = 86_400.0;
const WEEK: f64 = 7.0 * DAY;

/// What of a moment its column's format has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Calendar {
    format: Arc<str>,
    hour: bool,
    weekday: bool,
}

impl Calendar {
    /// Of times written in this format.
    pub fn of(format: &str) -> Calendar {
        let (hour, weekday) = (format.contains(":%M"), format.contains("%d"));
        Calendar { format: format.into(), hour: hour || !weekday, weekday }
    }

    pub fn format(&self) -> Arc<str> {
        self.format.clone()
    }

    /// Number of values.
    pub fn width(&self) -> usize {
        2 * (usize::from(self.hour) + usize::from(self.weekday))
    }

    /// Appends the values of a moment in seconds since 1970; NaN for one that is missing.
    pub fn expand(&self, seconds: f64, values: &mut Vec<f64>) {
        let mut add = |period: f64| {
            let turn = TAU * (seconds.rem_euclid(period) / period);
            values.extend([turn.sin(), turn.cos()]);
        };
        if self.hour {
            add(DAY);
        }
        if self.weekday {
            // By whole days: the hour is told apart.
            let days = (seconds / DAY).floor() * DAY;
            let turn = TAU * (days.rem_euclid(WEEK) / WEEK);
            values.extend([turn.sin(), turn.cos()]);
        }
    }

    pub fn to_json(&self) -> Value {
        json!({"kind": "time", "format": &*self.format})
    }

    /// What [`Calendar::to_json`] made.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] without a format.
    pub fn read(fields: &Fields) -> Result<Calendar> {
        Ok(Self::of(fields.str("format")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_and_the_week_go_round() {
        let values = |format: &str, seconds: f64| {
            let mut values = Vec::new();
            Calendar::of(format).expand(seconds, &mut values);
            values
        };
        let near = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        // The first of January 1970, six o'clock.
        assert!(near(&values("%Y-%m-%d %H:%M", 21_600.0), &[1.0, 0.0, 0.0, 1.0]));
        assert!(near(&values("%H:%M", -21_600.0), &[-1.0, 0.0]));
        assert_eq!(values("%Y-%m-%d", 0.0), values("%Y-%m-%d", WEEK));
        assert_ne!(values("%Y-%m-%d", 0.0), values("%Y-%m-%d", DAY));
        assert!(values("%Y-%m-%d %H:%M", f64::NAN).iter().all(|v| v.is_nan()));
    }
}
