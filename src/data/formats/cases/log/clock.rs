//! When readings were taken: cells become times, and a time that comes too late or too early is a gap.
//!
//! `03/04/2026` is read with the day first or the month first. Which it is shows at a day beyond 12, or where readings follow each other
//! in one of them and not in the other.

use crate::data::dialect::{DateFormat, date_formats};

/// Steps from which two readings do not follow each other: one that is missing is borne.
const GAP: f64 = 2.5;

/// What times that are numbers are called.
const NUMBER: &str = "number";

/// How a time is written.
#[derive(Clone, Debug)]
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

    fn name(&self) -> &str {
        match self {
            Way::Number => NUMBER,
            Way::Date(format) => format.name(),
        }
    }
}

/// When a reading was taken, in each way in which its time can be read.
pub(super) type Times = Vec<Option<f64>>;

/// Reads the times of a column, all in one way: at first there may be several.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ways: Vec<Way>,
    /// Which of them all times so far can be read in.
    open: Vec<bool>,
}

impl Clock {
    /// One that reads times as `format` says, if that is known.
    pub fn new(format: Option<&str>) -> Clock {
        let way = match format {
            Some(NUMBER) => Some(Way::Number),
            Some(name) => DateFormat::named(name).map(Way::Date),
            None => None,
        };
        let ways: Vec<Way> = way.into_iter().collect();
        Clock { open: vec![true; ways.len()], ways }
    }

    /// The name of the way in which times are read, once one was; and whether there were others.
    pub fn format(&self) -> Option<(&str, bool)> {
        let way = self.ways.iter().zip(&self.open).find(|(_, open)| **open)?.0;
        Some((way.name(), self.ways.len() > 1))
    }

    /// The time in seconds, or in the unit of a column of numbers; `None` if it is not written as those before.
    pub fn read(&mut self, text: &str) -> Option<Times> {
        let text = text.trim();
        if self.ways.is_empty() {
            let dates = date_formats(text).into_iter().map(Way::Date);
            self.ways = [Way::Number].into_iter().chain(dates).filter(|way| way.read(text).is_some()).collect();
            self.open = vec![true; self.ways.len()];
        }
        let times: Times = self.ways.iter().map(|way| way.read(text)).collect();
        let still: Vec<bool> = times.iter().zip(&self.open).map(|(time, open)| *open && time.is_some()).collect();
        still.contains(&true).then(|| {
            self.open = still;
            times
        })
    }

    /// The time from one reading to another, in the first way that is open.
    pub fn passed(&self, before: &Times, now: &Times) -> Option<f64> {
        let at = self.open.iter().position(|open| *open)?;
        Some((*now.get(at)?)? - (*before.get(at)?)?)
    }

    /// Whether a reading does not follow another, where they are usually `step` apart. Ways in which it does not are closed where
    /// there is one in which it does.
    pub fn is_gap(&mut self, before: &Times, now: &Times, step: Option<f64>) -> bool {
        let follows = |at: usize| {
            let passed = before.get(at).copied().flatten().zip(now.get(at).copied().flatten()).map(|(b, n)| n - b);
            passed.is_some_and(|passed| passed >= 0.0 && step.is_none_or(|step| passed <= GAP * step))
        };
        let follow: Vec<bool> = (0..self.ways.len()).map(|at| self.open[at] && follows(at)).collect();
        let gap = !follow.contains(&true);
        if !gap && step.is_some() {
            self.open = follow;
        }
        gap
    }
}

/// The usual one of times between readings: their median, of those that are positive.
pub(super) fn usual(steps: impl Iterator<Item = f64>) -> Option<f64> {
    let mut steps: Vec<f64> = steps.filter(|step| *step > 0.0 && step.is_finite()).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_one_way_that_all_are_written_in() {
        let mut clock = Clock::default();
        let first = |times: Option<Times>| times.and_then(|times| times.into_iter().flatten().next());
        assert_eq!(first(clock.read("01/02/2024 00:00")), Some(1_706_745_600.0), "the first of February");
        assert_eq!(first(clock.read("02/13/2024 00:00")), Some(1_707_782_400.0), "so it was the second of January");
        assert_eq!(clock.format(), Some(("%m/%d/%Y %H:%M", true)));
        assert_eq!(clock.read("13/02/2024 00:00"), None);
        let mut clock = Clock::default();
        assert_eq!((clock.read("soon"), first(clock.read("7"))), (None, Some(7.0)));
        assert_eq!(
            (first(clock.read("7,5")), clock.read("inf"), clock.format()),
            (Some(7.5), None, Some((NUMBER, false)))
        );
        let mut clock = Clock::new(Some("%m/%d/%Y"));
        assert_eq!((first(clock.read("01/02/2024")), clock.read("2024-01-02")), (Some(1_704_153_600.0), None));
    }

    #[test]
    fn readings_that_follow_each_other_say_which_is_the_month() {
        let mut clock = Clock::default();
        let times: Vec<Times> =
            ["03/04/2026 23:00", "03/05/2026 00:00"].iter().map(|text| clock.read(text).unwrap()).collect();
        assert!(!clock.is_gap(&times[0], &times[1], Some(3600.0)));
        assert_eq!(clock.format(), Some(("%m/%d/%Y %H:%M", true)));
    }

    #[test]
    fn gaps_are_seen_by_the_usual_step() {
        let step = usual([60.0, 60.0, 61.0, 3600.0, -5.0, 0.0, f64::INFINITY].into_iter());
        assert_eq!(step, Some(61.0));
        let mut clock = Clock::default();
        let mut gap = |before: &str, now: &str, step| {
            let (before, now) = (clock.read(before).unwrap(), clock.read(now).unwrap());
            clock.is_gap(&before, &now, step)
        };
        assert!(gap("0", "3600", step) && !gap("0", "122", step) && gap("9", "8", step));
        assert!(!gap("0", "1e9", None) && !gap("5", "5", None) && usual([].into_iter()).is_none());
    }
}
