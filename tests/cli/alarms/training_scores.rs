//! Scores of the training rows, by the rows of the file.

use crate::command::{Bench, numbers};

const HEADER: &str = "row,score,p_value";

/// 100 rows `a,b,class`, of which 13 and 60 are far off; every tenth is of another class.
fn rows() -> Vec<String> {
    let row = |i: usize| {
        let a = (i * 37 % 101) as f64 / 10.0;
        let b = a + (i * 53 % 17) as f64 / 20.0 + if i == 13 || i == 60 { 9.0 } else { 0.0 };
        format!("{a},{b},{}\n", u8::from(i % 10 == 9))
    };
    (0..100).map(row).collect()
}

fn fit(bench: &Bench, more: &[&str]) -> Vec<Vec<f64>> {
    let fixed = ["fit", "t.csv", "-o", "m.nafal", "--preset", "fast", "--steps", "5", "--training-scores", "s.csv"];
    bench.succeeds(&[&fixed, more].concat());
    numbers(&bench.read("s.csv"), HEADER)
}

fn top(rows: &[Vec<f64>], count: usize) -> Vec<usize> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| b[1].total_cmp(&a[1]));
    let mut top: Vec<usize> = rows[..count].iter().map(|row| row[0] as usize).collect();
    top.sort_unstable();
    top
}

#[test]
fn each_row_that_took_part_has_its_own_number_and_bad_ones_are_on_top() {
    let bench = Bench::new();
    let rows = rows();
    let write = |rows: &[String]| bench.write("t.csv", format!("a,b,class\n{}", rows.concat()));
    write(&rows);
    for more in [&["--label", "class"][..], &["--label", "class", "--robust"]] {
        let scored = fit(&bench, more);
        let want: Vec<usize> = (0..100).filter(|i| i % 10 != 9).collect();
        assert!(scored.iter().map(|row| row[0] as usize).eq(want), "{more:?}");
        assert_eq!(top(&scored, 2), [13, 60], "{more:?}");
        let smallest = scored.iter().map(|row| row[2]).fold(1.0, f64::min);
        assert_eq!(smallest, 1.0 / 90.0);
    }
    // Two lines that cannot be used: rows behind them keep their place in the file.
    let mut bad = rows.clone();
    bad.insert(5, "1,x,0\n".into());
    bad.insert(50, "1,2,3,4\n".into());
    write(&bad);
    let scored = fit(&bench, &["--label", "class", "--on-bad-row", "skip"]);
    assert_eq!(top(&scored, 2), [14, 62]);
    assert!(scored.len() == 90 && scored.iter().all(|row| row[0] != 5.0 && row[0] != 50.0));
    // A sample of the rows.
    let scored = fit(&bench, &["--label", "class", "--on-bad-row", "skip", "--fit-rows", "60"]);
    assert!(scored.len() <= 60 && scored.is_sorted_by(|a, b| a[0] < b[0]));
    let text = bench.read("t.csv");
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert!(
        scored
            .iter()
            .all(|row| lines[row[0] as usize].ends_with(",0") && lines[row[0] as usize].matches(',').count() == 2)
    );
    let planted = |row: &&Vec<f64>| row[0] == 14.0 || row[0] == 62.0;
    let count = scored.iter().filter(planted).count();
    assert_eq!(
        top(&scored, count),
        [14, 62].into_iter().filter(|&i| scored.iter().any(|row| row[0] == i as f64)).collect::<Vec<_>>()
    );
    // The same scores as the model holds, as objects too; with a file that is in the way nothing is written.
    let json = ["--label", "class", "--on-bad-row", "skip", "--json"];
    let fixed = ["fit", "t.csv", "-o", "m.nafal", "--preset", "fast", "--steps", "5", "--training-scores", "s.jsonl"];
    let said: serde_json::Value = serde_json::from_str(&bench.succeeds(&[&fixed[..], &json].concat()).out).unwrap();
    assert_eq!(said["training_scores"], "s.jsonl");
    let lines = bench.read("s.jsonl");
    let model = nafal::Model::load(bench.path("m.nafal")).unwrap();
    let scores =
        lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["score"].as_f64().unwrap());
    assert!(scores.eq(model.training_scores().iter().copied()));
    write(&rows);
    let same = ["fit", "t.csv", "-o", "x.nafal", "--training-scores"];
    bench.fails(&[&same[..], &["t.csv"]].concat(), 2, &["t.csv is named twice"]);
    bench.fails(&[&same[..], &["no/such.csv"]].concat(), 5, &["no/such.csv"]);
}
