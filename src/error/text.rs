//! Text of others in messages: column names, labels, cells, file names, names in model files.
//!
//! Such text may hold anything, and a message is read on a terminal. So characters that do something there, or that nobody
//! sees (control characters, line ends, marks that turn the direction of writing, characters of no width), are written as
//! escapes, and what is long is cut and followed by its length. Data on stdout are never changed so.

use std::fmt::Write as _;
use std::path::Path;

/// Characters of a name or a cell that are shown.
const SHOWN: usize = 60;
/// Characters of a path that are shown: a person needs its end.
const SHOWN_OF_PATH: usize = 240;
/// Names of a list that are shown.
const LISTED: usize = 8;
/// Characters of a whole message.
const LONGEST: usize = 3000;

/// What is wrong with text that holds a NUL byte.
#[cfg(feature = "cli")]
pub(crate) const NUL: &str = "a NUL byte, as UTF-16 has and files that are no text; save the file as UTF-8 text";

/// Whether a character does something to a terminal or to the text around it, or is not seen.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, marks of direction, line and paragraph ends, characters of no width, tags.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The first `most` characters with hidden ones as escapes, and the number of all if there are more; `marks`: also
/// quotation marks and backslashes are escaped.
fn escaped(text: &str, most: usize, marks: bool) -> (String, Option<usize>) {
    let mut out = String::with_capacity(text.len().min(2 * most));
    for c in text.chars().take(most) {
        match c {
            c if is_hidden(c) => out.extend(c.escape_default()),
            '"' | '\\' if marks => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    let cut = text.char_indices().nth(most).is_some();
    (out, cut.then(|| text.chars().count()))
}

/// A name as it may stand in a message that has its own marks around it, or in a figure.
pub(crate) fn short(text: &str) -> String {
    match escaped(text, SHOWN, false) {
        (start, None) => start,
        (start, Some(length)) => format!("{start}… ({length} characters)"),
    }
}

/// A name or a cell in quotation marks, with its length behind them if it is cut.
pub(crate) fn quoted(text: &str) -> String {
    match escaped(text, SHOWN, true) {
        (all, None) => format!("\"{all}\""),
        (start, Some(length)) => format!("\"{start}…\" ({length} characters)"),
    }
}

/// A path as it may stand in a message.
pub(crate) fn place(path: impl AsRef<Path>) -> String {
    let path = path.as_ref().to_string_lossy();
    match escaped(&path, SHOWN_OF_PATH, false) {
        (all, None) => all,
        (start, Some(length)) => format!("{start}… ({length} characters)"),
    }
}

/// Some names, quoted; of many the first ones and their number.
pub(crate) fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let (mut out, mut count) = (String::new(), 0);
    for name in names {
        count += 1;
        if count <= LISTED {
            // Writing to a string does not fail.
            let _ = write!(out, "{}{}", if count > 1 { ", " } else { "" }, quoted(name.as_ref()));
        }
    }
    if count > LISTED {
        let _ = write!(out, ", … ({count} in all)");
    }
    out
}

/// A page or a picture: what is hidden is made visible, but for line ends.
#[cfg(feature = "report")]
pub(crate) fn visible(page: &str) -> String {
    if !page.chars().any(|c| is_hidden(c) && c != '\n') {
        return page.to_owned();
    }
    let mut out = String::with_capacity(page.len());
    for c in page.chars() {
        if is_hidden(c) && c != '\n' { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// A whole message: what slipped through as it was is made visible, and its length is bounded.
pub(super) fn message(text: &str) -> String {
    match escaped(text, LONGEST, false) {
        (all, None) => all,
        (start, Some(length)) => format!("{start}… ({length} characters)"),
    }
}

/// At which byte a sentence `what is wrong; what to do` falls apart: at its last semicolon that stands neither in quotation
/// marks, backquotes nor parentheses.
pub(super) fn hint_at(sentence: &str) -> Option<usize> {
    let (mut found, mut quote, mut depth, mut escape) = (None, None, 0usize, false);
    for (at, c) in sentence.char_indices() {
        match (quote, c) {
            _ if escape => escape = false,
            (Some('"'), '\\') => escape = true,
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ';') if depth == 0 && sentence[at..].starts_with("; ") => found = Some(at),
            (None, _) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_made_visible() {
        for (text, want) in [
            ("plain ä 漢 e\u{301}", "plain ä 漢 e\u{301}"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("two\r\nlines\t", "two\\r\\nlines\\t"),
            ("\u{202e}evil\u{202c} \u{2066}x\u{2069}", "\\u{202e}evil\\u{202c} \\u{2066}x\\u{2069}"),
            ("zero\u{200b}width\u{feff}\u{2060}", "zero\\u{200b}width\\u{feff}\\u{2060}"),
            ("\u{9b}31m\u{7f}\u{85}", "\\u{9b}31m\\u{7f}\\u{85}"),
        ] {
            assert_eq!(short(text), want);
            assert_eq!(quoted(text), format!("\"{want}\""));
            assert_eq!(place(text), want);
            assert_eq!(message(text), want);
        }
        assert_eq!(quoted("a\"b\\"), "\"a\\\"b\\\\\"");
    }

    #[test]
    fn what_is_long_is_cut_and_says_how_long_it_is() {
        assert_eq!(quoted(&"ä".repeat(60)), format!("\"{}\"", "ä".repeat(60)));
        assert_eq!(quoted(&"ä".repeat(61)), format!("\"{}…\" (61 characters)", "ä".repeat(60)));
        assert_eq!(short(&"q".repeat(100_000)), format!("{}… (100000 characters)", "q".repeat(60)));
        assert!(message(&"\u{1b}".repeat(1 << 20)).len() < 20_000);
        assert_eq!(listed(["a", "b\n"]), "\"a\", \"b\\n\"");
        let many: Vec<String> = (0..100).map(|i| i.to_string()).collect();
        assert!(listed(&many).ends_with("\"7\", … (100 in all)"));
    }

    #[test]
    fn sentences_fall_apart_at_what_to_do() {
        let parts = |text: &'static str| hint_at(text).map(|at| (&text[..at], &text[at + 2..]));
        assert_eq!(parts("no such file; check the path"), Some(("no such file", "check the path")));
        assert_eq!(parts("\"a; b\" is no number (x; y); mend it"), Some(("\"a; b\" is no number (x; y)", "mend it")));
        assert_eq!(parts("one; two; three"), Some(("one; two", "three")));
        assert_eq!(parts("`a; b` and \"\\\"; c\""), None);
        assert_eq!(parts("nothing to do"), None);
    }
}
