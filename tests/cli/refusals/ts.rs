//! Series in `.ts` files.

use super::entry::{Group, HEADER, Refusal, series};

const VERBS: [&str; 3] =
    ["score s.nafal t.ts -o out.csv", "predict s.nafal t.ts -o out.csv", "evaluate s.nafal t.ts -o out.csv"];

/// A file that every verb refuses.
fn file(kind: &'static str, content: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.ts:"], words].concat();
    Refusal::new(kind, "fit t.ts -o new.nafal --label class --normal up", 3, &words).file("t.ts", content).also(&VERBS)
}

/// Good series below another header.
fn header(kind: &'static str, header: &str, words: &[&'static str]) -> Refusal {
    file(kind, format!("{header}{}", series()), words)
}

/// Good series of which the second is another, on line 6.
fn case(kind: &'static str, line: &str, words: &[&'static str]) -> Refusal {
    let mut lines: Vec<String> = series().lines().map(str::to_owned).collect();
    lines[1] = line.into();
    let words: Vec<&str> = [&["t.ts:6: row 1: "], words].concat();
    file(kind, format!("{HEADER}{}\n", lines.join("\n")), &words)
}

pub fn group() -> Group {
    let (head, series) = (HEADER.replace("@data\n", ""), series());
    let refusals = vec![
        file("an empty file", "", &["ends before `@data`"]),
        file("a header alone", HEADER, &["no cases", "add some"]),
        file("no `@data`", &head, &["ends before `@data`"]),
        header("cases without `@data`", &head, &["t.ts:4: ", "put `@data`"]),
        header("`@data` in front of the header", &format!("@data\n{head}"), &[]),
        header("a misspelt `@data`", &format!("{head}@dtaa\n"), &["t.ts:4: ", "did you mean `@data`?"]),
        header(
            "a misspelt `@classLabel`",
            &HEADER.replace("@classLabel", "@clasLabel"),
            &["t.ts:3: ", "`@classLabel`"],
        ),
        header(
            "classes under another key",
            &HEADER.replace("@classLabel true", "@classes"),
            &["t.ts:3: ", "`@classLabel true`"],
        ),
        header(
            "`@classLabel=true`",
            &HEADER.replace("@classLabel true", "@classLabel=true"),
            &["t.ts:3: ", "`@classLabel true`"],
        ),
        header("`@classLabel false` with classes", &HEADER.replace("true up", "false up"), &["t.ts:3: ", "follows"]),
        header(
            "`@classLabel` with neither true nor false",
            &HEADER.replace("true up", "up"),
            &["t.ts:3: ", "`true` or `false`"],
        ),
        header("`@dimensions 0`", &HEADER.replace("s 2", "s 0"), &["t.ts:2: ", "at least 1"]),
        header("`@dimensions` of a word", &HEADER.replace("s 2", "s two"), &["t.ts:2: ", "at least 1"]),
        header("`@dimensions` twice", &format!("@dimensions 3\n{HEADER}"), &["t.ts:3: ", "contradicts", "on line 1"]),
        header(
            "`@univariate true` of two dimensions",
            &format!("@univariate true\n{HEADER}"),
            &["t.ts:3: ", "leave one of them out"],
        ),
        header("`@seriesLength` of a word", &format!("@seriesLength long\n{HEADER}"), &["t.ts:1: ", "whole number"]),
        header(
            "`@seriesLength 0` of equal lengths",
            &format!("@equalLength true\n@seriesLength 0\n{HEADER}"),
            &["`@equalLength false`"],
        ),
        header("time stamps", &format!("@timeStamps true\n{HEADER}"), &["t.ts:1: ", "time stamps are not supported"]),
        header(
            "a misspelt `@timeStamps`",
            &format!("@timeStmaps true\n{HEADER}"),
            &["t.ts:1: ", "`@timeStamps false`"],
        ),
        header(
            "other dimensions than `@dimensions`",
            &HEADER.replace("s 2", "s 3"),
            &["t.ts:5: row 0: ", "2 channels, expected 3"],
        ),
        header(
            "another length than `@seriesLength`",
            &format!("@equalLength true\n@seriesLength 9\n{HEADER}"),
            &["t.ts:7: row 0: ", "12 values, expected 9"],
        ),
        case("a case without a label", "1,2,3:4,5,6", &["the label `4,5,6`"]),
        case("a label of no character", "1,2,3:4,5,6:", &["label is empty"]),
        case("a class that is not declared", "1,2,3:4,5,6:left", &["`left`", "\"up\", \"down\""]),
        case("a case of one channel less", "1,2,3:up", &["1 channels, expected 2"]),
        case("a case of one channel more", "1,2:3,4:5,6:up", &["3 channels, expected 2"]),
        file(
            "unequal lengths against `@equalLength true`",
            format!("@equalLength true\n{HEADER}1,2:3,4:up\n1,2:3:up\n"),
            &["t.ts:7: row 1: ", "\"channel 1\"", "1 values, expected 2"],
        ),
        case("a channel without values", "1,2,3::up", &["\"channel 1\"", "no values"]),
        case("a channel of missing values alone", "1,2,3:?,?,?:up", &["\"channel 1\"", "every value is missing"]),
        case("an empty value", "1,,3:4,5,6:up", &["\"channel 0\"", "at time 1"]),
        case("a word", "1,x,3:4,5,6:up", &["\"channel 0\"", "`x` at time 1"]),
        case("an infinite value", "1,inf,3:4,5,6:up", &["\"channel 0\"", "not a finite number"]),
        case("a number beyond 64 bits", "1,2,3:4,1e999,6:up", &["\"channel 1\"", "not a finite number"]),
        case("values with their times", "(0,1.5),(1,2.5):(0,1):up", &["\"channel 0\"", "`(0`"]),
        case("values separated by semicolons", "1;2;3:4;5;6:up", &["\"channel 0\"", "not a finite number"]),
        case("a comment of `%` between the cases", "% a comment", &[""]),
        case("characters that act on a terminal", "1,\u{1b}[2J:4,5:up", &["u{1b}[2J"]),
        file("bytes that are no UTF-8", [HEADER.as_bytes(), b"1,\xff:2:up\n"].concat(), &["t.ts:5: row 0: ", "UTF-8"]),
        file("UTF-16", HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), &["t.ts: ", "UTF-16"]),
        file(
            "line ends of old Macs",
            (HEADER.to_owned() + &series).replace('\n', "\r"),
            &["t.ts:1: ", "carriage return"],
        ),
        Refusal::new("series as --kind table", "fit t.ts -o new.nafal --kind table", 3, &["t.ts:"])
            .file("t.ts", HEADER.to_owned() + &series)
            .also(&["info t.ts --kind table", "score m.nafal t.ts -o out.csv"]),
    ];
    Group { title: "Series in .ts files", refusals }
}

#[test]
fn series_that_cannot_be_read_are_refused() {
    group().check();
}
