//! `nafal explain` and `score --explain`: what they print, draw and refuse.
#![cfg(all(feature = "cli", feature = "report"))]

use serde_json::Value;

use crate::command::{Bench, simulated};

const HEADER: &str = "row,score,p_value,rank,column,value,share,normal_value,score_with";

/// A bench with a model and a test table of 12 rows, of which row 5 has a gross value in the column `b`.
fn bench() -> Bench {
    let bench = Bench::with_model();
    let mut lines: Vec<String> = simulated(5, 12, 0).lines().map(str::to_owned).collect();
    let column = lines[0].split(',').position(|name| name == "b").unwrap();
    let mut cells: Vec<&str> = lines[6].split(',').collect();
    cells[column] = "900";
    lines[6] = cells.join(",");
    bench.write("test.csv", lines.join("\n") + "\n");
    bench
}

fn lines(text: &str) -> Vec<Vec<String>> {
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn each_row_has_its_columns_by_rank_and_all_shares_add_up() {
    let bench = bench();
    let all = bench.succeeds(&["explain", "m.nafal", "test.csv", "--top", "99"]).out;
    assert_eq!(all.lines().next(), Some(HEADER));
    let rows = lines(&all);
    let width = rows.iter().filter(|row| row[0] == "0").count();
    assert!(width >= 3 && rows.len() == 12 * width, "{} lines of {width} columns", rows.len());
    let scores = lines(&bench.succeeds(&["score", "m.nafal", "test.csv"]).out);
    for (i, of_row) in rows.chunks(width).enumerate() {
        let sum: f64 = of_row.iter().map(|row| row[6].parse::<f64>().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9 || sum == 0.0, "row {i}: {sum}");
        for (rank, row) in of_row.iter().enumerate() {
            assert_eq!((&row[..3], row[3].parse()), (&scores[i][..3], Ok(rank + 1)));
        }
    }
    let three = bench.succeeds(&["explain", "m.nafal", "test.csv", "--rows", "5"]).out;
    let three = lines(&three);
    assert_eq!(three, rows[5 * width..5 * width + 3]);
    assert_eq!((&three[0][4][..], &three[0][5][..]), ("b", "900"));
    assert!(three[0][7].parse::<f64>().unwrap() < 100.0 && three[0][8].parse::<f64>().unwrap() < 5.0, "{three:?}");
    assert!(three[0][6].parse::<f64>().unwrap() > 0.5, "{three:?}");
}

#[test]
fn rows_are_chosen_by_number_and_by_p_value_and_come_as_objects() {
    let bench = bench();
    let numbers = |arguments: &[&str]| -> Vec<usize> {
        let ran = bench.succeeds(&[&["explain", "m.nafal", "test.csv", "--top", "1"], arguments].concat());
        lines(&ran.out).iter().map(|row| row[0].parse().unwrap()).collect()
    };
    assert_eq!(numbers(&[]), (0..12).collect::<Vec<_>>());
    assert_eq!(numbers(&["--rows", "9,2-4,0"]), [0, 2, 3, 4, 9]);
    let few = numbers(&["--alpha", "0.05"]);
    assert!(few.contains(&5) && few.len() < 12, "{few:?}");
    let json = bench.succeeds(&["explain", "m.nafal", "test.csv", "--rows", "5", "--json"]).out;
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!((&first["row"], &first["rank"], &first["column"]), (&5.into(), &1.into(), &"b".into()));
    assert_eq!(json.lines().count(), 3);
    for threads in ["1", "3"] {
        let ran = bench.succeeds(&["explain", "m.nafal", "test.csv", "--rows", "5", "--json", "--threads", threads]);
        assert_eq!(ran.out, json);
    }
    bench.succeeds(&["explain", "m.nafal", "test.csv", "-o", "why.csv", "--rows", "5", "--quiet"]);
    assert_eq!(lines(&bench.read("why.csv")).len(), 3);
}

#[test]
fn scores_may_come_with_their_first_reason() {
    let bench = bench();
    let plain = lines(&bench.succeeds(&["score", "m.nafal", "test.csv"]).out);
    let ran = bench.succeeds(&["score", "m.nafal", "test.csv", "--explain"]).out;
    assert_eq!(ran.lines().next(), Some("row,score,p_value,column,value,share,normal_value,score_with"));
    let with = lines(&ran);
    assert!(with.iter().zip(&plain).all(|(with, plain)| with[..3] == plain[..]) && with.len() == 12);
    assert_eq!(&with[5][3], "b");
    // A row that cannot be used keeps its place, and the reason its column.
    let broken = bench.read("test.csv").replace("900", "x");
    let ran = bench.run_with_input(&["score", "m.nafal", "-", "--explain", "--on-bad-row", "mark"], broken.clone());
    let bad = ran.out.lines().nth(6).unwrap();
    assert!(bad.starts_with("5,,,,,,,,") && bad.contains("not a number"), "{}", ran.out);
    let ran = bench.run_with_input(&["explain", "m.nafal", "-", "--rows", "5-6", "--on-bad-row", "mark"], broken);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let rows: Vec<&str> = ran.out.lines().skip(1).map(|line| &line[..2]).collect();
    assert_eq!(rows, ["5,", "6,", "6,", "6,"], "{}", ran.out);
}

#[test]
fn the_picture_shows_the_rows_that_were_explained() {
    let bench = bench();
    bench.succeeds(&["explain", "m.nafal", "test.csv", "--rows", "3-6", "--plot", "why.svg", "-o", "why.csv"]);
    let picture = bench.read("why.svg");
    assert!(picture.starts_with("<svg") && picture.contains("row 5") && !picture.contains("row 7"));
    assert!(picture.contains("900 →") && picture.contains("fill=\"#ffffff\""), "values, on a white ground");
    let ran = bench.run(&["explain", "m.nafal", "test.csv", "--plot", "x.csv", "-o", "x.csv"]);
    assert!(ran.code == 2 && ran.err.contains("named twice"), "{}", ran.err);
}

#[test]
fn series_name_channel_and_steps() {
    let bench = Bench::new();
    let course = |i: usize, fault: bool| -> String {
        let channel = |rate: f64, fault: bool| {
            let step = |t: usize| {
                let fault = if fault && (12..20).contains(&t) { 3.0 } else { 0.0 };
                format!("{:.4}", (t as f64 * rate + i as f64 * 0.03).sin() + fault)
            };
            (0..32).map(step).collect::<Vec<_>>().join(",")
        };
        format!("{}:{}:a\n", channel(0.4, false), channel(0.25, fault))
    };
    let header = "@problemName x\n@dimensions 2\n@classLabel true a\n@data\n";
    bench.write("train.ts", header.to_owned() + &(0..30).map(|i| course(i, false)).collect::<String>());
    bench.write("test.ts", header.to_owned() + &course(40, false) + &course(13, true));
    let small = ["--preset", "fast", "--views", "6", "--steps", "20"];
    bench.succeeds(&[&["fit", "train.ts", "-o", "s.nafal"], &small[..]].concat());
    let out = bench.succeeds(&["explain", "s.nafal", "test.ts", "--rows", "1", "--plot", "s.svg"]).out;
    let header = "row,score,p_value,rank,channel,first_step,last_step,share,score_with";
    assert_eq!(out.lines().next(), Some(header));
    let first = &lines(&out)[0];
    let (from, to): (usize, usize) = (first[5].parse().unwrap(), first[6].parse().unwrap());
    assert!(first[4] == "channel 1" && from <= 19 && (12..32).contains(&to), "{out}");
    assert!(bench.read("s.svg").contains("series 1"));
    let out = bench.succeeds(&["score", "s.nafal", "test.ts", "--explain"]).out;
    assert_eq!(out.lines().next(), Some("row,score,p_value,channel,first_step,last_step,share,score_with"));
}

#[test]
fn what_a_model_holds_of_its_training_rows_is_said_truly() {
    let bench = Bench::new();
    bench.write("train.csv", simulated(1, 60, 0));
    let fit = |model: &str, options: &[&str]| {
        let small = ["fit", "train.csv", "-o", model, "--label", "class", "--preset", "fast", "--steps", "20"];
        bench.succeeds(&[&small[..], options].concat()).err
    };
    let said = fit("a.nafal", &["--experts", "mixture:robust"]);
    assert!(said.contains("holds all 60 training rows"), "{said}");
    let said = fit("b.nafal", &["--experts", "mixture:robust", "--no-training-rows"]);
    assert!(said.contains("holds no training row"), "{said}");
    for (model, rows, kind) in [("a.nafal", 60, "cases"), ("b.nafal", 0, "figures")] {
        let info: Value = serde_json::from_str(&bench.succeeds(&["info", model, "--json"]).out).unwrap();
        assert_eq!(info["holds"], serde_json::json!({"kind": kind, "rows": rows, "reference": rows}));
        // Both explain.
        bench.write("test.csv", simulated(2, 3, 0));
        assert_eq!(lines(&bench.succeeds(&["explain", model, "test.csv"]).out).len(), 9);
    }
}
