//! One cell: bytes to a number, a truth value, a moment or a text, or a sentence that says why not.

use crate::data::dialect::{DateFormat, Numbers, SPACES, is_missing_number, is_missing_text};
use crate::error::{NUL, quoted};

/// The number in a cell, spaces around it allowed, written as `numbers` says (with a decimal point: what Rust reads as `f64`, so
/// also `+1`, `1e-3`, `.5`); `None` if it is missing.
///
/// # Errors
/// What is wrong and what to do, without the place.
pub(super) fn number(cell: &[u8], numbers: &Numbers) -> Result<Option<f64>, String> {
    let text = text(cell)?;
    match numbers.parse(text) {
        Some(value) if value.is_finite() => Ok(Some(value)),
        _ if is_missing_number(text) => Ok(None),
        Some(_) if text.bytes().any(|b| b.is_ascii_digit()) => {
            Err(format!("{} is too large for a 64-bit number; rescale the column", quoted(text)))
        }
        Some(_) => Err(format!("{} is not a finite number; fill in a number or remove the row", quoted(text))),
        None => Err(not_a_number(text, numbers)),
    }
}

/// The truth value in a cell as 1 or 0: true and false or yes and no in letters of any case, or a number that is 1 or 0; `None` if
/// it is missing.
///
/// # Errors
/// As [`number`].
pub(super) fn truth(cell: &[u8]) -> Result<Option<f64>, String> {
    let text = text(cell)?;
    match truth_value(text) {
        Some(value) => Ok(Some(value)),
        None if is_missing_number(text) => Ok(None),
        None => match text.parse::<f64>() {
            Ok(value) if value == 0.0 || value == 1.0 => Ok(Some(value)),
            _ => Err(format!("{} is no truth value, and the column's are; write true or false", quoted(text))),
        },
    }
}

/// What a word of truth says.
pub(super) fn truth_value(text: &str) -> Option<f64> {
    let one_of = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if one_of(["true", "yes"]) { Some(1.0) } else { one_of(["false", "no"]).then_some(0.0) }
}

/// The moment in a cell, in seconds; `None` if it is missing.
///
/// # Errors
/// As [`number`].
pub(super) fn moment(cell: &[u8], format: &DateFormat) -> Result<Option<f64>, String> {
    let text = text(cell)?;
    match format.seconds(text) {
        Some(seconds) => Ok(Some(seconds)),
        None if is_missing_text(text) => Ok(None),
        None => {
            Err(format!("{} is no time written as {}; mend the cell or remove the row", quoted(text), format.name()))
        }
    }
}

/// The category in a cell; `None` if it is missing.
///
/// # Errors
/// If it is not UTF-8.
pub(super) fn category(cell: &[u8]) -> Result<Option<&str>, String> {
    text(cell).map(|text| Some(text).filter(|text| !is_missing_text(text)))
}

/// The label in a cell, which may not be empty.
///
/// # Errors
/// If it is empty or not UTF-8.
pub(super) fn label(cell: &[u8]) -> Result<&str, String> {
    match text(cell)? {
        "" => Err("the cell is empty; fill it in or remove the row".into()),
        text => Ok(text),
    }
}

/// The text in a cell, without spaces and quotation marks around it.
///
/// # Errors
/// If it is not UTF-8.
pub(super) fn text(cell: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(cell).map_err(|_| NOT_UTF8.to_owned())?;
    Ok(unquoted(text.trim()))
}

pub(super) const NOT_UTF8: &str =
    "not UTF-8 text; save the file as UTF-8, or say how it is encoded, such as --encoding windows-1252";

/// `, "a"` with a space before the quotation mark is no quoted field for a CSV parser, but for people it is.
pub(super) fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map_or(text, str::trim)
}

fn not_a_number(text: &str, numbers: &Numbers) -> String {
    let shown = quoted(text);
    if text.contains('\0') {
        return format!("{shown}: {NUL}");
    }
    if truth_value(text).is_some() {
        return format!("{shown} is not a number, as the column's other cells are; write 1 for true and 0 for false");
    }
    if let Some(hint) = otherwise_written(text, numbers) {
        return format!("{shown} is not a number; {hint}");
    }
    if let Some(separator) = [';', '\t', '|'].into_iter().find(|&c| text.contains(c)) {
        return format!(
            "{shown} is not a number; if {separator:?} separates cells, add --delimiter {}",
            name(separator)
        );
    }
    if let Some(problem) = dressed_up(text) {
        return format!("{shown} is not a number; {problem}");
    }
    format!(
        "{shown} is not a number; correct the cell, or name the column with --category, --id, --ignore or, if it is the label, \
         --label"
    )
}

/// A sign as it is typed.
pub(super) fn name(sign: char) -> String {
    match sign {
        '\t' => "tab".into(),
        '\'' => "\"'\"".into(),
        c if SPACES.contains(&c) => "space".into(),
        c => format!("'{c}'"),
    }
}

/// The option by which a number would be read that has another decimal sign, or marks between thousands.
fn otherwise_written(text: &str, numbers: &Numbers) -> Option<String> {
    let reads = |decimal, thousands| Numbers { decimal, thousands }.parse(text).is_some_and(f64::is_finite);
    let other = if numbers.decimal == '.' { ',' } else { '.' };
    let thousands = [other, ' ', '\'', '_'].into_iter().find(|&mark| reads(numbers.decimal, Some(mark)));
    let decimal = reads(other, None);
    let (point, other) = (name(numbers.decimal), name(other));
    match (thousands.map(name), decimal) {
        (Some(mark), true) => Some(format!(
            "if {mark} stands between thousands, add --thousands {mark}, if before decimals, --decimal {other}"
        )),
        (Some(mark), false) => Some(format!("if {mark} stands between thousands, add --thousands {mark}")),
        (None, true) => Some(format!("if {other} stands before decimals, add --decimal {other}")),
        (None, false) => {
            let grouped = reads(if numbers.decimal == '.' { ',' } else { '.' }, Some(numbers.decimal));
            grouped.then(|| format!("add --decimal {other} --thousands {point}"))
        }
    }
}

/// Bytes of a unit with what separates it from its number; what is longer is a sentence.
const LONGEST_UNIT: usize = 10;

/// What to do about a number with something around it: a unit, a sign of money; and about a date.
fn dressed_up(text: &str) -> Option<&'static str> {
    let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    let unsigned = text.trim_start_matches(['-', '+']);
    let alone = unsigned.trim_matches(|c: char| !c.is_ascii_digit() && !"+-.".contains(c));
    if is_number(alone) && text.len() - alone.len() <= LONGEST_UNIT {
        return Some("write the number alone, without what stands around it");
    }
    let all = |allowed: &str| text.chars().all(|c| c.is_ascii_digit() || allowed.contains(c));
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c)) {
        return None;
    }
    let is_date = all("-/:.TZ+ ") && text.matches(['-', '/', ':']).count() > 1 || all(":") && text.contains(':');
    is_date.then_some("leave times out with --ignore, or name the column with --calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(cell: &[u8]) -> Result<Option<f64>, String> {
        number(cell, &Numbers::default())
    }

    #[test]
    fn numbers_read_like_rust_with_a_plus_and_spaces() {
        for (cell, want) in
            [("1", 1.0), ("+1", 1.0), (" 2.5\t", 2.5), ("-.5e-3", -0.5e-3), ("1E5", 1e5), (" \"7\"", 7.0), ("-0", -0.0)]
        {
            assert_eq!(plain(cell.as_bytes()).unwrap().unwrap().to_bits(), f64::to_bits(want), "{cell}");
        }
    }

    #[test]
    fn words_for_nothing_are_missing_in_numbers_and_fewer_in_text() {
        for cell in ["", "  ", "NaN", "N/A", "?", "#DIV/0!", "None", "-", "—", "unknown", "\\N", "<NA>"] {
            assert_eq!(plain(cell.as_bytes()), Ok(None), "{cell}");
            assert_eq!(truth(cell.as_bytes()), Ok(None), "{cell}");
        }
        assert_eq!(category(b" NA "), Ok(None));
        assert_eq!(category(b"unknown"), Ok(Some("unknown")));
        assert!(label(b"").is_err());
    }

    #[test]
    fn truth_is_told_in_words() {
        for (cell, want) in [("TRUE", 1.0), ("false", 0.0), ("Yes", 1.0), ("no", 0.0), ("1", 1.0), ("0.0", 0.0)] {
            assert_eq!(truth(cell.as_bytes()), Ok(Some(want)), "{cell}");
        }
        assert!(truth(b"2").unwrap_err().contains("true or false"));
    }

    #[test]
    fn each_wrong_cell_is_told_apart() {
        for (cell, want) in [
            ("-inf", "finite"),
            ("1e999", "too large"),
            ("1,5", "--decimal ','"),
            ("1,000", "--thousands ',', if before decimals, --decimal ','"),
            ("1,000.5", "--thousands ','"),
            ("1.5;2", "--delimiter ';'"),
            ("tcp", "\"tcp\" is not a number"),
            ("0x10", "not a number"),
            ("1 000", "--thousands space"),
            ("1.234,5", "--decimal ',' --thousands '.'"),
            ("1'000'000", "--thousands \"'\""),
            ("12%", "the number alone"),
            ("-$3", "the number alone"),
            ("5 kg", "the number alone"),
            ("@dimensions 2", "--category"),
            ("2024-01-31", "--calendar"),
            ("12:30", "--calendar"),
            ("2024-01-31T12:30:00Z", "--calendar"),
            ("TRUE", "1 for true"),
            ("1\0", "NUL"),
        ] {
            let problem = plain(cell.as_bytes()).unwrap_err();
            assert!(problem.contains(want), "{cell}: {problem}");
        }
        assert!(plain(b"\xff1").unwrap_err().contains("UTF-8"));
        assert!(plain("ä".repeat(99).as_bytes()).unwrap_err().len() < 300);
        let commas = Numbers { decimal: ',', thousands: None };
        assert!(number(b"1.234", &commas).unwrap_err().contains("--thousands '.'"));
    }
}
