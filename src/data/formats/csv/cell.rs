//! One cell: bytes to a finite number or to a label, or a sentence that says why not.

use crate::error::{NUL, quoted};

/// The number in a cell: what Rust reads as `f64` (so also `+1`, `1e-3`, `.5`), spaces around it allowed.
///
/// # Errors
/// What is wrong and what to do, without the place.
pub(super) fn number(cell: &[u8]) -> Result<f64, String> {
    let text = text(cell)?;
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) if text.bytes().any(|b| b.is_ascii_digit()) => {
            Err(format!("{} is too large for a 64-bit number; rescale the column", quoted(text)))
        }
        Ok(_) => Err(format!("{} is not a finite number; fill in a number or remove the row", quoted(text))),
        Err(_) => Err(not_a_number(text)),
    }
}

/// The text in a cell that may not be empty.
///
/// # Errors
/// If it is empty or not UTF-8.
pub(super) fn text(cell: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(cell).map_err(|_| "not UTF-8 text; save the file as UTF-8".to_owned())?;
    let text = unquoted(text.trim());
    if text.is_empty() {
        return Err("the cell is empty; fill it in or remove the row".into());
    }
    Ok(text)
}

/// `, "a"` with a space before the quotation mark is no quoted field for a CSV parser, but for people it is.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map_or(text, str::trim)
}

/// Words that stand for a value that is not known.
const MISSING: [&str; 20] = [
    "?",
    "na",
    "n/a",
    "<na>",
    "n.a.",
    "n.a",
    "null",
    "(null)",
    "\\n",
    "none",
    "nil",
    "nat",
    "missing",
    "undefined",
    "unknown",
    "-",
    "--",
    ".",
    "...",
    "*",
];

fn not_a_number(text: &str) -> String {
    let shown = quoted(text);
    let lower = text.to_ascii_lowercase();
    if text.contains('\0') {
        return format!("{shown}: {NUL}");
    }
    // `#` begins what spreadsheets write in place of a value: #N/A, #DIV/0!
    if MISSING.contains(&lower.as_str()) || lower.starts_with('#') {
        return format!(
            "{shown} stands for a missing value, and tables may have none; fill in a number or remove the row"
        );
    }
    if matches!(lower.as_str(), "true" | "false") {
        return format!("{shown} is not a number; write 1 for true and 0 for false");
    }
    if text.contains(',') && text.replace(',', ".").parse::<f64>().is_ok() {
        return format!("{shown} is not a number; write a decimal point, not a comma");
    }
    if let Some(separator) = [';', '\t', '|'].into_iter().find(|&c| text.contains(c)) {
        return format!("{shown} is not a number; separate the cells by commas, not by {separator:?}");
    }
    if let Some(problem) = dressed_up(text) {
        return format!("{shown} is not a number; {problem}");
    }
    format!(
        "{shown} is not a number; correct the cell, encode the column as numbers, or, if it is the label, name it with --label"
    )
}

/// Bytes of a unit with what separates it from its number; what is longer is a sentence.
const LONGEST_UNIT: usize = 10;

/// What to do about a number with something around or within it: a unit, a sign of money, marks of thousands, a date.
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
    if all("+-.,'_ \u{a0}\u{202f}\u{2019}") && text.contains([',', '\'', '_', ' ', '\u{a0}', '\u{202f}', '\u{2019}']) {
        return Some("write it without marks between thousands, and with a decimal point");
    }
    let is_date = all("-/:.TZ+ ") && text.matches(['-', '/', ':']).count() > 1 || all(":") && text.contains(':');
    is_date.then_some("write dates and times as a number, such as seconds from a start, or remove the column")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_rust_with_a_plus_and_spaces() {
        for (cell, want) in
            [("1", 1.0), ("+1", 1.0), (" 2.5\t", 2.5), ("-.5e-3", -0.5e-3), ("1E5", 1e5), (" \"7\"", 7.0), ("-0", -0.0)]
        {
            assert_eq!(number(cell.as_bytes()).unwrap().to_bits(), f64::to_bits(want), "{cell}");
        }
    }

    #[test]
    fn each_wrong_cell_is_told_apart() {
        for (cell, want) in [
            ("", "empty"),
            ("  ", "empty"),
            ("NaN", "finite"),
            ("-inf", "finite"),
            ("1e999", "too large"),
            ("1,5", "decimal point"),
            ("1.5;2", "separate the cells by commas"),
            ("tcp", "\"tcp\" is not a number"),
            ("0x10", "not a number"),
            ("1 2", "marks between thousands"),
            ("1.234,5", "marks between thousands"),
            ("1'000'000", "marks between thousands"),
            ("12%", "the number alone"),
            ("-$3", "the number alone"),
            ("5 kg", "the number alone"),
            ("@dimensions 2", "encode the column"),
            ("#DIV/0!", "missing"),
            ("2024-01-31", "dates"),
            ("12:30", "dates"),
            ("2024-01-31T12:30:00Z", "dates"),
            ("TRUE", "1 for true"),
            ("N/A", "missing"),
            ("?", "missing"),
            ("1\0", "NUL"),
        ] {
            let problem = number(cell.as_bytes()).unwrap_err();
            assert!(problem.contains(want), "{cell}: {problem}");
        }
        assert!(number(b"\xff1").unwrap_err().contains("UTF-8"));
        assert!(number("ä".repeat(99).as_bytes()).unwrap_err().len() < 300);
    }
}
