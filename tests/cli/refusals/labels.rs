//! Labels and training data that no detector can be fitted to.

use super::entry::{Group, HEADER, Refusal, rows, series};

/// A fit to a table.
fn fit(kind: &'static str, content: impl AsRef<[u8]>, options: &str, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.csv:"], words].concat();
    Refusal::new(kind, &format!("fit t.csv -o new.nafal {options}"), 3, &words).file("t.csv", content)
}

fn of_series(kind: &'static str, content: impl AsRef<[u8]>, options: &str, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.ts:"], words].concat();
    Refusal::new(kind, &format!("fit t.ts -o new.nafal {options}"), 3, &words).file("t.ts", content)
}

pub fn group() -> Group {
    let table = "a,b,c,class\n".to_owned() + &rows();
    let all_series = HEADER.to_owned() + &series();
    let alike = "a,b,c\n".to_owned() + &"1,2,3\n".repeat(30);
    let refusals = vec![
        fit("too few rows", "a,b\n1,2\n3,4\n", "", &["2 training rows", "at least 8"]),
        fit("too few normal rows", &table, "--label class --normal 1", &["3 training rows", "at least 8"]),
        fit("no normal row", &table, "--label class --normal ok", &["\"class\"", "no label is \"ok\"", "--normal"]),
        fit("no label column of this name", &table, "--label kind", &["t.csv:1: ", "\"kind\"", "missing", "\"class\""]),
        fit("a label in another case", &table, "--label Class", &["\"Class\"", "\"class\""]),
        fit("an empty label", table.replacen(",0\n", ",\n", 1), "--label class", &["t.csv:2: ", "\"class\"", "empty"]),
        fit("labels and no other column", "class\n0\n1\n0\n", "--label class", &["t.csv:1: ", "no column beside"]),
        fit("rows that are all the same", &alike, "", &["no column varies"]),
        of_series("--label of another name than class", &all_series, "--label kind", &["--label class"]),
        of_series("series without labels", "@data\n1,2\n3,4\n", "--label class", &["no labels"]),
        of_series("no normal series", &all_series, "--label class --normal left", &["\"left\"", "\"up\", \"down\""]),
        of_series("too few series", "@data\n1,2\n3,4\n", "", &["2 training series", "at least 8"]),
        of_series("series that are all alike", "@data\n".to_owned() + &"1,2,3\n".repeat(20), "", &["alike"]),
        of_series("series that never change", "@data\n".to_owned() + &"4,4,4\n".repeat(20), "", &["no channel varies"]),
        of_series(
            "series near the end of numbers",
            "@data\n".to_owned() + &"1e308,-1e308,1e307\n1e308,1e308,1\n".repeat(9),
            "",
            &["overflows"],
        ),
        Refusal::new(
            "labels of one class to evaluate",
            "evaluate m.nafal t.csv -o out.csv",
            3,
            &["\"class\"", "every label is \"0\""],
        )
        .file("t.csv", "a,b,c,class\n".to_owned() + &"1,2,3,0\n".repeat(9)),
        Refusal::new(
            "no normal label to evaluate",
            "evaluate m.nafal t.csv --normal x -o out.csv",
            3,
            &["no label is \"x\""],
        )
        .file("t.csv", &table),
        Refusal::new(
            "no label column to evaluate",
            "evaluate m.nafal t.csv --label z -o out.csv",
            3,
            &["\"z\"", "missing"],
        )
        .file("t.csv", &table),
        Refusal::new(
            "a label column that is a feature",
            "evaluate m.nafal t.csv --label a -o out.csv",
            3,
            &["\"a\"", "feature of the model"],
        )
        .file("t.csv", &table),
    ];
    Group { title: "Labels and training data", refusals }
}

#[test]
fn data_that_nothing_can_be_learned_from_are_refused() {
    group().check();
}
