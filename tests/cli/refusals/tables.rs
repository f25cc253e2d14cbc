//! Tables in CSV whose header, rows or text are wrong.

use std::io::Write;

use super::entry::{Group, Refusal, rows};

const FIT: &str = "fit t.csv -o new.nafal --label class";
/// The other verbs that read a table.
const OTHERS: [&str; 4] = [
    "score m.nafal t.csv -o out.csv",
    "predict m.nafal t.csv -o out.csv",
    "evaluate m.nafal t.csv -o out.csv",
    "score m.nafal t.csv --on-bad-row stop --threads 1 -o out.csv",
];

/// A table that every verb refuses.
fn all(kind: &'static str, content: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    fit(kind, content, words).also(&OTHERS)
}

/// A table that only a fit refuses.
fn fit(kind: &'static str, content: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    Refusal::new(kind, FIT, 3, words).file("t.csv", content)
}

/// A good table that a fit with such options refuses.
fn asked(kind: &'static str, options: &str, words: &[&'static str]) -> Refusal {
    Refusal::new(kind, &format!("{FIT} {options}"), 3, words).file("t.csv", with_header("a,b,c,class"))
}

fn with_header(header: &str) -> String {
    format!("{header}\n{}", rows())
}

/// A good table but for its line 4.
fn with_row(row: &str) -> String {
    let mut lines: Vec<String> = with_header("a,b,c,class").lines().map(str::to_owned).collect();
    lines[3] = row.into();
    lines.join("\n") + "\n"
}

fn gzipped(pieces: usize, piece: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..pieces).for_each(|_| gz.write_all(piece).unwrap());
    gz.finish().unwrap()
}

/// A log that a fit refuses.
fn log(kind: &'static str, options: &str, text: &str, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["log.csv"], words].concat();
    Refusal::new(kind, &format!("fit log.csv -o new.nafal {options}"), 3, &words).file("log.csv", text)
}

pub fn group() -> Group {
    let good = with_header("a,b,c,class");
    let wide = |n: usize, name: &str| (0..n).map(|i| format!("{name}{i}")).collect::<Vec<_>>().join(",");
    let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let long_names = format!("{},class\n{}", wide(9000, &"n".repeat(300)), (wide(9000, "") + ",0\n").repeat(9));
    let mut refusals = vec![
        all("an empty file", "", &["t.csv: ", "is empty"]),
        all("nothing but a byte-order mark", "\u{feff}", &["t.csv: ", "is empty"]),
        all("nothing but blank lines", "\n\r\n  \n", &["t.csv: ", "is empty"]),
        all("a header without rows", "a,b,c,class\n", &["t.csv: ", "no rows"]),
        all("rows without a header", rows(), &["t.csv:1: ", "no header"]),
        Refusal::new("a column of the model twice", OTHERS[0], 3, &["t.csv:1: ", "\"b\"", "two columns"])
            .file("t.csv", with_header("a,b,c,b,class"))
            .also(&OTHERS[1..]),
        Refusal::new("a blank line in a table of one column", "fit t.csv -o new.nafal", 3, &["t.csv:3: ", "blank"])
            .file("t.csv", "a\n1\n\n2\n"),
        asked("a name that no encoding has", "--encoding klingon", &["t.csv: ", "klingon"]),
        asked("a column to ignore that is not there", "--ignore d*", &["t.csv:1: ", "\"d*\"", "name one of"]),
        asked("a column with two roles", "--id a --ignore a..b", &["t.csv:1: ", "\"a\"", "--ignore and --id"]),
        asked("a calendar of numbers", "--calendar a", &["t.csv:1: ", "\"a\"", "no times"]),
        fit(
            "a column name of 100,000 bytes",
            with_header(&format!("a,{},c,class", "n".repeat(100_000))),
            &["t.csv:1: ", "100000 bytes"],
        ),
        all("a NUL byte in a column name", with_header("a,b\0,c,class"), &["t.csv:1: ", "NUL byte"]),
        all("a column name in Latin-1", latin(&with_header("größe,b,c,class")), &["t.csv:1: ", "UTF-8"]),
        all("a comment before the header", format!("# made by x\n{good}"), &["t.csv:1: "]),
        all(
            "a line of units below the header",
            with_row("1,2,3,0").replacen("0,0,0.5,0", "mm,kg,s,-", 1),
            &["t.csv:2: ", "\"a\"", "\"mm\" is not a number"],
        ),
        all("a row that is too short", with_row("1,2"), &["t.csv:4: ", "\"c\"", "2 cells", "header has 4"]),
        all("a row that is too long", with_row("1,2,3,0,5"), &["t.csv:4: ", "5 cells", "header has 4"]),
        all("the header again between rows", with_row("a,b,c,class"), &["t.csv:4: ", "\"a\" is not a number"]),
        all("a sum below the rows", good.clone() + "Total,66,,\n", &["t.csv:14: ", "\"Total\" is not a number"]),
        all("a quotation mark that is not closed", with_row("1,\"2,3,0"), &["t.csv:4: ", "\"b\"", "not closed"]),
        all("a label's mark that is not closed", with_row("1,2,3,\"0"), &["t.csv:4: ", "not closed"]),
        all("a mark not closed at the end", format!("{good}1,2,3,\"0"), &["t.csv:14: ", "not closed"]),
        all("a header's mark that is not closed", with_header("a,b,\"c,class"), &["t.csv:1: ", "not closed"]),
        all("text behind a closing mark", with_row("1,\"2\"5,3,0"), &["t.csv:4: ", "\"b\"", "text follows"]),
        fit(
            "no header, and the label's column named by its first label",
            format!("1,2,3,class\n{}", rows().replace(",0\n", ",class\n")),
            &["t.csv:2: ", "no header"],
        ),
        fit("a name in other case", with_header("a,b,c,Class"), &["\"class\"", "did you mean \"Class\"?"]),
        all("a quotation mark within a cell", with_row("1,2\"3,3,0"), &["t.csv:4: ", "\"b\""]),
        all("UTF-32", good.chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<u8>>(), &["t.csv:1: ", "NUL"]),
        all("more than 65,536 columns", wide(65_537, "c") + "\n", &["t.csv:1: ", "65536"]),
        Refusal::new(
            "names of columns of more than 2 MiB",
            "fit t.csv -o new.nafal --max-memory 100G",
            3,
            &["t.csv: ", "names"],
        )
        .file("t.csv", long_names),
        fit("a row of more than 64 MiB", gzipped(66, &[b'7'; 1 << 20]), &["t.csv:1: ", "64 MiB"]),
        Refusal::new("no such file", "fit none.csv -o new.nafal", 3, &["none.csv: ", "no such file"]).also(&[
            "score m.nafal none.csv -o out.csv",
            "predict m.nafal none.csv -o out.csv",
            "evaluate m.nafal none.csv -o out.csv",
            "info none.csv",
        ]),
        Refusal::new("a folder", "fit folder -o new.nafal", 3, &["folder: ", "directory"])
            .file("folder/t.csv", &good)
            .also(&["score m.nafal folder -o out.csv", "evaluate m.nafal folder -o out.csv", "info folder"]),
        Refusal::new("--array with a table", "fit t.csv -o new.nafal --array x", 3, &["t.csv: ", "--array"])
            .file("t.csv", &good)
            .also(&["info t.csv --array x", "score m.nafal t.csv --array x -o out.csv"]),
        Refusal::new("a table as --kind series", "fit t.csv -o new.nafal --kind series", 3, &["t.csv:1: ", "@data"])
            .file("t.csv", &good)
            .also(&["info t.csv --kind series"]),
        log("a log shorter than a window", "--window 40", "a,b\n1,2\n3,4\n", &["40 readings", "2 in all", "--window"]),
        log(
            "a log without the column of its times",
            "--window 4 --time when",
            "a,b\n1,2\n",
            &["\"when\"", "name one of"],
        ),
        log("a log without the column of its groups", "--window 4 --group g", "a,b\n1,2\n", &["\"g\"", "name one of"]),
        log(
            "a log with a channel of words",
            "--window 4 --category b",
            "a,b\n1,x\n",
            &["\"b\"", "a channel holds numbers"],
        ),
        log("a time that is none", "--window 4 --time a", "a,b\n1,2\n2,2\nsoon,2\n", &["row 2", "\"soon\"", "no time"]),
        log(
            "a case that comes back",
            "--case a",
            "a,b\nx,2\ny,2\nx,2\n",
            &["row 2", "\"x\" goes on after others", "sort"],
        ),
        log(
            "a channel of which nothing is known",
            "--window 4 --missing impute",
            "a,b\n1,\n2,\n3,\n4,\n",
            &["\"b\"", "every value"],
        ),
        Refusal::new(
            "a table in which every row is bad",
            "fit t.csv -o new.nafal --on-bad-row skip",
            3,
            &["t.csv: ", "2 bad"],
        )
        .file("t.csv", "a,b\n1,x\ny,2\n"),
    ];
    if cfg!(unix) {
        refusals.extend([
            Refusal::new("an empty stream", "$ nafal fit - -o new.nafal $JSON < t.csv", 3, &["<stdin>: ", "is empty"])
                .file("t.csv", "")
                .also(&["$ nafal score m.nafal - $JSON < t.csv", "$ nafal info - $JSON < t.csv"]),
            Refusal::new(
                "a stream with a bad cell",
                "$ cat t.csv | nafal fit - -o new.nafal $JSON",
                3,
                &["<stdin>:4: ", "\"b\""],
            )
            .file("t.csv", with_row("1,x,2,0"))
            .also(&["$ cat t.csv | nafal score m.nafal - -o out.csv $JSON"]),
        ]);
    }
    Group { title: "Tables in CSV", refusals }
}

#[test]
fn tables_that_cannot_be_read_are_refused() {
    group().check();
}
