//! Memory: what files hold or claim is held to what may be taken, before it is taken.
#![cfg(all(feature = "cli", feature = "report"))]

use std::io::{Read, Write};

use nafal::data::container::Container;

use crate::command::Bench;

/// Bytes packed by gzip: `head`, `body` as often as it takes for `size` bytes, `foot`.
fn packed(head: &str, body: &str, size: usize, foot: &str) -> Vec<u8> {
    let block = body.repeat((1usize << 20).div_ceil(body.len()));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(head.as_bytes()).unwrap();
    for _ in 0..size.div_ceil(block.len()) {
        gzip.write_all(block.as_bytes()).unwrap();
    }
    gzip.write_all(foot.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// A header of an array in single precision.
fn npy(shape: &str, fortran: &str) -> Vec<u8> {
    let text = format!("{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

/// Sixteen random walks of `length` steps as `.ts`.
fn walks(length: usize) -> String {
    let walk = |i: usize| (0..length).map(|t| ((t * (i + 2)) % 11).to_string()).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = (0..16).map(walk).collect();
    format!("@univariate true\n@classLabel false\n@data\n{}\n", lines.join("\n"))
}

#[test]
fn small_files_that_grow_are_refused_before_they_fill_the_memory() {
    let long = 60 << 20;
    let (ts, arff) = ("@classLabel false\n@data\n", "@relation x\n@attribute a numeric\n@attribute b numeric\n@data\n");
    let files: [(&str, Vec<u8>, &str); 13] = [
        ("commas.csv.gz", packed("", ",", long, ""), "65536"),
        ("line.csv.gz", packed("a,b\n", "1", 70 << 20, ""), "64 MiB"),
        ("name.csv.gz", packed("a,", "b", long, "\n1,2\n"), "65536"),
        ("values.ts.gz", packed(ts, "1,", long, "1\n"), "--max-memory"),
        ("channels.ts.gz", packed(ts, "1:", long, "1\n"), "--max-memory"),
        ("classes.ts.gz", packed("@classLabel true ", "x ", long, "\n@data\n1:x\n"), "65536 classes"),
        ("keys.ts.gz", packed("", "@nothing 7\n", long, "@data\n1\n"), "1000 keys"),
        ("comments.ts.gz", packed("", "# nothing\n", 1025 << 20, ""), "comments"),
        ("row.arff.gz", packed(arff, "1,", long, "1\n"), "has 2 attributes"),
        ("names.arff.gz", packed("@attribute a {", "x,", long, "y}\n"), "65536 names"),
        ("case.npy.gz", npy("(2, 1, 536870912)", "False"), "--max-memory"),
        ("array.npy", npy("(4000000, 1, 4)", "True"), "C order"),
        ("claims.npy", npy("(1000000000000, 1, 4)", "False"), "not all there"),
    ];
    let bench = Bench::new();
    for (name, content, words) in files {
        bench.write(name, content);
        for verb in ["fit", "info"] {
            let before = bench.files();
            let output = if verb == "fit" { "-o m.nafal" } else { "" };
            let run = format!("nafal {verb} {name} {output} --max-memory 64M --threads 1");
            // The room that the process has is more than what it is told to take, and far less than what the file grows to.
            let ran = if cfg!(unix) { bench.shell(&format!("ulimit -v 600000; exec {run}")) } else { return };
            assert_eq!(ran.code, 3, "{run}: {}", ran.err);
            assert!(ran.err.contains(words), "{run}: {}", ran.err);
            assert_eq!(bench.files(), before);
        }
    }
}

#[test]
fn a_fit_is_refused_where_columns_or_stretched_series_take_too_much() {
    let bench = Bench::new();
    let wide: String = (0..2000).map(|i| format!("c{i},")).collect();
    let row = format!("{}\n", "1,".repeat(2000));
    bench.write("wide.csv", format!("{}x\n{}", wide, row.replace("\n", "2\n").repeat(10)));
    bench.fails(&["fit", "wide.csv", "-o", "m.nafal", "--max-memory", "64M"], 3, &["2001 columns", "--max-memory"]);
    // One long series, and all are stretched to it.
    bench.write("long.ts", walks(8) + &"1,2,".repeat(100_000) + "3\n" + &"1,2,3\n2,1,2\n4,2,3\n".repeat(100));
    bench.fails(
        &["fit", "long.ts", "-o", "m.nafal", "--max-memory", "64M"],
        3,
        &["long.ts:", "200001 steps", "--max-memory"],
    );
}

#[test]
fn what_a_model_says_of_its_size_is_held_to_the_memory() {
    let bench = Bench::new();
    bench.write("s.ts", walks(20));
    bench.succeeds(&["fit", "s.ts", "-o", "s.nafal", "--preset", "fast", "--steps", "3"]);
    let mut file = Container::load(bench.path("s.nafal")).unwrap();
    let mut encoder: serde_json::Value = serde_json::from_str(&file.header_json()).unwrap();
    encoder["series_encoder"]["length"] = (1 << 20).into();
    file.set("series_encoder", encoder["series_encoder"].take());
    bench.write("hostile.nafal", file.to_bytes().unwrap());
    for verb in ["score", "predict", "evaluate", "info"] {
        let data = if verb == "info" { &[][..] } else { &["s.ts"] };
        let run = [&[verb, "hostile.nafal"], data, &["--max-memory", "64M", "--threads", "2"]].concat();
        bench.fails(&run, 4, &["hostile.nafal:", "1048576 steps", "--max-memory"]);
    }
    // With room it is a model as any other, and takes no more than a few cases at a time.
    let run = "nafal score hostile.nafal s.ts --max-memory 600M --threads 2";
    if cfg!(unix) {
        let ran = bench.shell(&format!("ulimit -v 900000; exec {run}"));
        assert!(ran.code == 0 && ran.out.lines().count() == 17, "{}", ran.err);
    }
}

#[test]
fn rows_without_end_are_sampled() {
    let bench = Bench::new();
    let mut child =
        bench.start(&["fit", "-", "-o", "m.nafal", "--max-memory", "64M", "--preset", "fast", "--steps", "2"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"a,b,c\n").unwrap();
    for i in 0..120_000 {
        writeln!(input, "{},{},{}", i % 97, (i * 31) % 89, i % 7).unwrap();
    }
    drop(input);
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(child.wait().unwrap().success(), "{err}");
    assert!(err.contains("of 120000 rows") && err.contains("--max-memory"), "{err}");
}

#[cfg(unix)]
#[test]
fn labels_and_bad_rows_are_not_kept_and_scores_only_as_far_as_they_fit() {
    let bench = Bench::new();
    let rows: String = (0..40).map(|i| format!("{},{}\n", i % 7, i % 11)).collect();
    bench.write("t.csv", format!("a,b\n{rows}"));
    let fit = bench.shell("nafal fit t.csv -o m.nafal --steps 1 --views 5 --preset fast --quiet");
    assert_eq!(fit.code, 0, "{}", fit.err);
    let long = "x".repeat(60_000);
    bench.write("labels.gz", packed("a,b,class\n1,2,0\n", &format!("1,2,0\n3,4,{long}\n"), 400 << 20, ""));
    bench.write("bad.gz", packed("a,b\n1,2\n", "x\n", 4 << 20, ""));
    bench.write("rows.gz", packed("a,b,class\n3,9,1\n", "1,2,0\n", 10 << 20, ""));
    let limited =
        |command: &str| bench.shell(&format!("ulimit -v 400000; exec nafal {command} --max-memory 64M --quiet"));
    for command in
        ["evaluate m.nafal labels.gz --label class", "predict m.nafal bad.gz --contamination 0.6 --on-bad-row skip"]
    {
        let ran = limited(command);
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
        assert_eq!(ran.out.lines().count(), 2, "{command}: {}", ran.out);
    }
    for command in [
        "evaluate m.nafal rows.gz --label class",
        "predict m.nafal rows.gz --contamination 0.1",
        "predict m.nafal bad.gz --contamination 0.6 --on-bad-row mark",
    ] {
        let ran = limited(command);
        assert!(ran.code == 3 && ran.err.contains("--max-memory"), "{command}: {} {}", ran.code, ran.err);
        assert_eq!(ran.out, "", "{command}");
    }
}
