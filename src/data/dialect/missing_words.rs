//! Words that stand for a value that is not known.

/// In a column of numbers, in lower case.
const IN_NUMBERS: [&str; 23] = [
    "",
    "?",
    "na",
    "n/a",
    "<na>",
    "n.a.",
    "n.a",
    "nan",
    "-nan",
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

/// In a column of categories, where a word may be one of them: only what programs write for nothing.
const IN_TEXT: [&str; 11] = ["", "?", "na", "n/a", "<na>", "nan", "null", "(null)", "\\n", "none", "nat"];

/// Whether a cell, without the spaces around it, of a column of numbers is missing. `#` begins what spreadsheets write in place
/// of a value: #N/A, #DIV/0!
pub(in crate::data) fn is_missing_number(cell: &str) -> bool {
    cell.is_empty() || among(cell, &IN_NUMBERS) || cell.starts_with('#') || cell.chars().all(|c| "-–—".contains(c))
}

/// Whether a cell of a column of text is missing.
pub(in crate::data) fn is_missing_text(cell: &str) -> bool {
    cell.is_empty() || among(cell, &IN_TEXT) || cell.starts_with("#N/A")
}

fn among(cell: &str, words: &[&str]) -> bool {
    words.iter().any(|word| cell.eq_ignore_ascii_case(word))
}
