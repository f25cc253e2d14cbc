//! Standard streams that are closed, full, or whose reader went away.
#![cfg(all(feature = "cli", feature = "report"))]

use crate::command::{Bench, simulated};

/// What prints on stdout, verb by verb.
const PRINTS: [&str; 11] = [
    "score m.nafal train.csv",
    "predict m.nafal train.csv",
    "evaluate m.nafal both.csv",
    "sample m.nafal -n 3",
    "info m.nafal",
    "info m.nafal --json",
    "fit train.csv -o new.nafal --preset=fast --views=5 --json",
    "demo --out d",
    "--help",
    "score --help",
    "--version",
];

fn bench() -> Bench {
    let bench = Bench::with_model();
    bench.write("both.csv", simulated(5, 80, 20));
    bench
}

#[test]
fn a_closed_stdout_is_an_error_before_the_work() {
    let bench = bench();
    let before = bench.files();
    for command in PRINTS.into_iter().chain([
        "reproduce table1 --data .",
        "fit train.csv -o -",
        "score m.nafal train.csv -o /dev/stdout",
    ]) {
        let ran = bench.shell(&format!("nafal {command} >&-"));
        assert!(ran.code == 5 && ran.err.contains("cannot write"), "{command}: {} {}", ran.code, ran.err);
        assert_eq!(bench.files(), before, "{command}");
    }
    let ran = bench.shell("nafal score m.nafal train.csv 1< both.csv");
    assert!(ran.code == 5 && ran.err.contains("reading only"), "{}: {}", ran.code, ran.err);
    let ran = bench.shell("nafal score m.nafal train.csv -o /dev/stderr 2>&-");
    assert_eq!(ran.code, 5);
    // What does not print needs no stdout.
    for command in ["score m.nafal train.csv -o out.csv", "fit train.csv -o m2.nafal --preset=fast --views=5"] {
        let ran = bench.shell(&format!("nafal {command} >&- 2>&-"));
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_an_error() {
    let bench = bench();
    for command in PRINTS {
        let ran = bench.shell(&format!("nafal {command} > /dev/full"));
        assert!(
            ran.code == 5 && ran.err.contains("cannot write") && ran.err.contains("<stdout>"),
            "{command}: {} {}",
            ran.code,
            ran.err
        );
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let bench = bench();
    bench.write("long.csv", simulated(9, 9000, 0));
    for command in PRINTS.into_iter().chain(["score m.nafal long.csv", "score m.nafal long.csv -o /dev/stdout"]) {
        // The reader is gone before the command starts.
        let ran = bench.shell(&format!("{{ sleep 0.2; nafal {command} --quiet; echo $? >&2; }} | true"));
        assert!(ran.err.trim_end().ends_with('0') && !ran.err.contains("error"), "{command}: {}", ran.err);
    }
}

#[test]
fn a_closed_stdin_is_an_error_of_the_data() {
    let bench = bench();
    for command in ["score m.nafal -", "predict m.nafal - -o out.csv", "evaluate m.nafal -", "fit - -o n.nafal"] {
        let before = bench.files();
        let ran = bench.shell(&format!("nafal {command} <&-"));
        assert!(ran.code == 3 && ran.err.contains("error: <stdin>: ") && ran.err.contains("closed"), "{}", ran.err);
        assert_eq!((bench.files(), ran.out.as_str()), (before, ""), "{command}");
    }
    assert_eq!(bench.shell("nafal score m.nafal train.csv <&-").code, 0);
}
