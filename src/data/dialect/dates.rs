//! Dates and times of day as people write them; the zone, if there is one, is passed over: what counts is the clock.

use jiff::civil::{Date, Time};
use jiff::fmt::strtime;

/// How a column's dates are written, as `strftime` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::data) struct DateFormat(String);

const DATES: [&str; 11] = [
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%d-%b-%Y",
    "%d %b %Y", "%d.%m.%y",
];
const TIMES: [&str; 7] = ["", " %H:%M:%S%.f", "T%H:%M:%S%.f", " %H:%M", "T%H:%M", " %I:%M:%S %p", " %I:%M %p"];
const TIMES_ALONE: [&str; 2] = ["%H:%M:%S%.f", "%H:%M"];

/// Longest text that is looked at.
const LONGEST: usize = 48;

impl DateFormat {
    /// The format called so, if it is one of those there are.
    pub fn named(name: &str) -> Option<DateFormat> {
        all().find(|format| format.0 == name)
    }
    /// As `strftime` says it.
    pub fn name(&self) -> &str {
        &self.0
    }
    /// Seconds since 1970 as on the clock, of a time alone since midnight; `None` if `text` is not written so.
    pub fn seconds(&self, text: &str) -> Option<f64> {
        let text = without_zone(text.trim());
        if !may_be_date(text) {
            return None;
        }
        let parsed = strtime::parse(&self.0, text).ok()?;
        let date = if self.0.contains("%d") { parsed.to_date().ok()? } else { Date::constant(1970, 1, 1) };
        let time = if self.0.contains(":%M") { parsed.to_time().ok()? } else { Time::midnight() };
        let days = f64::from(date.since(Date::constant(1970, 1, 1)).ok()?.get_days());
        let of_day = f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0 + f64::from(time.second());
        Some(days * 86_400.0 + of_day + f64::from(time.subsec_nanosecond()) * 1e-9)
    }
}

/// The formats that `cell` may be written in, those with the day before the month first.
pub(in crate::data) fn date_formats(cell: &str) -> Vec<DateFormat> {
    all().filter(|format| format.seconds(cell).is_some()).collect()
}

fn all() -> impl Iterator<Item = DateFormat> {
    let dated = DATES.iter().flat_map(|date| TIMES.iter().map(move |time| DateFormat(format!("{date}{time}"))));
    dated.chain(TIMES_ALONE.iter().map(|&time| DateFormat(time.to_owned())))
}

/// The first format in which all of `cells` are written; `None` if there is none, or no cell. Where day and month cannot be told
/// apart, the day comes first.
pub(in crate::data) fn date_format<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Option<DateFormat> {
    let first = cells.clone().next()?;
    all()
        .filter(|format| format.seconds(first).is_some())
        .find(|format| cells.clone().all(|cell| format.seconds(cell).is_some()))
}

/// Whether it begins with a digit and has at least one sign within, which most cells do not have.
fn may_be_date(text: &str) -> bool {
    let inner = text.as_bytes();
    inner.len() >= 4
        && inner.len() <= LONGEST
        && inner[0].is_ascii_digit()
        && inner[1..].iter().any(|b| b"-/.: ".contains(b))
}

/// Without `Z`, `UTC` or an offset behind a time of day.
fn without_zone(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let bare = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix("UTC")).unwrap_or(text).trim_end();
    match bare[colon..].find(['+', '-']) {
        Some(sign) => bare[..colon + sign].trim_end(),
        None => bare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<f64> {
        date_format(std::iter::once(text))?.seconds(text)
    }

    #[test]
    fn dates_as_people_write_them_are_moments_on_the_clock() {
        let want = 1_706_704_200.0;
        for text in [
            "2024-01-31 12:30",
            "2024-01-31T12:30:00Z",
            "2024-01-31T12:30:00+02:00",
            "2024/01/31 12:30:00",
            "31.01.2024 12:30",
            "31/01/2024 12:30",
            "01/31/2024 12:30:00",
            "31-Jan-2024 12:30",
            "01/31/2024 12:30 PM",
            "2024-01-31 12:30:00 UTC",
        ] {
            assert_eq!(seconds(text), Some(want), "{text}");
        }
        assert_eq!(seconds("2024-01-31T12:30:00.25"), Some(want + 0.25));
        assert_eq!(seconds("12:30"), Some(45_000.0));
        assert_eq!(seconds("1970-01-02"), Some(86_400.0));
        for text in ["1.5", "2024", "12", "1-2", "10.0.0.1", "31.02.2024", "2024-13-01", "1e5", "a:b", ""] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn all_cells_of_a_column_decide_which_is_the_month() {
        let format = date_format(["01/02/2024", "01/13/2024"].into_iter()).unwrap();
        assert_eq!(format.name(), "%m/%d/%Y");
        assert_eq!(date_format(["01/02/2024", "13/02/2024"].into_iter()).unwrap().name(), "%d/%m/%Y");
        assert_eq!(date_format(["01/02/2024", "soon"].into_iter()), None);
        assert_eq!(DateFormat::named("%m/%d/%Y"), Some(format));
        assert_eq!(DateFormat::named("%q"), None);
    }
}
