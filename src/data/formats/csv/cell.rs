//! One cell: bytes to a finite number or to a label, or a sentence that says why not.

use crate::error::quoted;

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

fn not_a_number(text: &str) -> String {
    let shown = quoted(text);
    if text.contains(',') && text.replace(',', ".").parse::<f64>().is_ok() {
        return format!("{shown} is not a number; write a decimal point, not a comma");
    }
    if let Some(separator) = [';', '\t', '|'].into_iter().find(|&c| text.contains(c)) {
        return format!("{shown} is not a number; separate the cells by commas, not by {separator:?}");
    }
    format!(
        "{shown} is not a number; correct the cell, encode the column as numbers, or, if it is the label, name it with --label"
    )
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
            ("1 2", "not a number"),
        ] {
            let problem = number(cell.as_bytes()).unwrap_err();
            assert!(problem.contains(want), "{cell}: {problem}");
        }
        assert!(number(b"\xff1").unwrap_err().contains("UTF-8"));
        assert!(number("ä".repeat(99).as_bytes()).unwrap_err().len() < 300);
    }
}
