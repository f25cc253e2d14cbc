//! What is known of how a file is written before it is read.

/// How a file of text is written; what is `None` is found out from its first rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// What separates cells.
    pub delimiter: Option<char>,
    /// The sign before decimals, `.` or `,`.
    pub decimal: Option<char>,
    /// What stands between thousands; a space stands for every kind of space.
    pub thousands: Option<char>,
    /// Lines that begin with it are comments. `None`: there are none.
    pub comment: Option<char>,
    /// Lines, first and last of each range, counted from 1, that are left out.
    pub skipped: Vec<(u64, u64)>,
    /// Whether the first line is one of names: `None` where its cells decide.
    pub header: Option<bool>,
    /// The name of the encoding. `None`: UTF-8, or what the first bytes say.
    pub encoding: Option<String>,
}

/// Whether line `line` is one of those left out.
#[cfg(feature = "cli")]
pub(in crate::data) fn line_is_skipped(skipped: &[(u64, u64)], line: u64) -> bool {
    skipped.iter().any(|&(first, last)| (first..=last).contains(&line))
}

impl Dialect {
    /// The same, and where it says nothing, what `other` says.
    pub fn or(self, other: &Dialect) -> Dialect {
        Dialect {
            delimiter: self.delimiter.or(other.delimiter),
            decimal: self.decimal.or(other.decimal),
            thousands: self.thousands.or(other.thousands),
            comment: self.comment.or(other.comment),
            skipped: if self.skipped.is_empty() { other.skipped.clone() } else { self.skipped },
            header: self.header.or(other.header),
            encoding: self.encoding.or_else(|| other.encoding.clone()),
        }
    }

    /// Whether it is that of plain comma-separated UTF-8 with decimal points, as far as it says anything.
    pub fn is_plain(&self) -> bool {
        let plain = |sign: Option<char>, usual: char| sign.is_none_or(|sign| sign == usual);
        plain(self.delimiter, ',')
            && plain(self.decimal, '.')
            && self.thousands.is_none()
            && self.comment.is_none()
            && self.skipped.is_empty()
            && self.header.is_none()
            && self.encoding.is_none()
    }
}
