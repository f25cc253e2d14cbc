//! Bad tables are exit 3 and one sentence that names file, line and column; a failed command leaves nothing behind.
#![cfg(all(feature = "cli", feature = "report"))]

use std::io::Write;

use crate::command::{Bench, simulated};

const FIT: [&str; 5] = ["fit", "t.csv", "-o", "m.nafal", "--preset=fast"];

/// A table of ten good rows `a,b`, with line `line` (1 is the header) replaced.
fn with_line(line: usize, text: &str) -> String {
    let mut lines = vec!["a,b".to_owned()];
    lines.extend((0..10).map(|i| format!("{i},{}", i * i)));
    lines[line - 1] = text.into();
    lines.join("\n") + "\n"
}

#[test]
fn fitting_names_file_line_and_column() {
    for (text, words) in [
        (with_line(4, "1,x"), &["t.csv:4:", "\"b\"", "\"x\" is not a number"][..]),
        (with_line(11, "NaN,1"), &["t.csv:11:", "\"a\"", "not a finite number"]),
        (with_line(2, "1,-inf"), &["t.csv:2:", "\"b\"", "not a finite number"]),
        (with_line(5, "1,"), &["t.csv:5:", "\"b\"", "empty"]),
        (with_line(5, "1e999,2"), &["t.csv:5:", "\"a\"", "too large"]),
        (with_line(6, "1"), &["t.csv:6:", "\"b\"", "1 cell", "header has 2"]),
        (with_line(7, "1,2,3"), &["t.csv:7:", "3 cells", "header has 2"]),
        (with_line(7, ""), &["t.csv:7:", "blank"]),
        (with_line(1, "a,a"), &["t.csv:1:", "\"a\"", "two columns"]),
        (with_line(1, "1,2"), &["t.csv:1:", "no header"]),
        (with_line(1, "a,"), &["t.csv:1:", "column 2 has no name"]),
        ("a,b\n".into(), &["t.csv:", "no rows"]),
        ("".into(), &["t.csv:", "empty"]),
        ("a,b\n1,2\n3,4\n".into(), &["t.csv:", "2 training rows", "at least 8"]),
    ] {
        let bench = Bench::new();
        bench.write("t.csv", &text);
        bench.fails(&FIT, 3, words);
        // The same through a pipe.
        let ran = bench.run_with_input(&["fit", "-", "-o", "m.nafal"], text);
        assert_eq!(ran.code, 3);
        assert!(ran.err.contains(&words[0].replace("t.csv", "<stdin>")), "{}", ran.err);
    }
}

#[test]
fn fitting_with_bytes_that_are_no_table() {
    let bench = Bench::new();
    bench.write("t.csv", b"a,b\n1,2\n\xff\xfe,3\n");
    bench.fails(&FIT, 3, &["t.csv:3:", "\"a\"", "UTF-8"]);
    bench.write("t.csv", b"\xff\xfea\0,\0b\0\n\0");
    bench.fails(&FIT, 3, &["t.csv:", "UTF-16"]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(simulated(1, 400, 0).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    bench.write("t.csv", &gzip[..gzip.len() / 2]);
    bench.fails(&FIT, 3, &["t.csv:", "damaged or cut short"]);
    std::fs::create_dir(bench.path("folder")).unwrap();
    bench.fails(&["fit", "folder", "-o", "m.nafal"], 3, &["folder:", "directory"]);
    bench.fails(&["fit", "none.csv", "-o", "m.nafal"], 3, &["none.csv:", "no such file"]);
}

#[test]
fn labels_that_do_not_fit() {
    let bench = Bench::new();
    bench.write("t.csv", simulated(1, 30, 5));
    let fit = |rest: &[&'static str]| [&FIT[..], rest].concat();
    bench.fails(&fit(&["--label", "kind"]), 3, &["t.csv:1:", "\"kind\"", "missing", "\"class\""]);
    bench.fails(
        &fit(&["--label", "class", "--normal", "ok"]),
        3,
        &["t.csv:", "\"class\"", "no normal rows", "\"1\", \"0\""],
    );
    bench.fails(&fit(&["--label", "class", "--normal", "1"]), 3, &["t.csv:", "5 training rows", "at least 8"]);
}

#[test]
fn scoring_names_file_line_and_column() {
    let bench = Bench::with_model();
    for verb in ["score", "predict"] {
        for (text, words) in [
            ("a,c\n1,2\n", &["t.csv:1:", "\"b\"", "missing"][..]),
            ("a,b,c\n1,2,3\n1,2,?\n", &["t.csv:3:", "\"c\"", "not a number"]),
            ("a,b,c\n1,2\n", &["t.csv:2:", "2 cells", "header has 3"]),
            ("a,b,c\n", &["t.csv:", "no rows"]),
            ("1,2,3\n4,5,6\n", &["t.csv:1:", "no header"]),
        ] {
            bench.write("t.csv", text);
            let before = bench.files();
            let ran = bench.run(&[verb, "m.nafal", "t.csv", "-o", "out.csv"]);
            assert_eq!(ran.code, 3);
            words.iter().for_each(|w| assert!(ran.err.contains(w), "{w}: {}", ran.err));
            assert_eq!(bench.files(), before);
        }
        bench.fails(&[verb, "m.nafal", "none.csv", "-o", "out.csv"], 3, &["none.csv:", "no such file"]);
    }
}

#[test]
fn evaluation_needs_both_classes() {
    let bench = Bench::with_model();
    bench.write("t.csv", simulated(2, 20, 0));
    bench.fails(&["evaluate", "m.nafal", "t.csv"], 3, &["t.csv:", "\"class\"", "every label is \"0\""]);
    bench.fails(&["evaluate", "m.nafal", "t.csv", "--normal", "x"], 3, &["t.csv:", "no label is \"x\""]);
    bench.fails(&["evaluate", "m.nafal", "t.csv", "--label", "z"], 3, &["t.csv:1:", "\"z\"", "missing"]);
    bench.fails(&["evaluate", "m.nafal", "t.csv", "--label", "a"], 3, &["t.csv:1:", "\"a\"", "feature and the label"]);
}

#[test]
fn model_files_that_are_none() {
    let bench = Bench::with_model();
    bench.write("t.csv", simulated(2, 20, 4));
    let whole = std::fs::read(bench.path("m.nafal")).unwrap();
    bench.write("cut.nafal", &whole[..whole.len() - 5]);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    bench.write("flipped.nafal", flipped);
    bench.write("text.nafal", "a,b\n1,2\n");
    bench.write("nothing.nafal", "");
    for model in ["cut.nafal", "flipped.nafal", "text.nafal", "nothing.nafal", "none.nafal"] {
        for verb in ["score", "predict", "evaluate"] {
            bench.fails(&[verb, model, "t.csv", "-o", "out.csv"], 4, &[model]);
        }
        bench.fails(&["info", model], 4, &[model]);
        bench.fails(&["sample", model, "-n", "3", "-o", "out.csv"], 4, &[model]);
    }
}

#[test]
fn outputs_that_cannot_be_written() {
    let bench = Bench::with_model();
    std::fs::create_dir(bench.path("folder")).unwrap();
    for output in ["no/such/folder/x", "folder"] {
        bench.fails(&["fit", "train.csv", "-o", output], 5, &["cannot write", output]);
        bench.fails(&["fit", "train.csv", "-o", "new.nafal", "--report", output], 5, &["cannot write", output]);
        bench.fails(&["score", "m.nafal", "train.csv", "-o", output], 5, &["cannot write", output]);
        bench.fails(&["sample", "m.nafal", "-n", "3", "-o", output], 5, &["cannot write", output]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not_taken_for_success() {
    let bench = Bench::with_model();
    bench.fails(&["score", "m.nafal", "train.csv", "-o", "/dev/full"], 5, &["cannot write /dev/full"]);
    let full = std::fs::File::create("/dev/full").unwrap();
    let status = std::process::Command::new(assert_cmd::cargo::cargo_bin!("nafal"))
        .args(["info", "m.nafal"])
        .current_dir(bench.path(""))
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(status.status.code(), Some(5));
}

#[test]
fn usage_errors_are_exit_2() {
    let bench = Bench::with_model();
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["fit", "train.csv"],
        &["fit", "train.csv", "-o", "x", "--views", "0"],
        &["fit", "train.csv", "-o", "x", "--preset", "best"],
        &["score", "m.nafal", "train.csv", "--threads", "0"],
        &["predict", "m.nafal", "train.csv", "--alpha", "0"],
        &["predict", "m.nafal", "train.csv", "--alpha", "1.5"],
        &["predict", "m.nafal", "train.csv", "--contamination", "-0.1"],
        &["predict", "m.nafal", "train.csv", "--threshold", "nan"],
        &["predict", "m.nafal", "train.csv", "--alpha", "0.1", "--threshold", "3"],
        &["sample", "m.nafal"],
        &["sample", "m.nafal", "-n", "0"],
    ] {
        let before = bench.files();
        let ran = bench.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{arguments:?}");
        assert_eq!(bench.files(), before, "{arguments:?}");
    }
}
