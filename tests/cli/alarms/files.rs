//! Several files in one call.

use crate::command::{Bench, numbers, simulated};

/// Three tables, of which the third is both others in one.
fn bench() -> Bench {
    let bench = Bench::with_model();
    let (a, b) = (simulated(5, 30, 6), simulated(6, 40, 4));
    bench.write("all.csv", a.clone() + b.split_once('\n').unwrap().1);
    bench.write("a.csv", a);
    bench.write("b,b.csv", b);
    bench
}

/// The rows of a table with a first column `file`, without it; the files are checked.
#[track_caller]
fn without_files(text: &str, header: &str) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), format!("file,{header}"));
    let row = |record: csv::StringRecord| {
        let mut row: Vec<f64> = record.iter().skip(1).map(|cell| cell.parse().unwrap()).collect();
        // Row numbers start anew in the second file.
        row[0] += if &record[0] == "b,b.csv" { 36.0 } else { 0.0 };
        assert!(["a.csv", "b,b.csv"].contains(&&record[0]));
        row
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn several_files_are_as_one_but_for_their_names_and_row_numbers() {
    let bench = bench();
    let header = "row,score,p_value,anomaly";
    for rule in [
        &[][..],
        &["--fdr", "0.3"],
        &["--top", "7"],
        &["--contamination", "0.1"],
        &["--sort"],
        &["--top", "7", "--sort", "--only-anomalies"],
    ] {
        let one = bench.succeeds(&[&["predict", "m.nafal", "all.csv"], rule].concat());
        let several = bench.succeeds(&[&["predict", "m.nafal", "a.csv", "b,b.csv"], rule].concat());
        assert_eq!(without_files(&several.out, header), numbers(&one.out, header), "{rule:?}");
        assert_eq!(several.err, one.err, "{rule:?}");
    }
    let one = bench.succeeds(&["score", "m.nafal", "all.csv"]).out;
    let several = bench.succeeds(&["score", "m.nafal", "a.csv", "b,b.csv"]).out;
    assert_eq!(without_files(&several, "row,score,p_value"), numbers(&one, "row,score,p_value"));
    // Measures are of all rows; a file to write to, objects, standard input.
    let measured = bench.succeeds(&["evaluate", "m.nafal", "a.csv", "b,b.csv"]).out;
    assert_eq!(measured, bench.succeeds(&["evaluate", "m.nafal", "all.csv"]).out);
    bench.succeeds(&["score", "m.nafal", "a.csv", "b,b.csv", "-o", "out.csv"]);
    assert_eq!(bench.read("out.csv"), several);
    let ran = bench.run_with_input(&["score", "m.nafal", "-", "b,b.csv"], bench.read("a.csv"));
    assert_eq!(ran.out.replace("<stdin>", "a.csv"), several, "{}", ran.err);
    let json = bench.succeeds(&["score", "m.nafal", "a.csv", "b,b.csv", "--json"]).out;
    let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 80);
    assert_eq!((&lines[36]["file"], &lines[36]["row"]), (&"b,b.csv".into(), &0.into()));
    assert!(json.starts_with(r#"{"file":"a.csv","row":0,"score":"#), "{json}");
    // One file has no such column.
    assert!(bench.succeeds(&["score", "m.nafal", "a.csv"]).out.starts_with("row,"));
}

#[test]
fn bad_rows_and_errors_name_their_file() {
    let bench = bench();
    bench.write("bad.csv", "a,b,c\n1,1,0.5\n2,x,0.5\n3,3,0.5\n");
    let ran = bench.run(&["score", "m.nafal", "a.csv", "bad.csv"]);
    assert!(ran.code == 3 && ran.err.contains("bad.csv:3: column \"b\""), "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 1 + 36 + 1);
    bench.fails(&["predict", "m.nafal", "a.csv", "bad.csv", "-o", "o.csv"], 3, &["bad.csv:3:"]);
    for rule in [&[][..], &["--sort"], &["--top", "2"]] {
        let run = [&["predict", "m.nafal", "bad.csv", "a.csv", "bad.csv", "--on-bad-row", "mark"], rule].concat();
        let marked = bench.succeeds(&run);
        assert!(marked.err.contains("2 of 42 rows could not be used"), "{}", marked.err);
        let mut table = csv::Reader::from_reader(marked.out.as_bytes());
        assert_eq!(table.headers().unwrap(), vec!["file", "row", "score", "p_value", "anomaly", "error"]);
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 42);
        let bad: Vec<usize> = (0..42).filter(|&i| !rows[i][5].is_empty()).collect();
        // In a sorted list they come last.
        assert_eq!(bad, if rule == ["--sort"] { [40, 41] } else { [1, 40] }, "{rule:?}");
        for i in bad {
            assert_eq!((&rows[i][0], &rows[i][1], &rows[i][2]), ("bad.csv", "1", ""));
            assert!(rows[i][5].starts_with("bad.csv:3:"));
        }
    }
    // A file that is not there is said before anything is printed.
    bench.fails(&["score", "m.nafal", "a.csv", "none.csv"], 3, &["none.csv: no such file"]);
    bench.fails(&["predict", "m.nafal", "-", "a.csv", "-"], 2, &["- is named twice", "once"]);
    bench.fails(&["score", "m.nafal", "a.csv", "bad.csv", "-o", "bad.csv"], 2, &["bad.csv is named twice"]);
}
