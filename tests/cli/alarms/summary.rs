//! What is said at the end: how many rows are anomalous and would be by chance, and whether the rows as a whole have drifted.

use serde_json::Value;

use crate::command::{Bench, numbers, simulated};

/// `table` with all values moved.
fn moved(table: &str, by: f64) -> String {
    let (header, rows) = table.split_once('\n').unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let values = cells[..3].iter().map(|cell| (cell.parse::<f64>().unwrap() + by).to_string());
        values.chain([cells[3].to_owned()]).collect::<Vec<_>>().join(",") + "\n"
    };
    format!("{header}\n{}", rows.lines().map(row).collect::<String>())
}

#[test]
fn a_line_says_how_many_rows_are_anomalous_and_would_be_by_chance() {
    let bench = Bench::with_model();
    bench.write("test.csv", simulated(5, 80, 20));
    for (rule, by_chance, false_ones) in [
        (&["--alpha", "0.1"][..], Some(10.0), None),
        (&["--fdr", "0.2"], None, Some(0.2)),
        (&["--top", "9"], None, None),
        (&["--contamination", "0.1"], None, None),
        (&["--threshold", "2"], None, None),
    ] {
        let run = [&["predict", "m.nafal", "test.csv"], rule].concat();
        let ran = bench.succeeds(&run);
        let rows = numbers(&ran.out, "row,score,p_value,anomaly");
        let flagged = rows.iter().filter(|row| row[3] == 1.0).count();
        let said: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("note: ")).collect();
        assert_eq!(said.len(), 1, "{}", ran.err);
        assert!(said[0].contains(&format!("{flagged} of 100 rows")) && said[0].contains("1/61"), "{}", said[0]);
        assert_eq!(said[0].contains("10 expected by chance"), by_chance.is_some(), "{}", said[0]);
        let json = bench.succeeds(&[&run[..], &["--json"]].concat()).err;
        let objects: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let object = objects.iter().find(|object| !object["summary"].is_null()).unwrap();
        assert_eq!(object["note"], said[0].trim_start_matches("note: "));
        let summary = &object["summary"];
        assert_eq!((&summary["rows"], &summary["flagged"]), (&100.into(), &flagged.into()));
        assert_eq!(summary["smallest_p_value"].as_f64(), Some(1.0 / 61.0));
        assert_eq!(summary["expected_by_chance"].as_f64(), by_chance);
        let expected = false_ones.map(|level| level * flagged as f64);
        assert_eq!(summary["expected_false"].as_f64(), expected);
        assert_eq!(bench.succeeds(&[&run[..], &["--quiet"]].concat()).err, "");
    }
    // Scores alone have no verdicts to count.
    assert_eq!(bench.succeeds(&["score", "m.nafal", "test.csv"]).err, "");
}

#[test]
fn rows_that_look_different_as_a_whole_are_said_to() {
    let bench = Bench::with_model();
    bench.write("normal.csv", simulated(5, 400, 20));
    bench.write("moved.csv", moved(&simulated(6, 100, 0), 12.0));
    bench.write("short.csv", moved(&simulated(6, 49, 0), 12.0));
    for verb in ["score", "predict"] {
        for (data, drifted) in [("normal.csv", false), ("moved.csv", true), ("short.csv", false)] {
            let err = bench.succeeds(&[verb, "m.nafal", data]).err;
            assert_eq!(err.contains("look different from the training rows"), drifted, "{verb} {data}: {err}");
            assert_eq!(err.contains("nafal recalibrate"), drifted);
        }
        let json = bench.succeeds(&[verb, "m.nafal", "moved.csv", "--json"]).err;
        let last: Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
        let drift = &last["drift"];
        assert_eq!((&drift["rows"], &drift["calibration_rows"]), (&100.into(), &60.into()));
        let figure = |name: &str| drift[name].as_f64().unwrap();
        assert!(figure("distance") > figure("critical") && figure("median_p_value") < 0.1, "{drift}");
        assert!(last["note"].as_str().unwrap().contains("median p-value"));
        assert_eq!(bench.succeeds(&[verb, "m.nafal", "moved.csv", "--quiet"]).err, "");
    }
}
