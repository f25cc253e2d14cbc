//! When readings were taken: cells become times, and a time that comes too late or too early is a gap.

use crate::data::dialect::{DateFormat, date_formats};

/// Steps from which two readings do not follow each other: one that is missing is borne.
const GAP: f64 = 2.5;

/// How a time is written.
enum Way {
    Number,
    Date(DateFormat),
}

impl Way {
    fn read(&self, text: &str) -> Option<f64> {
        match self {
            Way::Number => text.replace(',', ".").parse().ok().filter(|time: &f64| time.is_finite()),
            Way::Date(format) => format.seconds(text),
        }
    }
}

/// Reads the times of a column, all written in the first way in which those so far can be.
#[derive(Default)]
pub(super) struct Clock {
    /// `None` before the first.
    ways: Option<Vec<Way>>,
}

impl Clock {
    /// The time in seconds, or in the unit of a column of numbers; `None` if it is not written as those before.
    pub fn read(&mut self, text: &str) -> Option<f64> {
        let text = text.trim();
        let ways = self.ways.get_or_insert_with(|| {
            let dates = date_formats(text).into_iter().map(Way::Date);
            [Way::Number].into_iter().chain(dates).filter(|way| way.read(text).is_some()).collect()
        });
        let (at, time) = ways.iter().enumerate().find_map(|(at, way)| Some((at, way.read(text)?)))?;
        ways.drain(..at);
        Some(time)
    }

    /// Forgets a first time that could not be read.
    pub fn forget_nothing(&mut self) {
        if self.ways.as_ref().is_some_and(Vec::is_empty) {
            self.ways = None;
        }
    }
}

/// The usual one of times between readings: their median, of those that are positive.
pub(super) fn usual(steps: impl Iterator<Item = f64>) -> Option<f64> {
    let mut steps: Vec<f64> = steps.filter(|step| *step > 0.0 && step.is_finite()).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied()
}

/// Whether a reading at `time` does not follow one at `before`, where they are usually `step` apart.
pub(super) fn is_gap(before: f64, time: f64, step: Option<f64>) -> bool {
    let passed = time - before;
    passed < 0.0 || step.is_some_and(|step| passed > GAP * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_one_way_that_all_are_written_in() {
        let mut clock = Clock::default();
        assert_eq!(clock.read("01/02/2024 00:00"), Some(1_706_745_600.0), "the first of February");
        assert_eq!(clock.read("02/13/2024 00:00"), Some(1_707_782_400.0), "so it was the second of January");
        assert_eq!(clock.read("13/02/2024 00:00"), None);
        let mut clock = Clock::default();
        assert_eq!((clock.read("soon"), clock.read("7")), (None, None));
        clock.forget_nothing();
        assert_eq!((clock.read("7"), clock.read("7,5"), clock.read("inf")), (Some(7.0), Some(7.5), None));
    }

    #[test]
    fn gaps_are_seen_by_the_usual_step() {
        let step = usual([60.0, 60.0, 61.0, 3600.0, -5.0, 0.0, f64::INFINITY].into_iter());
        assert_eq!(step, Some(61.0));
        assert!(is_gap(0.0, 3600.0, step) && !is_gap(0.0, 122.0, step) && is_gap(9.0, 8.0, step));
        assert!(!is_gap(0.0, 1e9, None) && !is_gap(5.0, 5.0, None) && usual([].into_iter()).is_none());
    }
}
