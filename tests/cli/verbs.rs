//! What the verbs print and write, as the contract has it.
#![cfg(all(feature = "cli", feature = "report"))]

use crate::command::{Bench, numbers, simulated};
use crate::real_data::real_data;
use nafal::evaluate::metrics;

/// A bench with a model and a labelled test table `test.csv`.
fn bench() -> Bench {
    let bench = Bench::with_model();
    bench.write("test.csv", simulated(5, 80, 20));
    bench
}

fn labels(table: &str) -> Vec<bool> {
    table.lines().skip(1).map(|line| line.ends_with(",1")).collect()
}

#[test]
fn scores_are_a_table_that_evaluation_agrees_with_to_the_bit() {
    let bench = bench();
    let printed = bench.succeeds(&["score", "m.nafal", "test.csv"]);
    let rows = numbers(&printed.out, "row,score,p_value");
    assert_eq!(rows.len(), 100);
    assert!(rows.iter().enumerate().all(|(i, r)| r[0] == i as f64 && r[2] >= 1.0 / 61.0 && r[2] <= 1.0));
    let scores: Vec<f64> = rows.iter().map(|r| r[1]).collect();
    let truth = labels(&bench.read("test.csv"));
    let flags: Vec<bool> = rows.iter().map(|r| r[2] <= 0.05).collect();
    let measured = bench.succeeds(&["evaluate", "m.nafal", "test.csv", "--label", "class"]);
    let header = "n,anomalies,auroc,average_precision,f1_at_true_ratio,f1_at_alpha,alpha";
    let want = [
        100.0,
        20.0,
        metrics::auroc(&truth, &scores).unwrap(),
        metrics::average_precision(&truth, &scores).unwrap(),
        metrics::f1_at_true_ratio(&truth, &scores).unwrap(),
        metrics::f1(&truth, &flags).unwrap(),
        0.05,
    ];
    assert_eq!(numbers(&measured.out, header), [want]);
    assert!(want[2] > 0.8, "AUROC {}", want[2]);
    // The label column is the model's unless named, and the same numbers come out as JSON.
    let json = bench.succeeds(&["evaluate", "m.nafal", "test.csv", "--json"]);
    let json: serde_json::Value = serde_json::from_str(json.out.trim()).unwrap();
    assert_eq!(json["auroc"].as_f64(), Some(want[2]));
    assert_eq!((json["n"].as_u64(), json["anomalies"].as_u64()), (Some(100), Some(20)));
}

#[test]
fn the_same_scores_come_by_every_way() {
    let bench = bench();
    let want = bench.succeeds(&["score", "m.nafal", "test.csv"]);
    assert_eq!((want.err.as_str(), want.out.ends_with('\n')), ("", true));
    let table = bench.read("test.csv");
    assert_eq!(bench.run_with_input(&["score", "m.nafal", "-"], table.clone()).out, want.out);
    for threads in ["1", "2", "5"] {
        assert_eq!(bench.succeeds(&["score", "m.nafal", "test.csv", "--threads", threads]).out, want.out);
    }
    bench.succeeds(&["score", "m.nafal", "test.csv", "-o", "out.csv"]);
    assert_eq!(bench.read("out.csv"), want.out);
    // Columns in another order, and one that the model does not know.
    let turned: String = table
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("x{},{},{},{},{}\n", cells[3], cells[3], cells[2], cells[1], cells[0])
        })
        .collect();
    bench.write("turned.csv", turned.replacen("xclass", "note", 1));
    let ran = bench.succeeds(&["score", "m.nafal", "turned.csv"]);
    assert_eq!(ran.out, want.out);
    assert_eq!(ran.err, "note: a column the model does not use: \"note\"\n");
    assert_eq!(bench.succeeds(&["score", "m.nafal", "turned.csv", "--quiet"]).err, "");
    // JSON carries the same digits.
    let json = bench.succeeds(&["score", "m.nafal", "test.csv", "--json"]).out;
    let lines: Vec<String> = json
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(row.as_object().unwrap().len(), 3);
            format!("{},{},{}", row["row"], row["score"], row["p_value"])
        })
        .collect();
    let same = |a: &str, b: &str| a.split(',').zip(b.split(',')).all(|(a, b)| a.parse::<f64>() == b.parse::<f64>());
    assert_eq!(lines.len(), 100);
    assert!(lines.iter().zip(want.out.lines().skip(1)).all(|(a, b)| same(a, b)));
}

#[test]
fn verdicts_follow_their_rule() {
    let bench = bench();
    let predict = |rest: &[&str]| {
        let ran = bench.succeeds(&[&["predict", "m.nafal", "test.csv"], rest].concat());
        (numbers(&ran.out, "row,score,p_value,anomaly"), ran.err)
    };
    for (rest, alpha) in [(&[][..], 0.05), (&["--alpha", "0.2"], 0.2)] {
        let (rows, _) = predict(rest);
        assert!(rows.iter().all(|r| (r[3] == 1.0) == (r[2] <= alpha)));
        assert!(rows.iter().any(|r| r[3] == 1.0) && rows.iter().any(|r| r[3] == 0.0));
    }
    let (rows, _) = predict(&["--contamination", "0.13"]);
    let flagged: Vec<f64> = rows.iter().filter(|r| r[3] == 1.0).map(|r| r[1]).collect();
    let lowest = flagged.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(flagged.len() >= 13 && rows.iter().all(|r| (r[1] >= lowest) == (r[3] == 1.0)));
    let (rows, _) = predict(&["--threshold", &lowest.to_string()]);
    assert!(rows.iter().all(|r| (r[1] >= lowest) == (r[3] == 1.0)));
    let (rows, _) = predict(&["--threshold", "-1e9"]);
    assert!(rows.iter().all(|r| r[3] == 1.0));
    // 60 training rows cannot give a p-value of one in a thousand.
    let (rows, said) = predict(&["--alpha", "0.001"]);
    assert!(rows.iter().all(|r| r[3] == 0.0));
    assert!(said.contains("1/61") && said.contains("999 rows"), "{said}");
}

#[test]
fn seeds_and_threads() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(3, 50, 0));
    let fit = |to: &str, rest: &[&str]| {
        let fixed = ["fit", "t.csv", "--preset=fast", "--views=5", "-o", to];
        bench.succeeds(&[&fixed, rest].concat());
        std::fs::read(bench.path(to)).unwrap()
    };
    let one = fit("one.nafal", &["--threads", "1"]);
    assert!(one == fit("two.nafal", &["--threads", "2", "--seed", "0"]), "threads change the model");
    assert!(one == fit("five.nafal", &["--threads", "5"]), "threads change the model");
    assert!(one != fit("other.nafal", &["--seed", "1"]), "the seed changes nothing");
}

#[test]
fn fitting_says_what_it_did() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(3, 40, 10));
    let fit = ["fit", "t.csv", "-o", "m.nafal", "--preset=fast", "--views=5", "--report", "r.html"];
    let ran = bench.succeeds(&fit);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("--label class") && ran.err.contains("nafal score m.nafal"), "{}", ran.err);
    let page = bench.read("r.html");
    assert!(page.contains("<svg") && page.contains("t.csv") && page.trim_end().ends_with("</html>"));
    assert_eq!(bench.succeeds(&[&fit[..], &["--quiet"]].concat()).err, "");
    let json = bench.succeeds(&[&fit[..], &["--json", "--label", "class"]].concat()).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["rows"].as_u64(), json["training_rows"].as_u64()), (Some(50), Some(40)));
    assert_eq!(bench.files(), ["m.nafal", "r.html", "t.csv"]);
}

#[test]
fn information_and_samples() {
    let bench = Bench::with_model();
    let header = bench.succeeds(&["info", "m.nafal", "--json"]).out;
    let header: serde_json::Value = serde_json::from_str(&header).unwrap();
    assert_eq!(header["columns"], serde_json::json!(["a", "b", "c"]));
    let text = bench.succeeds(&["info", "m.nafal"]).out;
    assert!(text.contains("60 rows of 3 columns") && text.contains("a, b, c"), "{text}");

    let draw = |seed: &str| bench.succeeds(&["sample", "m.nafal", "-n", "12", "--seed", seed]).out;
    let text = draw("4");
    assert_eq!(text.lines().next(), Some("sample,view,log_density,a,b,c"));
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (drawn, columns) = cells.split_at(3);
        // A view sees some of the columns; the cells of the others are empty.
        let seen: Vec<&str> = columns.iter().copied().filter(|c| !c.is_empty()).collect();
        assert!(columns.len() == 3 && !seen.is_empty(), "{line}");
        assert!(drawn.iter().chain(&seen).all(|c| c.parse::<f64>().unwrap().is_finite()), "{line}");
    }
    assert_eq!(text.lines().count(), 1 + 12);
    assert_eq!(draw("4"), draw("4"));
    assert_ne!(draw("4"), draw("5"));
}

#[test]
fn what_a_model_keeps_is_said() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(3, 50, 0));
    let fit = |rest: &[&str]| {
        let fixed = ["fit", "t.csv", "--preset=fast", "--steps=20", "-o", "m.nafal"];
        bench.run(&[&fixed, rest].concat())
    };
    let info = || {
        let json = bench.succeeds(&["info", "m.nafal", "--json"]).out;
        (bench.succeeds(&["info", "m.nafal"]).out, serde_json::from_str::<serde_json::Value>(&json).unwrap())
    };
    let ran = fit(&["--experts", "near,flows"]);
    assert!(ran.code == 0 && ran.err.contains("holds all 50 training rows"), "{}", ran.err);
    let (text, json) = info();
    assert!(text.contains("holds all 50 training rows") && !text.contains("left out"), "{text}");
    assert!(text.lines().any(|line| line.contains("near:robust") && line.contains("share 16.7 %")), "{text}");
    assert_eq!(json["holds"], serde_json::json!({"kind": "cases", "rows": 50, "reference": 50}));
    let panel = json["panel"].as_array().unwrap();
    let shares: f64 = panel.iter().map(|member| member["share"].as_f64().unwrap()).sum();
    assert!(panel.len() == 6 && (shares - 1.0).abs() < 1e-12 && panel[0]["criterion"].is_null(), "{json}");

    let ran = fit(&["--no-training-rows", "--robust", "--report", "r.html"]);
    assert!(ran.code == 0 && ran.err.contains("holds no training row, but values of single columns"), "{}", ran.err);
    let (text, json) = info();
    assert!(text.contains("left out: 10 rows as unusual") && text.contains("holds no training row"), "{text}");
    assert!(text.contains(" %, tells held-out cases from made ones with AUROC 0."), "{text}");
    assert_eq!((&json["holds"]["rows"], &json["training"]["trimmed"]), (&0.into(), &10.into()));
    assert!(json["panel"].as_array().unwrap().iter().all(|member| member["criterion"].is_f64()), "{json}");
    let page = bench.read("r.html");
    assert!(page.contains("10 rows as unusual") && page.contains("expert flows:") && page.contains("share "), "{page}");

    let ran = fit(&["--no-training-rows", "--experts", "mixture,near:robust"]);
    assert!(ran.code == 2 && ran.err.contains("`near:robust` keeps training rows"), "{}", ran.err);
}

#[test]
fn a_table_that_needs_care_works() {
    let bench = Bench::new();
    let names = ["a", "constant", "a again"];
    let rows: String = (0..20).map(|i| format!("{0},7,{0}\r\n", f64::from(i * i % 13) * 1e9)).collect();
    bench.write("t.csv", format!("\u{feff}{}\r\n{rows}\r\n", names.join(",")));
    bench.write("one.csv", (0..20).fold("only\n".into(), |text: String, i| text + &format!("{}\n", i % 7)));
    for table in ["t.csv", "one.csv"] {
        bench.succeeds(&["fit", table, "-o", "m.nafal", "--preset=fast", "--views=5"]);
        let scores = numbers(&bench.succeeds(&["score", "m.nafal", table]).out, "row,score,p_value");
        assert!(scores.len() == 20 && scores.iter().flatten().all(|v| v.is_finite()));
    }
}

#[test]
fn long_streams_are_scored_in_pieces() {
    let bench = Bench::with_model();
    let table = simulated(9, 9000, 0);
    let ran = bench.run_with_input(&["score", "m.nafal", "-"], table);
    assert_eq!(numbers(&ran.out, "row,score,p_value").len(), 9000);
    assert!(ran.out.lines().last().unwrap().starts_with("8999,"));
}

#[test]
fn rows_are_answered_as_they_come() {
    use std::io::{BufRead, BufReader, Write};

    let bench = Bench::with_model();
    let mut child = bench.start(&["score", "m.nafal", "-"]);
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    input.write_all(b"a,b,c\n").unwrap();
    for i in 0..3 {
        input.write_all(b"1,1.1,0.5\n").unwrap();
        if i == 0 {
            assert_eq!(lines.next().unwrap().unwrap(), "row,score,p_value");
        }
        assert!(lines.next().unwrap().unwrap().starts_with(&format!("{i},")));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_output_that_cannot_be_written_fails_before_the_work() {
    let bench = Bench::with_model();
    std::fs::create_dir(bench.path("folder")).unwrap();
    let long = ["fit", "train.csv", "--views", "50000", "-o"];
    for (to, word) in [("no/such/m.nafal", "there is no folder no/such"), ("folder", "it is a directory")] {
        bench.fails(&[&long[..], &[to]].concat(), 5, &["cannot write", to, word]);
        bench.fails(&[&long[..], &["x.nafal", "--report", to]].concat(), 5, &["cannot write", to, word]);
        for verb in ["score", "predict", "evaluate"] {
            bench.fails(&[verb, "m.nafal", "train.csv", "-o", to], 5, &["cannot write", to, word]);
        }
    }
    // A label of normal rows without a label column says nothing.
    let ran = bench.run(&["fit", "train.csv", "-o", "x.nafal", "--normal", "1"]);
    assert!(ran.code == 2 && ran.err.contains("--label"), "{}", ran.err);
}

#[test]
fn presets_bring_their_kind_of_score() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(3, 60, 0));
    for (preset, rest, score) in
        [("fast", &[][..], "calibrated"), ("paper", &[], "likelihood"), ("paper", &["--score", "latent"], "latent")]
    {
        let fixed = ["fit", "t.csv", "--views", "1", "-o", "m.nafal", "--preset", preset];
        bench.succeeds(&[&fixed[..], rest].concat());
        let header = bench.succeeds(&["info", "m.nafal", "--json"]).out;
        let header: serde_json::Value = serde_json::from_str(&header).unwrap();
        assert_eq!(header["configuration"]["score"], score);
        assert_eq!(numbers(&bench.succeeds(&["score", "m.nafal", "t.csv"]).out, "row,score,p_value").len(), 60);
    }
}

#[test]
fn the_demonstration_tells_its_story() {
    let bench = Bench::new();
    let ran = bench.succeeds(&["demo", "--out", "a/b", "--json"]);
    let story: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let (single, together) = (story["auroc_single"].as_f64().unwrap(), story["auroc"].as_f64().unwrap());
    assert!(single < 0.7 && together > 0.97, "AUROC {single} of each sensor by itself, {together} together");
    for name in ["train.csv", "test.csv", "pump.nafal", "scores.csv", "scores.svg", "report.html"] {
        assert!(bench.path(&format!("a/b/{name}")).is_file(), "{name}");
    }
    assert_eq!(std::fs::read_dir(bench.path("a/b")).unwrap().count(), 6);
    // The tables and the model go together.
    let scores = bench.succeeds(&["score", "a/b/pump.nafal", "a/b/test.csv"]).out;
    assert_eq!(scores, bench.read("a/b/scores.csv"));
    let measured = bench.succeeds(&["evaluate", "a/b/pump.nafal", "a/b/test.csv", "--json"]).out;
    let measured: serde_json::Value = serde_json::from_str(&measured).unwrap();
    assert_eq!(measured["auroc"].as_f64(), Some(together));
}

#[test]
fn experiments_refuse_what_they_do_not_know() {
    let bench = Bench::new();
    for (arguments, word) in [
        (&["table9", "--data", "."][..], "table9"),
        (&["table1", "--data", ".", "--methods", "magic"], "magic"),
        (&["table1", "--data", ".", "--datasets", "mars"], "mars"),
        (&["table1", "--data", ".", "--split", "thirds"], "thirds"),
        (&["table1", "--data", ".", "--seeds", "0"], "0"),
        (&["table1"], "--data"),
    ] {
        let ran = bench.run(&[&["reproduce"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(word), "{}", ran.err);
    }
    bench.fails(&["reproduce", "table1", "--data", "nowhere", "--datasets", "lympho", "-o", "o"], 3, &["nowhere"]);
}

#[test]
fn an_experiment_prints_a_line_a_value() {
    let Some(data) = real_data() else { return };
    let bench = Bench::new();
    let arguments = ["reproduce", "table1", "--datasets", "LYMPHO", "--methods", "lof,knn", "--seeds", "2", "--json"];
    let printed = bench.succeeds(&[&arguments[..], &["--data", data.to_str().unwrap()]].concat()).out;
    let lines: Vec<serde_json::Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let runs = lines.iter().filter(|line| line.get("seed").is_some()).collect::<Vec<_>>();
    for run in &runs {
        for key in
            ["table", "dataset", "task", "method", "metric", "seed", "split", "value", "fit_s", "score_s", "config"]
        {
            assert!(run.get(key).is_some(), "{key} is missing in {run}");
        }
        assert!((0.0..=1.0).contains(&run["value"].as_f64().unwrap()) && run["dataset"] == "lympho");
    }
    assert_eq!(runs.iter().filter(|run| run["metric"] == "auroc").count(), 4);
    let means = lines.iter().filter(|line| line.get("mean").is_some() && line["metric"] == "auroc").count();
    assert_eq!(means, 2);
}

#[test]
fn help_and_version() {
    let bench = Bench::new();
    let help = bench.succeeds(&["--help"]).out;
    for verb in ["demo", "fit", "score", "predict", "evaluate", "recalibrate", "sample", "info", "reproduce"] {
        assert!(help.contains(verb));
        assert!(bench.succeeds(&[verb, "--help"]).out.contains("--threads"));
    }
    assert!(bench.succeeds(&["--version"]).out.starts_with("nafal "));
}
