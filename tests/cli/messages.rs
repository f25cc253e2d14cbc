//! What the command says on stderr: text of others is escaped and short, errors and warnings have a form for programs.
#![cfg(all(feature = "cli", feature = "report"))]

use serde_json::{Value, json};

use crate::command::Bench;
#[cfg(unix)]
use crate::command::simulated;

/// What acts on a terminal, as it may stand in a header.
const WILD: &str = "\u{1b}[2J\u{1b}[31mred\u{202e}\u{200b}\u{9b}\u{7}";

/// The only line of stderr, as JSON.
#[track_caller]
fn object(err: &str) -> Value {
    assert_eq!(err.lines().count(), 1, "{err:?}");
    serde_json::from_str(err.trim_end()).unwrap()
}

#[track_caller]
fn is_harmless(text: &str) {
    let wild = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{200b}' | '\u{202e}');
    assert!(!text.chars().any(wild), "{text:?}");
    assert!(text.len() < 8000, "{} bytes", text.len());
}

/// Rows of `columns` columns under a header.
fn table(names: &[String], rows: usize) -> String {
    let mut quoted: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let mut text = quoted.join(",") + "\n";
    for i in 0..rows {
        quoted = (0..names.len()).map(|j| (i * (7 + j) % 11).to_string()).collect();
        text += &(quoted.join(",") + "\n");
    }
    text
}

#[test]
fn text_of_others_is_escaped_and_short_wherever_it_is_printed() {
    let bench = Bench::new();
    let names = [WILD.to_owned(), "q".repeat(60_000), "a\nb".into()];
    bench.write("t.csv", table(&names, 12));
    let fit = ["fit", "t.csv", "-o", "m.nafal", "--steps", "1", "--preset", "fast"];
    is_harmless(&bench.succeeds(&fit).err);
    let info = bench.succeeds(&["info", "m.nafal"]).out;
    assert!(info.contains("\\u{1b}[2J") && info.contains("… (60000 characters)"), "{info}");
    assert!(!info.chars().any(|c| c.is_control() && c != '\n'), "{info:?}");
    // Names on stdout are the names, properly quoted.
    let sample = bench.succeeds(&["sample", "m.nafal", "-n", "1"]).out;
    assert!(sample.contains(WILD) && sample.contains("\"a\nb\"") && sample.contains(&names[1]));
    let sample = bench.succeeds(&["sample", "m.nafal", "-n", "1", "--json"]).out;
    assert!(serde_json::from_str::<Value>(&sample).unwrap().get(WILD).is_some());
    // A missing column, columns that are not used, a label that is not there.
    bench.write("other.csv", table(&(0..100).map(|i| format!("{WILD}{i}")).collect::<Vec<_>>(), 12));
    let missing = bench.fails(&["score", "m.nafal", "other.csv"], 3, &["\\u{1b}[2J", "missing", "(100 in all)"]).err;
    is_harmless(&missing);
    let mut more = names.to_vec();
    more.extend((0..100).map(|i| format!("{WILD}{i}")));
    bench.write("more.csv", table(&more, 12));
    let scored = bench.succeeds(&["score", "m.nafal", "more.csv"]).err;
    assert!(scored.contains("(100 in all)"), "{scored}");
    is_harmless(&scored);
    is_harmless(
        &bench.fails(&["fit", "t.csv", "-o", "n", "--label", WILD, "--normal", WILD], 3, &["no normal rows"]).err,
    );
    is_harmless(&bench.fails(&["fit", WILD, "-o", "n"], 3, &["no such file"]).err);
    is_harmless(&bench.fails(&["score", WILD, "t.csv"], 4, &["no such file"]).err);
    is_harmless(&bench.fails(&["fit", "t.csv", "-o", "n", "--experts", WILD], 2, &["no expert"]).err);
    is_harmless(&bench.fails(&["fit", "t.csv", "-o", "n", "--steps", WILD], 2, &["invalid value"]).err);
    is_harmless(&bench.fails(&["fit", "t.csv", "-o", &format!("no/{WILD}")], 5, &["cannot write"]).err);
}

#[test]
fn pages_show_what_labels_hold() {
    let bench = Bench::new();
    let rows: String = (0..14).map(|i| format!("{},{},\"{WILD}<b>{}\"\n", i % 5, i * i % 7, "l".repeat(200))).collect();
    bench.write("t.csv", format!("a,b,\"{WILD}\"\n{rows}"));
    let label = format!("{WILD}<b>{}", "l".repeat(200));
    let fit = ["fit", "t.csv", "-o", "m", "--steps", "1", "--preset", "fast", "--label", WILD, "--normal", &label];
    bench.succeeds(&[&fit[..], &["--report", "r.html"]].concat());
    let page = bench.read("r.html");
    assert!(page.contains("\\u{1b}[2J") && page.contains("&lt;b&gt;") && !page.contains(&"l".repeat(61)), "{page}");
    assert!(!page.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'));
    assert!(page.contains("no p-value is below 1&#x2f;15"), "the page has the warnings");
}

#[test]
fn absurd_headers_are_refused_before_training() {
    let bench = Bench::new();
    bench.write("long.csv", format!("{},b\n{}", "a".repeat(5_000_000), "1,2\n3,4\n".repeat(6)));
    let fit = |file: &'static str| ["fit", file, "-o", "m.nafal", "--steps", "100000000"];
    let err =
        bench.fails(&fit("long.csv"), 3, &["long.csv:1: column \"aaa", "5000000 bytes", "65536 are the most"]).err;
    is_harmless(&err);
    let many: Vec<String> = (0..65_537).map(|i| format!("c{i}")).collect();
    let row = vec!["1"; many.len()].join(",");
    bench.write("wide.csv", format!("{}\n{}", many.join(","), format!("{row}\n").repeat(8)));
    bench.fails(&fit("wide.csv"), 3, &["wide.csv:1:", "65536"]);
    bench.write("names.csv", table(&(0..40).map(|i| format!("{i}{}", "n".repeat(60_000))).collect::<Vec<_>>(), 12));
    bench.fails(&fit("names.csv"), 3, &["names.csv: the names of columns and categories would take"]);
}

#[test]
fn with_json_every_error_is_one_object() {
    let bench = Bench::with_model();
    bench.write("bad.csv", "a,b\n1,2\n3,\u{1b}x\n");
    for (arguments, want) in [
        (&["fit", "bad.csv", "-o", "n"][..], json!({"code": 3, "file": "bad.csv", "line": 3, "column": "b"})),
        (&["fit", "none.csv", "-o", "n"], json!({"code": 3, "file": "none.csv"})),
        (&["info", "none.nafal"], json!({"code": 4, "file": "none.nafal"})),
        (&["fit", "train.csv", "-o", "no/m", "--label", "class"], json!({"code": 5, "file": "no/m"})),
        (&["predict", "m.nafal", "train.csv", "--alpha", "2"], json!({"code": 2})),
        (&["fit", "train.csv", "-o", "n", "--setps", "3"], json!({"code": 2})),
        (&["fit", "train.csv"], json!({"code": 2})),
        (&["frobnicate"], json!({"code": 2})),
        (&[], json!({"code": 2})),
    ] {
        let ran = bench.run(&[arguments, &["--json"]].concat());
        let error = object(&ran.err);
        is_harmless(ran.err.trim_end());
        assert_eq!((ran.code, ran.out.as_str()), (want["code"].as_i64().unwrap() as i32, ""), "{error}");
        let mut fields: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
        // Where all that is in the way of reading a file is known.
        fields.retain(|field| !["problems", "command"].contains(field));
        assert_eq!(fields, ["code", "column", "file", "hint", "line", "message", "row"], "{error}");
        for (field, value) in want.as_object().unwrap() {
            assert_eq!(&error[field], value, "{error}");
        }
        for field in ["message", "hint"] {
            assert!(!error[field].as_str().unwrap().is_empty(), "{field}: {error}");
        }
    }
    let error = object(&bench.run(&["fit", "bad.csv", "-o", "n", "--json"]).err);
    assert_eq!(error["message"], "\"\\u{1b}x\" is not a number");
    // The help is no error.
    let help = bench.run(&["--help", "--json"]);
    assert!(help.code == 0 && help.out.contains("Usage"));
}

#[cfg(unix)]
#[test]
fn with_json_an_interruption_is_an_object_too() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(1, 200, 0));
    let fit = bench.start(&["fit", "t.csv", "-o", "m", "--steps", "10000000", "--json"]);
    std::thread::sleep(std::time::Duration::from_millis(600));
    let id = fit.id().to_string();
    assert!(std::process::Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    let output = fit.wait_with_output().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(2));
    let err = String::from_utf8(output.stderr).unwrap();
    let last: Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
    assert_eq!((&last["code"], &last["message"]), (&json!(130), &json!("interrupted")));
}

#[test]
fn warnings_are_not_silenced_and_stand_in_json() {
    let bench = Bench::new();
    let rows: String = (0..12).map(|i| format!("{},{},0\n{},{},1\n", i * 5 % 12, i * i % 7, i, 50 - i)).collect();
    bench.write("t.csv", format!("a,b,class\n{rows}"));
    let fit = ["fit", "t.csv", "-o", "m", "--steps", "1", "--preset", "fast", "--label", "class", "--quiet"];
    let says = "no p-value is below 1/13 with 12 training rows, so alpha 0.05 calls nothing anomalous; fit on at least 19 \
                rows or use --threshold";
    assert_eq!(bench.succeeds(&fit).err, format!("warning: {says}\n"));
    let summary = bench.succeeds(&[&fit[..], &["--json"]].concat());
    assert_eq!((object(&summary.out)["warnings"].clone(), summary.err.as_str()), (json!([says]), ""));
    assert!(bench.succeeds(&["info", "m"]).out.contains(&format!("  warning: {says}\n")));
    assert_eq!(object(&bench.succeeds(&["info", "m", "--json"]).out)["warnings"], json!([says]));
    let measured = bench.succeeds(&["evaluate", "m", "t.csv", "--json"]);
    assert_eq!((object(&measured.out)["warnings"].clone(), measured.err.as_str()), (json!([says]), ""));
    let predict = ["predict", "m", "t.csv", "--quiet"];
    assert_eq!(bench.succeeds(&predict).err, format!("warning: {says}\n"));
    assert_eq!(object(&bench.succeeds(&[&predict[..], &["--json"]].concat()).err), json!({"warning": says}));
    let fine = bench.succeeds(&[&predict[..], &["--alpha", "0.2"]].concat());
    assert_eq!(fine.err, "");
    let none = bench.succeeds(&[&predict[..], &["--contamination", "0.001"]].concat());
    assert!(none.err.starts_with("warning: a share of 0.001 of 24 rows"), "{}", none.err);
    // A note is one, and has its form.
    let note = bench.succeeds(&["score", "m", "t.csv", "--json"]);
    assert_eq!(note.err, "");
    bench.write("more.csv", format!("x,a,b\n{}", "1,2,3\n".repeat(9)));
    let note = object(&bench.succeeds(&["score", "m", "more.csv", "--json"]).err);
    assert_eq!(note, json!({"note": "a column the model does not use: \"x\""}));
    // Equal scores at the cut.
    let ties = bench.succeeds(&["predict", "m", "more.csv", "--contamination", "0.2", "--quiet"]);
    assert!(ties.err.starts_with("warning: 9 rows instead of 2 are called anomalous"), "{}", ties.err);
}

#[test]
fn columns_that_no_view_looks_at_are_a_warning_with_the_model() {
    let bench = Bench::new();
    let names: Vec<String> = (0..400).map(|i| format!("c{i}")).collect();
    bench.write("t.csv", table(&names, 30));
    let fit = ["fit", "t.csv", "-o", "m", "--experts", "flows:gaussian", "--views", "5", "--steps", "1", "--quiet"];
    let err = bench.succeeds(&fit).err;
    assert!(err.lines().any(|l| l.starts_with("warning: no view looks at ") && l.ends_with("raise --views")), "{err}");
    assert!(bench.succeeds(&["info", "m"]).out.contains("  warning: no view looks at "));
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_started_are_an_error() {
    let bench = Bench::with_model();
    let nafal = assert_cmd::cargo::cargo_bin!("nafal");
    let limited = |kilobytes: u32, arguments: &str| {
        let script = format!("ulimit -v {kilobytes}; exec '{}' {arguments}", nafal.display());
        let ran = std::process::Command::new("sh").args(["-c", &script]).current_dir(bench.path("")).output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    // Room for the program, and not for the stacks of so many threads.
    let (code, err) = limited(1_000_000, "info m.nafal --threads 1000");
    assert!(
        code == Some(2) && err.starts_with("error: cannot start 1000 threads") && err.contains("--threads"),
        "{err}"
    );
    let (code, err) = limited(1_000_000, "info m.nafal --threads 1000 --json");
    assert!(code == Some(2) && object(&err)["hint"].as_str().unwrap().contains("--threads"), "{err}");
    assert_eq!(bench.run(&["info", "m.nafal", "--threads", "60000"]).code, 2);
}
