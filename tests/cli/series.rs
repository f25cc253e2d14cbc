//! Series on the command line: kinds, labels, streams, mistakes, and the experiments on a small archive.
#![cfg(all(feature = "cli", feature = "report"))]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};

use crate::command::{Bench, numbers};

/// `n` series of two channels and unequal lengths: waves of class `slow` or, every third, `fast`.
fn ts(seed: usize, n: usize) -> String {
    let mut text = String::from("# waves\n@problemname Waves\n@dimensions 2\n@classlabel true slow fast\n@data\n");
    for i in 0..n {
        let rate = if i % 3 == 2 { 0.9 } else { 0.3 };
        let wave = |shift: f64| -> String {
            let value = |t: usize| {
                let noise = ((t * 7919 + i * 104_729 + seed * 1_299_709) % 1000) as f64 / 1000.0;
                (rate * t as f64 + shift + ((i + seed) % 7) as f64).sin() + 0.2 * noise
            };
            (0..20 + i % 5).map(|t| format!("{:.4}", value(t))).collect::<Vec<_>>().join(",")
        };
        let label = if i % 3 == 2 { "fast" } else { "slow" };
        writeln!(text, "{}:{}:{label}", wave(0.0), wave(1.0)).unwrap();
    }
    text
}

/// A bench with a model `m.nafal` of slow waves and a test file `test.ts`.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("train.ts", ts(0, 60));
    bench.write("test.ts", ts(1, 45));
    let fit =
        ["fit", "train.ts", "-o", "m.nafal", "--preset", "fast", "--label", "class", "--normal", "slow", "--json"];
    let line: serde_json::Value = serde_json::from_str(&bench.succeeds(&fit).out).unwrap();
    assert_eq!((line["rows"].as_u64(), line["training_rows"].as_u64()), (Some(60), Some(40)));
    assert_eq!((line["channels"].as_u64(), line["length"].as_u64()), (Some(2), Some(24)));
    bench
}

#[test]
fn series_are_fitted_scored_predicted_and_evaluated() {
    let bench = bench();
    let scored = bench.succeeds(&["score", "m.nafal", "test.ts"]);
    let rows = numbers(&scored.out, "row,score,p_value");
    assert_eq!((rows.len(), scored.err.as_str()), (45, ""));
    assert!(rows.iter().enumerate().all(|(i, r)| r[0] == i as f64 && r[2] >= 1.0 / 41.0 && r[2] <= 1.0));
    for threads in ["1", "3"] {
        assert_eq!(bench.succeeds(&["score", "m.nafal", "test.ts", "--threads", threads]).out, scored.out);
    }
    assert_eq!(
        bench.run_with_input(&["score", "m.nafal", "-", "--kind", "series"], bench.read("test.ts")).out,
        scored.out
    );

    let flagged = numbers(&bench.succeeds(&["predict", "m.nafal", "test.ts"]).out, "row,score,p_value,anomaly");
    assert!(flagged.iter().zip(&rows).all(|(f, r)| f[1] == r[1] && (f[3] == 1.0) == (r[2] <= 0.05)));
    let header = "n,anomalies,auroc,average_precision,f1_at_true_ratio,f1_at_alpha,alpha";
    let measured = &numbers(&bench.succeeds(&["evaluate", "m.nafal", "test.ts"]).out, header)[0];
    assert_eq!(measured[..2], [45.0, 15.0]);
    assert!(measured[2] > 0.9, "AUROC {}", measured[2]);
    let turned = bench.succeeds(&["evaluate", "m.nafal", "test.ts", "--label", "class", "--normal", "fast"]);
    assert!((numbers(&turned.out, header)[0][2] - (1.0 - measured[2])).abs() < 1e-12);
    assert!(
        bench.succeeds(&["info", "m.nafal"]).out.contains("fitted on 40 series of 2 channels of 24 steps, 5 views")
    );
    bench.succeeds(&["fit", "train.ts", "-o", "r.nafal", "--views", "2", "--quiet", "--report", "r.html"]);
    assert!(bench.read("r.html").contains("2 channels of 24 steps"));
}

#[test]
fn labels_are_used_only_if_asked_for() {
    let bench = bench();
    let all = bench.succeeds(&["fit", "train.ts", "-o", "a.nafal", "--views", "2"]);
    assert!(
        all.err.contains("every series is taken as normal") && all.err.contains("on 60 series of 60"),
        "{}",
        all.err
    );
    let both = [
        "fit", "train.ts", "-o", "b.nafal", "--views", "2", "--label", "class", "--normal", "slow", "--normal", "fast",
    ];
    assert!(bench.succeeds(&both).err.contains("on 60 series of 60"));
    let fit = |label: &'static str, normal: &'static str| {
        ["fit", "train.ts", "-o", "c.nafal", "--label", label, "--normal", normal]
    };
    bench.fails(&fit("class", "medium"), 3, &["train.ts", "no label is \"medium\"", "\"slow\", \"fast\""]);
    bench.fails(&fit("speed", "slow"), 3, &["series have one label", "--label class"]);
    bench.write("bare.ts", "@data\n1,2\n3,4\n");
    bench.fails(&["fit", "bare.ts", "-o", "c.nafal", "--label", "class"], 3, &["bare.ts", "no labels"]);
    bench.write("bare2.ts", "@data\n1,2:3\n3,4:5\n");
    bench.fails(&["evaluate", "m.nafal", "bare2.ts"], 3, &["bare2.ts", "no labels"]);
}

#[test]
fn mistakes_are_named() {
    let bench = bench();
    bench.write("three.ts", "@data\n1,2:3:4\n");
    bench.fails(&["score", "m.nafal", "three.ts"], 3, &["three.ts: 3 channels, the model was fitted to series of 2"]);
    bench.write("broken.ts", "@data\n1,2:x\n");
    bench.fails(&["score", "m.nafal", "broken.ts"], 3, &["broken.ts:2: row 0: column \"channel 1\": `x` at time 0"]);
    bench.write("empty.ts", "@data\n");
    bench.fails(&["score", "m.nafal", "empty.ts"], 3, &["empty.ts: there are no cases"]);
    bench.write("table.csv", "a,b\n1,2\n");
    bench.fails(&["score", "m.nafal", "table.csv"], 3, &["table.csv:1: expected a header line"]);
    bench.fails(&["score", "m.nafal", "table.csv", "--kind", "table"], 2, &["--kind table", "m.nafal", "series"]);
    bench.fails(&["score", "m.nafal", "none.ts"], 3, &["none.ts: no such file"]);
    bench.fails(&["sample", "m.nafal", "-n", "3"], 2, &["series"]);
    // A header that begins with # is a table's if the name says so, and --kind decides in any case.
    bench.write("hash.csv", "#a,b\n1,2\n");
    bench.fails(&["fit", "hash.csv", "-o", "h.nafal"], 3, &["1 training rows"]);
    bench.fails(&["fit", "hash.csv", "-o", "h.nafal", "--kind", "series"], 3, &["hash.csv:2: expected a header line"]);
}

#[test]
fn cases_of_a_stream_are_scored_as_they_come() {
    let bench = bench();
    let text = ts(1, 45);
    let want = bench.succeeds(&["score", "m.nafal", "test.ts"]).out;
    let mut child = bench.start(&["score", "m.nafal", "-"]);
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let (mut got, mut lines) = (String::new(), text.lines());
    for line in lines.by_ref().take(6) {
        writeln!(input, "{line}").unwrap();
    }
    // The header and the first score are there while the stream is still open.
    (0..2).for_each(|_| _ = output.read_line(&mut got).unwrap());
    for line in lines {
        writeln!(input, "{line}").unwrap();
        output.read_line(&mut got).unwrap();
    }
    drop(input);
    assert!(child.wait().unwrap().success());
    assert_eq!(got, want);
}

#[test]
fn experiments_run_on_an_archive_and_keep_their_contract() {
    let bench = Bench::new();
    let folder = bench.path("data/timeseries/RacketSports");
    std::fs::create_dir_all(&folder).unwrap();
    for (half, seed) in [("TRAIN", 0), ("TEST", 1)] {
        let file = std::fs::File::create(folder.join(format!("RacketSports_{half}.ts.gz"))).unwrap();
        let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        gz.write_all(ts(seed, 36).as_bytes()).unwrap();
        gz.finish().unwrap();
    }
    let run = ["reproduce", "table2", "--data", "data", "--datasets", "racketsports", "--seeds", "2", "--quiet"];
    let json = bench.succeeds(&[&run[..], &["--json"]].concat()).out;
    let lines: Vec<serde_json::Value> = json.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let of = |task: &str, method: &str, key: &str| -> Vec<&serde_json::Value> {
        lines
            .iter()
            .filter(|l| l["task"] == task && l["method"] == method && l["metric"] == "auroc" && l[key].is_number())
            .collect()
    };
    for method in ["naf-ad", "naf-al", "control", "iforest", "lof", "knn", "ocsvm", "knn-features"] {
        let runs: Vec<f64> = ["slow", "fast"]
            .iter()
            .flat_map(|t| of(t, method, "value"))
            .map(|l| l["value"].as_f64().unwrap())
            .collect();
        assert_eq!(runs.len(), 4, "{method}");
        let mean = of("mean", method, "mean");
        assert_eq!(mean.len(), 1, "{method}");
        assert!((mean[0]["mean"].as_f64().unwrap() - runs.iter().sum::<f64>() / 4.0).abs() < 1e-12, "{method}");
        assert_eq!(mean[0]["seeds"], 2);
    }
    assert_eq!(of("mean", "naf-al", "mean")[0]["paper"], 0.882);
    assert!(of("slow", "naf-al", "mean")[0]["paper"].is_null());
    let configurations: std::collections::BTreeSet<&str> = lines.iter().filter_map(|l| l["config"].as_str()).collect();
    assert_eq!(configurations.len(), 1);
    assert!(lines.iter().any(|l| l["difference"] == "naf-al - control" && l["pairs"] == 2));

    let text = bench.succeeds(&[&run[..], &["--methods", "lof,knn"]].concat()).out;
    assert!(text.contains("AUROC, percent") && text.contains("paper lof"), "{text}");
    bench.fails(&[&run[..], &["--methods", "mahalanobis"]].concat(), 2, &["mahalanobis", "whole series"]);
    bench.fails(
        &["reproduce", "table1", "--data", "data", "--methods", "knn-features", "--datasets", "kdd"],
        3,
        &["kdd"],
    );
    bench.fails(&[&run[..], &["--normals", "2"]].concat(), 2, &["2 normal classes of 2"]);
}
