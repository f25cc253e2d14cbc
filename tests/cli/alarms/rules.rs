//! Which rows are anomalous, which are printed, in which order, and how the command ends.

use crate::command::{Bench, numbers, simulated};

const HEADER: &str = "row,score,p_value,anomaly";

fn bench() -> Bench {
    let bench = Bench::with_model();
    bench.write("test.csv", simulated(5, 80, 20));
    bench
}

#[track_caller]
fn predict(bench: &Bench, rest: &[&str]) -> (Vec<Vec<f64>>, String) {
    let ran = bench.succeeds(&[&["predict", "m.nafal", "test.csv"], rest].concat());
    (numbers(&ran.out, HEADER), ran.err)
}

#[test]
fn the_false_discovery_rate_is_benjamini_and_hochbergs() {
    let bench = bench();
    for level in [0.1, 0.2, 0.5] {
        let (rows, _) = predict(&bench, &["--fdr", &level.to_string()]);
        let mut sorted: Vec<f64> = rows.iter().map(|row| row[2]).collect();
        sorted.sort_by(f64::total_cmp);
        let most = (1..=100).filter(|&k| sorted[k - 1] <= k as f64 * level / 100.0 + 1e-12).max();
        let cut = most.map_or(0.0, |k| sorted[k - 1]);
        assert!(rows.iter().all(|row| (row[3] == 1.0) == (row[2] <= cut)), "{level}");
        assert!(rows.iter().any(|row| row[3] == 1.0), "{level}");
    }
    // With 60 training rows one row in a thousand cannot be told from chance.
    let few: String = simulated(6, 100, 0).lines().take(41).map(|line| format!("{line}\n")).collect();
    bench.write("few.csv", few + "5,-500,5,1\n");
    let ran = bench.succeeds(&["predict", "m.nafal", "few.csv", "--fdr", "0.02", "--quiet"]);
    assert!(numbers(&ran.out, HEADER).iter().all(|row| row[3] == 0.0));
    for word in [
        "warning: no row is called anomalous",
        "60 training rows",
        "1/61",
        "FDR of 0.02",
        "41 rows",
        "fit on at least 20",
    ] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    let ran = bench.succeeds(&["predict", "m.nafal", "few.csv", "--fdr", "0.9"]);
    assert!(numbers(&ran.out, HEADER)[40][3] == 1.0 && !ran.err.contains("warning"), "{}", ran.err);
}

#[test]
fn the_top_rows_are_the_highest() {
    let bench = bench();
    let (rows, _) = predict(&bench, &["--top", "7"]);
    let mut scores: Vec<f64> = rows.iter().map(|row| row[1]).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    assert!(rows.iter().all(|row| (row[3] == 1.0) == (row[1] >= scores[6])));
    // Of rows that tie the first.
    bench.write("ties.csv", format!("a,b,c\n{}", "1,9,0.5\n".repeat(10_000)));
    let ran = bench.succeeds(&["predict", "m.nafal", "ties.csv", "--top", "3", "--only-anomalies", "--sort"]);
    let numbers: Vec<f64> = numbers(&ran.out, HEADER).iter().map(|row| row[0]).collect();
    assert_eq!(numbers, [0.0, 1.0, 2.0]);
    let (rows, _) = predict(&bench, &["--top", "1000"]);
    assert!(rows.iter().all(|row| row[3] == 1.0));
}

#[test]
fn sorted_and_only_anomalies_are_the_same_rows_in_another_order_or_fewer() {
    let bench = bench();
    let (all, _) = predict(&bench, &["--alpha", "0.2"]);
    let (only, _) = predict(&bench, &["--alpha", "0.2", "--only-anomalies"]);
    let flagged: Vec<Vec<f64>> = all.iter().filter(|row| row[3] == 1.0).cloned().collect();
    assert!(only == flagged && !only.is_empty() && only.len() < 100);
    let (sorted, _) = predict(&bench, &["--alpha", "0.2", "--sort"]);
    let mut want = all.clone();
    want.sort_by(|a, b| b[1].total_cmp(&a[1]));
    assert_eq!(sorted, want);
    let (both, _) = predict(&bench, &["--alpha", "0.2", "--sort", "--only-anomalies"]);
    assert_eq!(both, want.into_iter().filter(|row| row[3] == 1.0).collect::<Vec<_>>());
    let scored = bench.succeeds(&["score", "m.nafal", "test.csv", "--sort"]).out;
    let scored = numbers(&scored, "row,score,p_value");
    assert!(scored.iter().zip(&sorted).all(|(a, b)| a[..] == b[..3]) && scored.len() == 100);
    // A bad row that is marked stays.
    bench.write("bad.csv", "a,b,c\n1,1,0.5\n2,x,0.5\n3,-70,0.5\n");
    let run = ["predict", "m.nafal", "bad.csv", "--only-anomalies", "--on-bad-row", "mark"];
    let rows: Vec<String> = bench.succeeds(&run).out.lines().skip(1).map(str::to_owned).collect();
    assert!(rows.len() == 2 && rows[0].starts_with("1,,,,") && rows[1].starts_with("2,"), "{rows:?}");
}

#[test]
fn an_anomaly_ends_the_command_with_ten_after_everything_is_written() {
    let bench = bench();
    let want = bench.succeeds(&["predict", "m.nafal", "test.csv"]);
    let ran = bench.run(&["predict", "m.nafal", "test.csv", "--fail-on-anomaly"]);
    assert_eq!((ran.code, ran.out, ran.err), (10, want.out.clone(), want.err));
    let ran = bench.run(&["predict", "m.nafal", "test.csv", "--fail-on-anomaly", "-o", "out.csv", "--quiet"]);
    assert_eq!((ran.code, bench.read("out.csv"), ran.err.as_str()), (10, want.out, ""));
    for rule in [["--threshold", "1e9"], ["--alpha", "0.001"]] {
        bench.succeeds(&[&["predict", "m.nafal", "test.csv", "--fail-on-anomaly"], &rule[..]].concat());
    }
    let ran = bench.run(&["predict", "m.nafal", "test.csv", "--fail-on-anomaly", "--top", "1", "--only-anomalies"]);
    assert!(ran.code == 10 && ran.out.lines().count() == 2);
    // What fails keeps its own code.
    bench.write("bad.csv", "a,b,c\n3,-70,0.5\n2,x,0.5\n");
    assert_eq!(bench.run(&["predict", "m.nafal", "bad.csv", "--fail-on-anomaly"]).code, 3);
    for words in [&["--help"][..], &["predict", "--help"]] {
        let help = bench.succeeds(words).out;
        assert!(help.contains("10") && help.contains("--fail-on-anomaly"), "{help}");
    }
}
