//! Cells of a CSV table that are no numbers.

use super::entry::{Group, Refusal, rows};

/// A table with `cell` in column b of line 4, which every verb refuses.
fn cell(kind: &'static str, cell: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let (head, rows) = ("a,b,c,class\n1,2,3,0\n2,3,4,1\n1,", rows());
    let content = [head.as_bytes(), cell.as_ref(), b",3,0\n", rows.as_bytes()].concat();
    let words: Vec<&str> = ["t.csv:4: ", "\"b\""].iter().chain(words).copied().collect();
    Refusal::new(kind, "fit t.csv -o new.nafal --label class", 3, &words).file("t.csv", content).also(&[
        "score m.nafal t.csv -o out.csv",
        "predict m.nafal t.csv -o out.csv",
        "evaluate m.nafal t.csv -o out.csv",
    ])
}

pub fn group() -> Group {
    let refusals = vec![
        cell("an empty cell", "", &["empty"]),
        cell("a cell of spaces", "   ", &["empty"]),
        cell("an empty cell in quotation marks", "\"\"", &["empty"]),
        cell("`?`", "?", &["missing value"]),
        cell("`NA`", "NA", &["missing value"]),
        cell("`#N/A`", "#N/A", &["missing value"]),
        cell("`null`", "null", &["missing value"]),
        cell("NaN", "NaN", &["missing value"]),
        cell("an infinite value", "-inf", &["not a finite number"]),
        cell("a number beyond 64 bits", "1e999", &["too large"]),
        cell("a hexadecimal number", "0x1F", &["not a number"]),
        cell("a decimal comma", "\"1,5\"", &["--decimal ','"]),
        cell("a space between thousands", "1 000", &["--thousands space"]),
        cell("a comma between thousands", "\"1,234,567\"", &["--thousands ','"]),
        cell("a point between thousands", "\"1.234,5\"", &["--decimal ',' --thousands '.'"]),
        cell("a percent sign", "12%", &["the number alone"]),
        cell("a sign of money", "$3", &["the number alone"]),
        cell("a negative sum of money", "-€3.50", &["the number alone"]),
        cell("a unit", "3 kg", &["the number alone"]),
        cell("a star or a footnote", "3.5*", &["the number alone"]),
        cell("an error of a spreadsheet", "#DIV/0!", &["missing value"]),
        cell("a formula", "=A1+1", &["not a number"]),
        cell("true or false", "TRUE", &["1 for true"]),
        cell("yes or no", "yes", &["1 for true"]),
        cell("a date", "2024-01-31", &["--calendar"]),
        cell("a time", "12:30:00", &["--calendar"]),
        cell("a date with points", "31.01.2024", &["not a number"]),
        cell("a moment", "2024-01-31T12:30:00Z", &["--calendar"]),
        cell("a word", "tcp", &["\"tcp\" is not a number"]),
        cell("a list", "\"[1, 2]\"", &["not a number"]),
        cell("a complex number", "1+2j", &["not a number"]),
        cell("a fraction", "1/2", &["not a number"]),
        cell("a minus sign that is none of ASCII", "−5", &["not a number"]),
        cell("digits that are none of ASCII", "１２", &["not a number"]),
        cell("a NUL byte in a cell", "1\0", &["NUL byte"]),
        cell("a cell in Latin-1", b"\xb5", &["UTF-8"]),
        cell("a cell of a million characters", "x".repeat(1_000_000), &["1000000 characters"]),
        cell("characters that act on a terminal", "\u{1b}[2J", &["u{1b}[2J"]),
    ];
    Group { title: "Cells of tables", refusals }
}

#[test]
fn cells_that_are_no_numbers_are_refused() {
    group().check();
}
