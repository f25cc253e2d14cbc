//! New p-values from new normal rows.

use serde_json::Value;

use crate::command::{Bench, numbers, simulated};

#[test]
fn new_rows_give_new_p_values_and_the_same_scores() {
    let bench = Bench::with_model();
    bench.write("new.csv", simulated(7, 199, 0));
    bench.write("mixed.csv", simulated(8, 100, 25));
    bench.write("test.csv", simulated(9, 100, 10));
    let ran = bench.succeeds(&["recalibrate", "m.nafal", "new.csv", "-o", "n.nafal", "--label", "class"]);
    assert!(
        ran.out.is_empty() && ran.err.contains("p-values from 199 rows") && ran.err.contains("nafal score n.nafal")
    );
    let score = |model: &str, data: &str| numbers(&bench.succeeds(&["score", model, data]).out, "row,score,p_value");
    let (old, new) = (score("m.nafal", "test.csv"), score("n.nafal", "test.csv"));
    let given: Vec<f64> = score("m.nafal", "new.csv").iter().map(|row| row[1]).collect();
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(old[1], new[1]);
        let at_least = given.iter().filter(|&&score| score >= new[1]).count();
        assert_eq!(new[2], (1 + at_least) as f64 / 200.0);
    }
    let info = bench.succeeds(&["info", "n.nafal"]).out;
    assert!(
        info.contains("p-values from 199 rows given to recalibrate") && info.contains("fitted on 60 rows"),
        "{info}"
    );
    assert!(!bench.succeeds(&["info", "m.nafal"]).out.contains("recalibrate"));
    let header: Value = serde_json::from_str(&bench.succeeds(&["info", "n.nafal", "--json"]).out).unwrap();
    assert_eq!((&header["recalibrated"]["rows"], &header["training"]["rows"]), (&199.into(), &60.into()));

    // Only normal rows count; files and streams as elsewhere.
    let run = ["recalibrate", "n.nafal", "mixed.csv", "-o", "o.nafal", "--json", "--label", "class"];
    let json: Value = serde_json::from_str(&bench.succeeds(&run).out).unwrap();
    assert_eq!((&json["calibration_rows"], &json["left_out"]), (&100.into(), &25.into()));
    assert_eq!((&json["model"], json["smallest_p_value"].as_f64()), (&"o.nafal".into(), Some(1.0 / 101.0)));
    assert_eq!(json["warnings"].as_array().unwrap().len(), 0, "{json}");
    bench.succeeds(&[&run[..], &["--normal", "1"]].concat());
    assert!(bench.succeeds(&["info", "o.nafal"]).out.contains("p-values from 25 rows"));
    let both = ["recalibrate", "m.nafal", "-", "new.csv", "-o", "o.nafal"];
    let ran = Bench::run_with_input(&bench, &both, bench.read("mixed.csv"));
    assert!(ran.code == 0 && ran.err.contains("p-values from 324 rows"), "{}", ran.err);
    assert!(ran.err.contains("--label class --normal"), "labels that are there are pointed at: {}", ran.err);
}

#[test]
fn what_makes_poor_p_values_is_said() {
    let bench = Bench::with_model();
    for (rows, few) in [(18, true), (19, false)] {
        bench.write("few.csv", simulated(7, rows, 0));
        let ran = bench.succeeds(&["recalibrate", "m.nafal", "few.csv", "-o", "n.nafal", "--quiet"]);
        assert_eq!(ran.err.contains("recalibrate with at least 19 rows"), few, "{rows}: {}", ran.err);
        let info = bench.succeeds(&["info", "n.nafal"]).out;
        assert_eq!(info.contains("recalibrate with at least 19 rows"), few, "{info}");
    }
    // Rows that the model has seen are no new ones.
    bench.write("long.csv", simulated(1, 400, 0));
    bench.write("new.csv", simulated(2, 400, 0));
    let fit = ["fit", "long.csv", "-o", "l.nafal", "--preset", "fast", "--experts", "near", "--label", "class"];
    bench.succeeds(&fit);
    let recalibrate = |data: &str| {
        bench.succeeds(&["recalibrate", "l.nafal", data, "-o", "n.nafal", "--quiet", "--label", "class"]).err
    };
    assert!(recalibrate("long.csv").contains("if it was fitted to them"));
    assert_eq!(recalibrate("new.csv"), "");
}

#[test]
fn what_cannot_recalibrate_is_refused() {
    let bench = Bench::with_model();
    bench.write("new.csv", simulated(7, 30, 0));
    bench.write("bad.csv", "a,b,c\n1,x,0.5\n");
    let model = std::fs::read(bench.path("m.nafal")).unwrap();
    let ran = bench.run(&["recalibrate", "m.nafal", "new.csv"]);
    assert!(ran.code == 2 && ran.err.contains("--output"), "{}", ran.err);
    bench.fails(&["recalibrate", "m.nafal", "new.csv", "-o", "m.nafal"], 2, &["m.nafal is named twice"]);
    bench.fails(&["recalibrate", "m.nafal", "bad.csv", "-o", "n.nafal"], 3, &["bad.csv:2:"]);
    bench.fails(&["recalibrate", "m.nafal", "bad.csv", "-o", "n.nafal", "--on-bad-row", "skip"], 3, &["no case"]);
    let labelled = ["recalibrate", "m.nafal", "new.csv", "-o", "n.nafal", "--label", "class", "--normal", "7"];
    bench.fails(&labelled, 3, &["new.csv:", "class", "no label is \"7\"", "--normal"]);
    assert_eq!(std::fs::read(bench.path("m.nafal")).unwrap(), model);
}
