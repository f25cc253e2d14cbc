//! Numbers with a decimal sign and marks between thousands: `1.234,5` with `,` and `.` is 1234.5.

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) struct Numbers {
    /// The sign before decimals, `.` or `,`.
    pub decimal: char,
    /// What stands between thousands.
    pub thousands: Option<char>,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { decimal: '.', thousands: None }
    }
}

/// Spaces that are written between thousands.
pub(in crate::data) const SPACES: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\u{2007}'];

/// Apostrophes that are.
const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

impl Numbers {
    /// The number that `text` is, without spaces around it; `None` if it is none. What is too large comes out infinite.
    pub fn parse(&self, text: &str) -> Option<f64> {
        if *self == Numbers::default() {
            return text.parse().ok();
        }
        // Words that Rust takes for numbers have neither signs nor marks.
        if !text.contains(|c: char| c.is_ascii_digit()) {
            return text.parse().ok();
        }
        let grouped = self.thousands.filter(|&mark| text.contains(|c| is_mark(c, mark)));
        let mut plain = match grouped {
            Some(mark) => {
                let (whole, rest) = split_whole(text, self.decimal);
                if !looks_grouped(whole, mark) || rest.contains(|c| is_mark(c, mark)) {
                    return None;
                }
                whole.chars().filter(|&c| !is_mark(c, mark)).chain(rest.chars()).collect()
            }
            None => text.to_owned(),
        };
        if self.decimal == ',' {
            if plain.contains('.') {
                return None;
            }
            plain = plain.replace(',', ".");
        }
        plain.parse().ok()
    }
}

fn is_mark(c: char, mark: char) -> bool {
    let either = |kind: &[char]| kind.contains(&mark) && kind.contains(&c);
    c == mark || either(&SPACES) || either(&APOSTROPHES)
}

/// What stands before the decimal sign or the exponent, and the rest.
fn split_whole(text: &str, decimal: char) -> (&str, &str) {
    text.split_at(text.find([decimal, 'e', 'E']).unwrap_or(text.len()))
}

/// Whether `whole` is digits in threes with `mark` between them, at least two groups.
pub(super) fn looks_grouped(whole: &str, mark: char) -> bool {
    let mut groups = whole.trim_start_matches(['+', '-']).split(|c| is_mark(c, mark));
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let mut others = 0;
    first
        && groups.all(|group| {
            others += 1;
            group.len() == 3 && digits(group)
        })
        && others > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_marks_are_read_where_they_belong() {
        let of = |decimal, thousands, text| Numbers { decimal, thousands }.parse(text);
        assert_eq!(of(',', None, "-1,5e3"), Some(-1500.0));
        assert_eq!(of(',', Some('.'), "1.234,5"), Some(1234.5));
        assert_eq!(of(',', None, "1.5"), None);
        assert_eq!(of('.', Some(','), "12,345,678.25"), Some(12_345_678.25));
        assert_eq!(of('.', Some(' '), "1\u{a0}234"), Some(1234.0));
        assert_eq!(of('.', Some('\''), "1\u{2019}234"), Some(1234.0));
        assert_eq!(of(',', Some(' '), "12"), Some(12.0));
        for wrong in ["1,23", "1,2345", ",123", "1,234,5", "1.5,000", "1234,567"] {
            assert_eq!(of('.', Some(','), wrong), None, "{wrong}");
        }
        assert!(of(',', None, "nan").unwrap().is_nan());
    }
}
