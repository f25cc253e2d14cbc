//! Tables as people export them: what a fit refuses, it refuses at once, with a command that reads the file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{Bench, Ran};

/// The words of a shell's command line, which has no marks but single ones.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match c {
            '\'' => (quoted, any) = (!quoted, true),
            '\\' if !quoted => word.extend(characters.next()),
            ' ' if !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn tables() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/messy");
    let mut tables: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    tables.retain(|path| path.extension().is_some_and(|ending| ending == "csv"));
    tables.sort();
    tables
}

/// The fit of `t.csv`, and, where it is refused, the one that the refusal proposes: the last run and the words proposed.
fn fitted(bench: &Bench) -> (Ran, Vec<String>) {
    let line = "fit t.csv -o m.nafal --preset fast --steps 10 --views 8";
    let first = bench.run(&line.split(' ').collect::<Vec<_>>());
    if first.code == 0 {
        return (first, Vec::new());
    }
    let proposed = first.err.lines().skip_while(|line| *line != "this reads it:").nth(1);
    let proposed = words(proposed.unwrap_or_else(|| panic!("no command: {}", first.err)).trim());
    let arguments: Vec<&str> = proposed.iter().skip(1).map(String::as_str).collect();
    let second = bench.run(&arguments);
    (second, arguments[line.split(' ').count()..].iter().map(|&word| word.to_owned()).collect())
}

#[test]
fn every_messy_table_is_fitted_by_the_command_that_its_refusal_prints_and_scored_as_it_was_read() {
    let tables = tables();
    assert!(tables.len() > 30, "{}", tables.len());
    for table in &tables {
        let bench = Bench::new();
        fs::copy(table, bench.path("t.csv")).unwrap();
        let (ran, proposed) = fitted(&bench);
        assert_eq!(ran.code, 0, "{}: {proposed:?}: {}", table.display(), ran.err);
        // The model remembers how the file is written; a damaged row stays one.
        let scored = bench.run(&["score", "m.nafal", "t.csv", "--on-bad-row", "skip"]);
        assert_eq!(scored.code, 0, "{}: {}", table.display(), scored.err);
        let rows = scored.out.lines().count();
        assert!((119..=122).contains(&rows), "{}: {rows} lines", table.display());
    }
}

#[test]
fn all_that_is_in_the_way_is_said_at_once_column_by_column() {
    let bench = Bench::new();
    fs::copy(&tables()[0], bench.path("t.csv")).unwrap();
    let (ran, proposed) = fitted(&bench);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let want = ["--skip-rows", "2", "--id", "id", "--missing", "impute", "--category", "plant"];
    assert_eq!(proposed, want);
    let refused = bench.run(&["fit", "t.csv", "-o", "m.nafal", "--json"]);
    assert_eq!(refused.code, 3);
    let error: Value = serde_json::from_str(refused.err.lines().last().unwrap()).unwrap();
    let columns: Vec<&Value> = error["problems"].as_array().unwrap().iter().map(|p| &p["column"]).collect();
    assert_eq!(columns, [&Value::Null, &"id".into(), &"temp".into(), &"plant".into()]);
    assert!(error["command"].as_str().unwrap().ends_with(&want.join(" ")), "{error}");
}

#[test]
fn numbers_are_read_as_their_file_writes_them() {
    let bench = Bench::new();
    // The same numbers however they are written give the same scores.
    let numbers: Vec<(f64, f64)> =
        (0..60).map(|i| (f64::from(i * 37 % 60) / 8.0 + 1000.0, f64::from(i * 17 % 60) / 4.0)).collect();
    let plain = |(a, b): &(f64, f64)| format!("{a},{b}\n");
    let comma =
        |(a, b): &(f64, f64)| format!("{};{}\n", a.to_string().replace('.', ","), b.to_string().replace('.', ","));
    bench.write("plain.csv", format!("a,b\n{}", numbers.iter().map(plain).collect::<String>()));
    bench.write("comma.csv", format!("a;b\n{}", numbers.iter().map(comma).collect::<String>()));
    for name in ["plain", "comma"] {
        let fit = format!("fit {name}.csv -o {name}.nafal --preset fast --steps 5 --views 8 --quiet");
        let ran = bench.run(&fit.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let scores = |model: &str, data: &str| {
        let ran = bench.run(&["score", model, data, "--quiet"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    let want = scores("plain.nafal", "plain.csv");
    assert_eq!(scores("comma.nafal", "comma.csv"), want);
    // Each model reads the other's file too: what separates is seen, and what it separates.
    assert_eq!(scores("comma.nafal", "plain.csv"), want);
    assert_eq!(scores("plain.nafal", "comma.csv"), want);
}

#[test]
fn a_line_left_out_as_in_training_that_reads_as_a_row_is_told() {
    let bench = Bench::new();
    let rows = |n: usize| (0..n).map(|i| format!("{},{}\n", i % 7, (i * i) % 11)).collect::<String>();
    bench.write("train.csv", format!("a,b\nmm,kN\n{}", rows(40)));
    let fit = ["fit", "train.csv", "-o", "m.nafal", "--skip-rows", "2", "--preset", "fast"];
    let ran = bench.succeeds(&[&fit[..], &["--experts", "mixture:gaussian"]].concat());
    assert!(!ran.err.contains("reads as a row"), "{}", ran.err);
    bench.write("plain.csv", format!("a,b\n{}", rows(5)));
    let ran = bench.succeeds(&["score", "m.nafal", "plain.csv"]);
    assert!(
        ran.err.contains("line 2 is left out by its number") && ran.err.contains("--skip-rows none"),
        "{}",
        ran.err
    );
    assert_eq!(ran.out.lines().count(), 5);
    let ran = bench.succeeds(&["score", "m.nafal", "plain.csv", "--skip-rows", "none"]);
    assert!(!ran.err.contains("reads as a row") && ran.out.lines().count() == 6, "{}", ran.err);
    let again = [
        &fit[..4],
        &["--skip-rows", "none", "--on-bad-row", "skip", "--preset", "fast"],
        &["--experts", "mixture:gaussian"],
    ]
    .concat();
    bench.succeeds(&again);
    bench.succeeds(&["info", "m.nafal"]);
}

#[test]
fn what_a_night_job_must_not_miss_is_said() {
    let bench = Bench::new();
    let rows = |first: usize, n: usize, dead: bool| -> String {
        let row = |i: usize| {
            let oil = if dead || i % 97 == 3 { String::new() } else { format!("{}", (i * 3) % 11) };
            format!("{},{},{},{}\n", 100 + i, i % 7, (i * i) % 11, oil)
        };
        (first..first + n).map(row).collect()
    };
    let (header, remarks) = ("shot,a,b,oil\n", ["", "cleaned", "", ""]);
    bench.write("train.csv", format!("{header}{}", rows(0, 200, false)));
    // A counter is no feature, and a column of text that is nearly empty none either, in the command that is printed.
    let line = |(i, line): (usize, &str)| match i {
        0 => format!("{line},remark\n"),
        i => format!("{line},{}\n", remarks[usize::from(i % 40 == 1)]),
    };
    let noted: String = bench.read("train.csv").lines().enumerate().map(line).collect();
    bench.write("noted.csv", noted);
    let refused = bench.run(&["fit", "noted.csv", "-o", "x.nafal"]);
    assert!(refused.err.contains("--id shot") && refused.err.contains("--ignore remark"), "{}", refused.err);
    let fit = ["fit", "train.csv", "-o", "m.nafal", "--id", "shot", "--missing", "impute", "--preset", "fast"];
    bench.succeeds(&[&fit[..], &["--experts", "mixture:gaussian"]].concat());
    // A sensor that is dead.
    bench.write("dead.csv", format!("{header}{}", rows(0, 50, true)));
    let ran = bench.succeeds(&["predict", "m.nafal", "dead.csv", "--quiet"]);
    assert!(
        ran.err.contains("warning: missing far more often") && ran.err.contains("\"oil\" in 50 of 50"),
        "{}",
        ran.err
    );
    bench.write("new.csv", format!("{header}{}", rows(0, 50, false)));
    assert!(!bench.succeeds(&["predict", "m.nafal", "new.csv"]).err.contains("missing far"), "as in training");
    // A file of which no row can be scored.
    bench.write(
        "bad.csv",
        bench
            .read("new.csv")
            .replace(",1,", ",soon,")
            .lines()
            .enumerate()
            .filter(|(i, line)| *i == 0 || line.contains("soon"))
            .map(|(_, line)| format!("{line}\n"))
            .collect::<String>(),
    );
    for how in ["mark", "skip"] {
        for verb in ["score", "predict"] {
            let ran = bench.run(&[verb, "m.nafal", "bad.csv", "--on-bad-row", how, "-o", "out.csv"]);
            assert!(ran.code == 3 && ran.err.contains("no row could be scored"), "{}", ran.err);
            assert!(!bench.path("out.csv").exists());
        }
    }
}

#[test]
fn no_category_may_be_what_would_have_been_normal() {
    let bench = Bench::new();
    let row = |i: usize, remark: &str| format!("{},{},{remark}\n", i % 7, (i * i) % 11);
    let remark = |i: usize| if i % 10 == 3 { ["oiled", "new die"][i / 10 % 2] } else { "" };
    bench.write("train.csv", "a,b,remark\n".to_owned() + &(0..300).map(|i| row(i, remark(i))).collect::<String>());
    let fit = ["fit", "train.csv", "-o", "m.nafal", "--category", "remark", "--missing", "impute", "--preset", "fast"];
    bench.succeeds(&[&fit[..], &["--experts", "mixture:gaussian"]].concat());
    bench.write("new.csv", "a,b,remark\n".to_owned() + &row(5, "on fire"));
    let ran = bench.succeeds(&["explain", "m.nafal", "new.csv", "--top", "1"]);
    let line = ran.out.lines().nth(1).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!((cells[4], cells[5], cells[7]), ("remark", "on fire", ""), "{line}");
}
