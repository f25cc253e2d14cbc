//! Rows as they come: each is scored before the next is waited for, bad ones stop, are skipped or are marked, and too many for
//! a fit are sampled.
#![cfg(all(feature = "cli", feature = "report"))]

use std::io::{BufRead, BufReader, Write};

use crate::command::{Bench, simulated};

/// Rows of which the third and the blank fifth cannot be used.
const SOME_BAD: &str = "a,b,c\n1,1,0.5\n2,2,0.5\n3,x,0.5\n4,4,0.5\n7,7\n5,5,0.5\n";

#[test]
fn a_row_comes_back_before_the_next_is_written() {
    let bench = Bench::with_model();
    let series: String = (0..30).map(|i| format!("{i},{},{}\n", i % 7, (i * i) % 5)).collect();
    bench.write("s.ts", format!("@dimensions 1\n@equalLength true\n@data\n{series}"));
    bench.succeeds(&["fit", "s.ts", "-o", "s.nafal", "--preset", "fast", "--steps", "3"]);
    for (model, header, row) in [
        ("m.nafal", "a,b,c\n", "1,1,0.5\n"),
        ("s.nafal", "@dimensions 1\n@data\n", "1,2,3\n"),
        ("s.nafal", "@data\n", "3,2,1\r\n"),
        ("s.nafal", "@data\n", "3,2,1\n# a comment\n\n"),
    ] {
        let mut child = bench.start(&["score", model, "-"]);
        let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut lines = BufReader::new(output).lines();
        input.write_all(header.as_bytes()).unwrap();
        for i in 0..50 {
            // Half a row first: it waits, and no other with it.
            input.write_all(&row.as_bytes()[..2]).unwrap();
            input.write_all(&row.as_bytes()[2..]).unwrap();
            if i == 0 {
                assert_eq!(lines.next().unwrap().unwrap(), "row,score,p_value");
            }
            assert!(lines.next().unwrap().unwrap().starts_with(&format!("{i},")), "{model}");
        }
        drop(input);
        assert!(lines.next().is_none());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn rows_before_a_bad_one_are_written_to_a_stream_and_a_file_stays() {
    let bench = Bench::with_model();
    bench.write("t.csv", SOME_BAD);
    bench.write("out.csv", "old");
    for (verb, columns) in [("score", 3), ("predict", 4)] {
        let ran = bench.run(&[verb, "m.nafal", "t.csv"]);
        assert_eq!(ran.code, 3);
        assert!(ran.err.contains("t.csv:4: column \"b\""), "{}", ran.err);
        let lines: Vec<&str> = ran.out.lines().collect();
        assert!(lines.len() == 3 && lines[2].starts_with("1,"), "{}", ran.out);
        assert!(lines.iter().all(|line| line.split(',').count() == columns));
        bench.fails(&[verb, "m.nafal", "t.csv", "-o", "out.csv"], 3, &["t.csv:4:"]);
        assert_eq!(bench.read("out.csv"), "old");
    }
    let ran = bench.run_with_input(&["score", "m.nafal", "-"], SOME_BAD);
    assert!(ran.code == 3 && ran.out.lines().count() == 3 && ran.err.contains("<stdin>:4:"), "{}", ran.err);
}

#[test]
fn bad_rows_are_skipped_or_marked_and_counted() {
    let bench = Bench::with_model();
    bench.write("t.csv", SOME_BAD);
    bench.write("good.csv", "a,b,c\n1,1,0.5\n2,2,0.5\n4,4,0.5\n5,5,0.5\n");
    let good = bench.succeeds(&["score", "m.nafal", "good.csv"]);
    let scores: Vec<&str> = good.out.lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect();
    let skipped = bench.succeeds(&["score", "m.nafal", "t.csv", "--on-bad-row", "skip", "--quiet"]);
    let rows: Vec<(&str, &str)> = skipped.out.lines().skip(1).map(|line| line.split_once(',').unwrap()).collect();
    // The numbers are those of the input.
    let want: Vec<(&str, &str)> = ["0", "1", "3", "5"].into_iter().zip(scores).collect();
    assert_eq!(rows, want);
    assert!(skipped.err.contains("2 of 6 rows") && skipped.err.contains("t.csv:4:"), "{}", skipped.err);

    for verb in ["score", "predict"] {
        let marked = bench.succeeds(&[verb, "m.nafal", "t.csv", "--on-bad-row", "mark"]);
        let mut table = csv::Reader::from_reader(marked.out.as_bytes());
        assert_eq!(table.headers().unwrap().iter().next_back(), Some("error"));
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 6);
        for (i, row) in rows.iter().enumerate() {
            let bad = i == 2 || i == 4;
            assert_eq!(&row[0], i.to_string());
            assert_eq!((row[1].is_empty(), row[row.len() - 1].is_empty()), (bad, !bad), "{row:?}");
        }
        assert!(rows[2][rows[2].len() - 1].starts_with("t.csv:4: column \"b\": \"x\""));
        assert!(marked.err.contains("2 of 6 rows"), "{}", marked.err);
        let json = bench.succeeds(&[verb, "m.nafal", "t.csv", "--on-bad-row", "mark", "--json"]);
        let lines: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines[2]["score"].is_null() && lines[2]["row"] == 2, "{}", lines[2]);
        assert!(lines[2]["error"].as_str().unwrap().contains("t.csv:4") && lines[3]["error"].is_null());
    }

    // Series, of which one has no value.
    let series: String = (0..30).map(|i| format!("{i},{},{}\n", i % 7, (i * i) % 5)).collect();
    bench.write("s.ts", format!("@data\n{series}"));
    bench.write("bad.ts", "@data\n1,2,3\n?,?,?\n3,2,1\n1,2,3:4,5,6\n");
    bench.succeeds(&["fit", "s.ts", "-o", "s.nafal", "--preset", "fast", "--steps", "3"]);
    let ran = bench.succeeds(&["score", "s.nafal", "bad.ts", "--on-bad-row", "skip"]);
    assert_eq!(ran.out.lines().map(|line| line.split(',').next().unwrap()).collect::<Vec<_>>(), ["row", "0", "2"]);
    assert!(ran.err.contains("2 of 4 series"), "{}", ran.err);
    // Nothing is expected of the others because a bad one, the first, had it.
    bench.write("first.ts", "@equalLength true\n@data\n1,2:3,x\n1,2,3\n3,2,1\n");
    let ran = bench.succeeds(&["score", "s.nafal", "first.ts", "--on-bad-row", "skip"]);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.err);
    let header = "@relation r\n@attribute c relational\n@attribute t1 numeric\n@attribute t2 numeric\n@end c\n@data\n";
    bench.write("first.arff", format!("{header}''\n'1,2'\n'2,1'\n"));
    let ran = bench.succeeds(&["score", "s.nafal", "first.arff", "--on-bad-row", "skip"]);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.err);
}

#[test]
fn fit_and_evaluate_skip_bad_rows_too() {
    let bench = Bench::new();
    let rows = simulated(1, 40, 4);
    bench.write("good.csv", &rows);
    bench.write("t.csv", format!("{rows}1,x,2,0\n1,2,3\n"));
    let fit = |data, model| ["fit", data, "-o", model, "--label", "class", "--preset", "fast", "--steps", "5"];
    bench.fails(&fit("t.csv", "m.nafal"), 3, &["t.csv:46:"]);
    for what in ["skip", "mark"] {
        let ran = bench.succeeds(&[&fit("t.csv", "m.nafal")[..], &["--on-bad-row", what]].concat());
        assert!(ran.err.contains("2 of 46 rows"), "{}", ran.err);
        bench.succeeds(&fit("good.csv", "same.nafal"));
        assert_eq!(std::fs::read(bench.path("m.nafal")).unwrap(), std::fs::read(bench.path("same.nafal")).unwrap());
        let some = bench.succeeds(&["evaluate", "m.nafal", "t.csv", "--on-bad-row", what]);
        assert!(some.err.contains("2 of 46 rows"), "{}", some.err);
        assert_eq!(some.out, bench.succeeds(&["evaluate", "m.nafal", "good.csv"]).out);
    }
}

#[test]
fn a_fit_to_too_many_rows_takes_a_uniform_sample_and_says_so() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(3, 500, 0));
    let fit = |more: &[&'static str]| {
        let ran = bench.succeeds(
            &[&["fit", "t.csv", "-o", "m.nafal", "--preset", "fast", "--steps", "3", "--json"], more].concat(),
        );
        (serde_json::from_str::<serde_json::Value>(&ran.out).unwrap(), ran.err)
    };
    let (json, err) = fit(&["--fit-rows", "100", "--label", "class"]);
    assert_eq!((&json["training_rows"], &json["drawn_from"], &json["rows"]), (&100.into(), &500.into(), &500.into()));
    assert!(err.contains("a uniform sample of 100 of 500 rows") && err.contains("--fit-rows"), "{err}");
    assert!(bench.succeeds(&["info", "m.nafal"]).out.contains("a sample of 500 rows"));
    let first = std::fs::read(bench.path("m.nafal")).unwrap();
    fit(&["--fit-rows", "100", "--label", "class", "--threads", "1"]);
    assert_eq!(std::fs::read(bench.path("m.nafal")).unwrap(), first, "the same sample for the same seed");
    fit(&["--fit-rows", "100", "--label", "class", "--seed", "1"]);
    assert_ne!(std::fs::read(bench.path("m.nafal")).unwrap(), first);
    let (json, err) = fit(&["--fit-rows", "500"]);
    assert!(json["drawn_from"].is_null() && !err.contains("sample"), "{err}");
    bench.fails(&["fit", "t.csv", "-o", "n.nafal", "--max-memory", "12"], 2, &["at least 64 MB"]);
    bench.fails(&["fit", "t.csv", "-o", "n.nafal", "--max-memory", "much"], 2, &["is no size"]);
}
