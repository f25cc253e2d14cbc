//! One long log: windows of readings, groups, gaps, a score a reading, and series one below the other.
#![cfg(all(feature = "cli", feature = "report"))]

use std::fmt::Write as _;

use crate::command::{Bench, Ran, numbers};

/// A number in -1..1 that looks random.
fn noise(i: usize, channel: usize) -> f64 {
    let mut x =
        (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (channel as u64 + 7).wrapping_mul(0xD134_2543_DE82_EF95);
    x ^= x >> 32;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^= x >> 32;
    (x >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Reading `i` of a machine with a rhythm of 40 readings: two channels.
fn reading(i: usize) -> [f64; 2] {
    let wave = (i as f64 * std::f64::consts::TAU / 40.0).sin();
    [wave + 0.1 * noise(i, 0), 3.0 + 0.5 * wave.abs() + 0.1 * noise(i, 1)]
}

/// A minute's time stamp.
fn minute(i: usize) -> String {
    format!("2026-03-{:02} {:02}:{:02}", 1 + i / 1440, i / 60 % 24, i % 60)
}

/// `n` readings from number `first` on; `change` may spoil them.
fn log(first: usize, n: usize, change: impl Fn(usize, &mut [f64; 2])) -> String {
    let mut text = String::from("time,flow,power\n");
    for i in 0..n {
        let mut values = reading(first + i);
        change(i, &mut values);
        writeln!(text, "{},{:.4},{:.4}", minute(first + i), values[0], values[1]).unwrap();
    }
    text
}

const CHEAP: [&str; 4] = ["--experts", "mixture:gaussian,tails:standard", "--preset", "fast"];

/// A bench with a log `train.csv`, and a model `m.nafal` of its windows of 60 readings.
fn bench(options: &[&str]) -> (Bench, Ran) {
    let bench = Bench::new();
    bench.write("train.csv", log(0, 3000, |_, _| ()));
    let ran = bench.succeeds(&[&["fit", "train.csv", "--window", "60", "-o", "m.nafal"], &CHEAP[..], options].concat());
    (bench, ran)
}

/// Cells of a table, row by row.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn windows_are_named_by_their_rows_and_times_and_cover_every_reading() {
    let (bench, ran) = bench(&["--time", "time"]);
    assert!(
        ran.err.contains("2 channels, windows of 60 readings on 4") && ran.err.contains("windows of"),
        "{}",
        ran.err
    );
    bench.write("new.csv", log(3000, 1005, |_, _| ()));
    let scored = bench.succeeds(&["score", "m.nafal", "new.csv"]);
    let table = cells(&scored.out);
    assert_eq!(table[0], ["row", "first_row", "last_row", "first_time", "last_time", "score", "p_value"]);
    // Half a window apart, and the last one reaches the end.
    let ends: Vec<(usize, usize)> =
        table[1..].iter().map(|row| (row[1].parse().unwrap(), row[2].parse().unwrap())).collect();
    let wanted: Vec<(usize, usize)> = (0..=31).map(|w| (30 * w, 30 * w + 59)).chain([(945, 1004)]).collect();
    assert_eq!(ends, wanted);
    assert_eq!(table[1][3..5], [minute(3000), minute(3059)]);
    // Neither threads, nor pieces of the stream, nor a pipe change a bit.
    assert_eq!(bench.succeeds(&["score", "m.nafal", "new.csv", "--threads", "3"]).out, scored.out);
    assert_eq!(bench.run_with_input(&["score", "m.nafal", "-"], bench.read("new.csv")).out, scored.out);
    assert_eq!(bench.succeeds(&["score", "m.nafal", "new.csv", "--window", "60", "--time", "time"]).out, scored.out);
    // Another stride; rows of the table are the readings' own.
    let apart = cells(&bench.succeeds(&["score", "m.nafal", "new.csv", "--stride", "60"]).out);
    assert_eq!(apart.len() - 1, 17);
    assert_eq!(apart[2][5..], table[3][5..]);
}

#[test]
fn faults_are_found_and_explained_where_they_are() {
    let (bench, _) = bench(&["--time", "time"]);
    let faults = [(0, 300, 301), (1, 600, 640), (0, 900, 960), (1, 1200, 1290)];
    let change = |i: usize, values: &mut [f64; 2]| match i {
        300 => values[0] += 3.0,
        600..640 => values[1] = 3.2,
        900..960 => values[0] = (i as f64 * std::f64::consts::TAU / 20.0).sin(),
        1200..1290 => values[1] += (i - 1200) as f64 / 60.0,
        _ => {}
    };
    bench.write("new.csv", log(3000, 1500, change));
    let summary = bench.succeeds(&["predict", "m.nafal", "new.csv", "--top", "16"]);
    assert!(summary.err.contains("16 of 49 windows called anomalous"), "{}", summary.err);
    let table = cells(&bench.succeeds(&["score", "m.nafal", "new.csv", "--explain"]).out);
    assert_eq!(table[0][7..], ["channel", "from_row", "to_row", "share", "score_with"]);
    let number = |text: &String| text.parse::<f64>().unwrap();
    let covers = |row: &&Vec<String>, from: usize, to: usize| {
        (number(&row[1]) as usize) < to && from <= number(&row[2]) as usize
    };
    let rows = &table[1..];
    let odd = |row: &&Vec<String>| faults.iter().any(|&(_, from, to)| covers(row, from, to));
    let usual = rows.iter().filter(|row| !odd(row)).map(|row| number(&row[5])).fold(f64::MIN, f64::max);
    for (channel, from, to) in faults {
        let best = rows.iter().filter(|row| covers(row, from, to));
        let best = best.max_by(|a, b| number(&a[5]).total_cmp(&number(&b[5]))).unwrap();
        assert!(number(&best[5]) > usual, "{from}: {best:?} beside {usual}");
        assert_eq!(best[7], ["flow", "power"][channel], "{from}: {best:?}");
        assert!((number(&best[8]) as usize) < to && from <= number(&best[9]) as usize, "{from}: {best:?}");
        // A standstill is to blame as a whole, as far as the window reaches.
        if from == 600 {
            let (first, last) = (from.max(number(&best[1]) as usize), (to - 1).min(number(&best[2]) as usize));
            assert!(number(&best[8]) as usize <= first && number(&best[9]) as usize >= last, "{best:?}");
        }
    }
    // A score a reading: highest where the spike is.
    let points = numbers(&bench.succeeds(&["score", "m.nafal", "new.csv", "--points"]).out, "row,score");
    assert_eq!(points.len(), 1500);
    let windows: Vec<f64> = rows.iter().filter(|row| covers(row, 310, 311)).map(|row| number(&row[5])).collect();
    assert_eq!((windows.len(), points[310][1]), (2, (windows[0] + windows[1]) / 2.0));
    bench.succeeds(&["explain", "m.nafal", "new.csv", "--alpha", "0.05", "--plot", "why.svg", "-o", "why.csv"]);
    assert!(bench.read("why.svg").contains("window ") && bench.read("why.svg").contains("rows 9"));
}

#[test]
fn gaps_in_time_and_rows_that_cannot_be_used_end_a_window() {
    let (bench, _) = bench(&["--time", "time"]);
    let text = log(3000, 400, |_, _| ());
    let lines: Vec<&str> = text.lines().collect();
    // 100 readings, an hour without, 150 readings, 20 on their own.
    let kept: Vec<&str> = lines[..101].iter().chain(&lines[161..311]).chain(&lines[371..391]).copied().collect();
    bench.write("gaps.csv", kept.join("\n"));
    let ran = bench.succeeds(&["score", "m.nafal", "gaps.csv"]);
    let ends: Vec<String> = cells(&ran.out)[1..].iter().map(|row| row[1..3].join("-")).collect();
    assert_eq!(ends, ["0-59", "30-89", "40-99", "100-159", "130-189", "160-219", "190-249"]);
    for words in ["before row 100", "before row 250", &minute(3160), "20 readings are in no window"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    // As in the stream, and one reading that is missing is borne.
    let mut short = lines[..].to_vec();
    short.remove(31);
    bench.write("short.csv", short.join("\n"));
    let ran = bench.succeeds(&["score", "m.nafal", "short.csv"]);
    assert!(!ran.err.contains("gap"), "{}", ran.err);
    let mut bad = lines[..201].to_vec();
    bad[101] = "2026-03-03 03:40,soon,3";
    bench.write("bad.csv", bad.join("\n"));
    bench.fails(&["score", "m.nafal", "bad.csv", "-o", "out.csv"], 3, &["bad.csv:102", "flow"]);
    let ran = bench.succeeds(&["score", "m.nafal", "bad.csv", "--on-bad-row", "skip"]);
    let ends: Vec<String> = cells(&ran.out)[1..].iter().map(|row| row[1..3].join("-")).collect();
    assert_eq!(ends, ["0-59", "30-89", "40-99", "101-160", "131-190", "140-199"]);
    bad[101] = "yesterday,1,3";
    bench.write("bad.csv", bad.join("\n"));
    bench.fails(&["score", "m.nafal", "bad.csv", "-o", "out.csv"], 3, &["row 100", "time", "yesterday"]);
}

#[test]
fn groups_are_logs_of_their_own() {
    let bench = Bench::new();
    let both = |first: usize, n: usize| {
        let mut text = String::from("machine,flow,power\n");
        for i in first..first + n {
            for (name, shift) in [("A", 0), ("B", 17)] {
                let [flow, power] = reading(i + shift);
                writeln!(text, "{name},{flow:.4},{power:.4}").unwrap();
            }
        }
        text
    };
    bench.write("train.csv", both(0, 1500));
    let fit = ["fit", "train.csv", "--window", "60", "--group", "machine", "-o", "m.nafal"];
    bench.succeeds(&[&fit[..], &CHEAP].concat());
    bench.write("new.csv", both(1500, 90));
    let table = cells(&bench.succeeds(&["score", "m.nafal", "new.csv"]).out);
    assert_eq!(table[0], ["row", "machine", "first_row", "last_row", "score", "p_value"]);
    let which: Vec<String> = table[1..].iter().map(|row| row[1..4].join(" ")).collect();
    assert_eq!(which, ["A 0 118", "B 1 119", "A 60 178", "B 61 179"]);
    // As each log by itself.
    let new = bench.read("new.csv");
    let own: Vec<&str> = new.lines().filter(|line| !line.starts_with("A,")).collect();
    bench.write("b.csv", own.join("\n"));
    let alone = cells(&bench.succeeds(&["score", "m.nafal", "b.csv"]).out);
    assert_eq!((&alone[1][4], &alone[2][4]), (&table[2][4], &table[4][4]));
    let points = bench.succeeds(&["score", "m.nafal", "new.csv", "--points"]).out;
    assert_eq!(numbers(&points, "row,score").len(), 180);
}

#[test]
fn labels_and_missing_cells_of_readings() {
    let bench = Bench::new();
    let with = |first: usize, n: usize, odd: std::ops::Range<usize>| {
        let plain = log(first, n, |i, values| {
            if odd.contains(&i) {
                values[0] += 4.0
            }
        });
        let mut lines: Vec<String> = plain.lines().map(str::to_owned).collect();
        lines[0].push_str(",state");
        for i in 0..n {
            lines[i + 1].push_str(if odd.contains(&i) { ",bad" } else { ",ok" });
        }
        lines.join("\n")
    };
    bench.write("train.csv", with(0, 3000, 500..510));
    let fit =
        ["fit", "train.csv", "--window", "60", "--time", "time", "--label", "state", "--normal", "ok", "-o", "m.nafal"];
    let fitted = bench.succeeds(&[&fit[..], &CHEAP, &["--json", "--training-scores", "t.csv"]].concat());
    let line: serde_json::Value = serde_json::from_str(fitted.out.lines().last().unwrap()).unwrap();
    let (read, used) = (line["rows"].as_u64().unwrap(), line["training_rows"].as_u64().unwrap());
    assert!(read - used >= 1 && read - used <= 2, "{read} {used}");
    let json: serde_json::Value = serde_json::from_str(bench.read("t.csv").lines().next().unwrap()).unwrap();
    assert!(json["first_row"] == "0" && json["first_time"] == "2026-03-01 00:00", "{json}");
    bench.write("new.csv", with(3000, 1000, 300..310));
    let header = "n,anomalies,auroc,average_precision,f1_at_true_ratio,f1_at_alpha,alpha";
    let measured = &numbers(&bench.succeeds(&["evaluate", "m.nafal", "new.csv"]).out, header)[0];
    assert_eq!((measured[1], measured[2]), (2.0, 1.0), "{measured:?}");
    // Missing cells: an error that says what to do, or filled in from the readings around.
    let holes: Vec<String> = bench
        .read("train.csv")
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            if i % 97 == 5 { [cells[0], "NA", cells[2], cells[3]].join(",") } else { line.to_owned() }
        })
        .collect();
    bench.write("holes.csv", holes.join("\n"));
    let fit =
        ["fit", "holes.csv", "--window", "60", "--time", "time", "--label", "state", "--normal", "ok", "-o", "h.nafal"];
    bench.fails(&[&fit[..], &CHEAP].concat(), 3, &["flow", "--missing impute"]);
    bench.succeeds(&[&fit[..], &CHEAP, &["--missing", "impute"]].concat());
    let scores = bench.succeeds(&["score", "h.nafal", "holes.csv"]).out;
    assert!(cells(&scores)[1..].iter().all(|row| row[5].parse::<f64>().unwrap().is_finite()));
    bench.fails(&["score", "m.nafal", "holes.csv"], 3, &["missing"]);
    // New normals give new p-values.
    bench.write("normal.csv", with(9000, 3000, 0..0));
    bench.succeeds(&["recalibrate", "m.nafal", "normal.csv", "-o", "again.nafal"]);
    bench.succeeds(&["score", "again.nafal", "new.csv"]);
}

#[test]
fn series_one_below_the_other_are_the_series_of_a_ts_file() {
    let bench = Bench::new();
    let (mut long, mut ts) =
        (String::from("run,step,x,y\n"), String::from("@dimensions 2\n@classlabel false\n@data\n"));
    for run in 0..30 {
        let length = 18 + run % 5;
        let value = |t: usize, c: usize| {
            format!("{:.4}", ((t + run) as f64 * 0.4 + c as f64).sin() + 0.1 * noise(run * 50 + t, c))
        };
        for t in 0..length {
            writeln!(long, "r{run},{t},{},{}", value(t, 0), value(t, 1)).unwrap();
        }
        let channel = |c: usize| (0..length).map(|t| value(t, c)).collect::<Vec<_>>().join(",");
        writeln!(ts, "{}:{}", channel(0), channel(1)).unwrap();
    }
    bench.write("long.csv", &long);
    bench.write("same.ts", ts);
    bench.succeeds(&["fit", "long.csv", "--case", "run", "--ignore", "step", "-o", "long.nafal", "--preset", "fast"]);
    bench.succeeds(&["fit", "same.ts", "-o", "ts.nafal", "--preset", "fast"]);
    let (own, other) = (
        bench.succeeds(&["score", "long.nafal", "long.csv"]).out,
        bench.succeeds(&["score", "ts.nafal", "same.ts"]).out,
    );
    let (own, other) = (cells(&own), cells(&other));
    assert_eq!(own[0], ["row", "run", "first_row", "last_row", "score", "p_value"]);
    assert_eq!(own[2][..4], ["1", "r1", "18", "36"]);
    assert!(own[1..].iter().zip(&other[1..]).all(|(a, b)| a[4..] == b[1..]), "{own:?} {other:?}");
    let why = cells(&bench.succeeds(&["explain", "long.nafal", "long.csv", "--rows", "2"]).out);
    assert!(why[1][7] == "x" || why[1][7] == "y", "{why:?}");
    let mixed: Vec<&str> = long.lines().chain(["r3,0,1,1"]).collect();
    bench.write("mixed.csv", mixed.join("\n"));
    bench.fails(&["score", "long.nafal", "mixed.csv", "-o", "out.csv"], 3, &["run", "r3", "sort"]);
    // What stands before it is written to a stream.
    let ran = bench.run(&["score", "long.nafal", "mixed.csv"]);
    assert_eq!((ran.code, ran.out), (3, bench.succeeds(&["score", "long.nafal", "long.csv"]).out));
}

#[test]
fn what_does_not_fit_a_log_is_refused() {
    let (bench, _) = bench(&["--time", "time"]);
    let train = bench.read("train.csv");
    bench.write("rows.csv", train.lines().map(|line| line.split_once(',').unwrap().1).collect::<Vec<_>>().join("\n"));
    bench.fails(&["score", "m.nafal", "rows.csv"], 3, &["time", "missing"]);
    bench.fails(&["score", "m.nafal", "train.csv", "--window", "50"], 2, &["60"]);
    bench.fails(&["score", "m.nafal", "train.csv", "--group", "flow"], 2, &["--group"]);
    bench.fails(&["fit", "train.csv", "--time", "time", "-o", "x.nafal"], 2, &["--window"]);
    bench.fails(&["fit", "train.csv", "--window", "5000", "-o", "x.nafal"], 3, &["5000 readings", "3000"]);
    bench.fails(&["fit", "train.csv", "--window", "1000", "-o", "x.nafal"], 3, &["at least 8"]);
    bench.fails(&["fit", "train.csv", "--window", "60", "--kind", "series", "-o", "x.nafal"], 2, &["--kind"]);
    bench.fails(
        &["fit", "train.csv", "--window", "60", "--category", "power", "-o", "x.nafal"],
        3,
        &["power", "--ignore"],
    );
    bench.fails(&["fit", "train.csv", "--window", "60", "--time", "when", "-o", "x.nafal"], 3, &["when"]);
    bench.succeeds(&[&["fit", "rows.csv", "-o", "table.nafal"], &CHEAP[..]].concat());
    bench.fails(&["score", "table.nafal", "rows.csv", "--points"], 2, &["--window"]);
    bench.fails(&["score", "table.nafal", "rows.csv", "--stride", "5"], 2, &["--stride"]);
}

#[test]
fn channels_may_be_truth_values_and_names_may_hold_marks() {
    let bench = Bench::new();
    let mut text = String::from("\"on, \"\"really\"\"\",level\n");
    (0..900)
        .for_each(|i| writeln!(text, "{},{:.3}", if i % 12 < 5 { "true" } else { "false" }, reading(i)[0]).unwrap());
    bench.write("log.csv", text);
    bench.succeeds(&[&["fit", "log.csv", "--window", "30", "-o", "m.nafal"], &CHEAP[..]].concat());
    let ran = bench.succeeds(&["explain", "m.nafal", "log.csv", "--rows", "0"]);
    assert!(ran.out.contains("\"on, \"\"really\"\"\""), "{}", ran.out);
}

#[test]
fn days_and_months_are_told_apart_by_what_follows_and_remembered() {
    let bench = Bench::new();
    let log = |first: usize, n: usize| {
        let mut text = String::from("when,flow,power\n");
        for i in first..first + n {
            let [flow, power] = reading(i);
            writeln!(text, "{:02}/{:02}/2026 {:02}:00,{flow:.4},{power:.4}", 3 + i / 24 / 31, 1 + i / 24 % 31, i % 24)
                .unwrap();
        }
        text
    };
    bench.write("train.csv", log(0, 1400));
    let fit = ["fit", "train.csv", "--window", "40", "--time", "when", "-o", "m.nafal"];
    let ran = bench.succeeds(&[&fit[..], &CHEAP].concat());
    assert!(!ran.err.contains("gap") && ran.err.contains("the times are read as %m/%d/%Y %H:%M"), "{}", ran.err);
    bench.write("march.csv", log(0, 240));
    let ran = bench.succeeds(&["score", "m.nafal", "march.csv"]);
    assert!(ran.err.is_empty() && ran.out.lines().count() == 12, "{}{}", ran.err, ran.out);
    // Newest first: what is wrong, and what to do.
    let train = bench.read("train.csv");
    let mut lines: Vec<&str> = train.lines().collect();
    lines[1..].reverse();
    bench.write("late.csv", lines.join("\n"));
    bench.fails(&["score", "m.nafal", "late.csv"], 3, &["run backwards", "row 1", "sort the rows by time"]);
}

#[test]
fn readings_without_a_group_or_a_score_are_said() {
    let (bench, _) = bench(&["--time", "time"]);
    bench.write("new.csv", log(3000, 500, |_, _| ()).replacen(&minute(3200), "soon", 1));
    let ran = bench.succeeds(&["score", "m.nafal", "new.csv", "--points", "--on-bad-row", "mark"]);
    let table = cells(&ran.out);
    assert_eq!((table.len(), &table[0][2]), (501, &"error".to_owned()));
    assert!(
        table[201][1].is_empty() && table[201][2].contains("row 200") && table[201][2].contains("soon"),
        "{:?}",
        table[201]
    );
    assert!(ran.err.contains("1 readings could not be used, beside 1"), "{}", ran.err);
    bench.write("new.csv", log(3000, 500, |_, _| ()));
    let ran = bench.succeeds(&["score", "m.nafal", "new.csv", "--stride", "80"]);
    assert!(ran.err.contains("of 80 readings 60 are in a window"), "{}", ran.err);
    bench.fails(&["recalibrate", "m.nafal", "new.csv", "-o", "x.nafal", "--stride", "5"], 2, &["--stride"]);
    bench.write("groups.csv", "m,a\nA,1\n,2\nA,3\nA,4\nA,5\nA,6\n");
    let fit = ["fit", "groups.csv", "--window", "4", "--group", "m", "-o", "x.nafal"];
    bench.fails(&fit, 3, &["row 1", "\"m\"", "the cell is empty"]);
    // What a refused fit of a log prints reads it.
    let named: String = (0..900).map(|i| format!("N{i},{},{:.3}\n", ["x", "y", "z"][i % 3], reading(i)[0])).collect();
    bench.write("names.csv", format!("id,kind,a\n{named}"));
    let ran = bench.run(&["fit", "names.csv", "--window", "30", "-o", "x.nafal"]);
    assert!(ran.code == 3 && ran.err.contains("this reads it"), "{}", ran.err);
    assert!(ran.err.contains("--id id --ignore kind"), "{}", ran.err);
}
