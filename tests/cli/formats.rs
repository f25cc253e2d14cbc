//! Formats on the command line: the choice of an array, notes, and what `info` says of data.
#![cfg(all(feature = "cli", feature = "report"))]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::command::{Bench, simulated};

/// An array of shape `(cases, 1, 12)`.
fn npy(cases: usize) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({cases}, 1, 12), }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    (0..cases * 12).for_each(|i| file.extend(((i * i % 17) as f64).to_le_bytes()));
    file
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_array_is_chosen_on_every_verb_that_reads_data() {
    let bench = Bench::new();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, cases) in [("train", 24), ("test", 5)] {
        zip.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        zip.write_all(&npy(cases)).unwrap();
    }
    let archive = zip.finish().unwrap().into_inner();
    bench.write("a.npz", &archive);
    bench.write("one.npy", npy(5));
    let fit = ["fit", "a.npz", "-o", "m.nafal", "--preset", "fast", "--steps", "5"];
    bench.fails(&fit, 3, &["a.npz: holds 2 arrays", "--array NAME", "\"train\", \"test\""]);
    bench.succeeds(&[&fit[..], &["--array", "train"]].concat());
    let want = bench.succeeds(&["score", "m.nafal", "one.npy"]).out;
    assert_eq!(want.lines().count(), 6);
    assert_eq!(bench.succeeds(&["score", "m.nafal", "a.npz", "--array", "test"]).out, want);
    assert_eq!(bench.run_with_input(&["score", "m.nafal", "-", "--array", "test"], archive).out, want);
    assert_eq!(bench.succeeds(&["predict", "m.nafal", "a.npz", "--array", "test"]).out.lines().count(), 6);
    bench.fails(&["score", "m.nafal", "one.npy", "--array", "x"], 3, &["a npy file has no arrays"]);
    bench.fails(&["evaluate", "m.nafal", "a.npz", "--array", "test", "--label", "class"], 3, &["no labels"]);
    let facts = json(&bench.succeeds(&["info", "a.npz", "--array", "test", "--json"]).out);
    assert_eq!((&facts["format"], &facts["kind"], &facts["channels"]), (&"npz".into(), &"series".into(), &1.into()));
    let both = [npy(5), npy(5)].concat();
    assert_eq!(bench.run_with_input(&["score", "m.nafal", "-"], both).out.lines().count(), 11);
}

#[test]
fn a_misspelt_key_is_noted() {
    let bench = Bench::new();
    let mut text = String::from("@dimesion 7\n@data\n");
    (0..20).for_each(|i| writeln!(text, "{},{},3:{i},1", i % 7, i % 5).unwrap());
    bench.write("t.ts", &text);
    let note = "note: unknown key @dimesion; did you mean @dimensions?\n";
    let fit = ["fit", "t.ts", "-o", "m.nafal", "--preset", "fast", "--steps", "5"];
    assert!(bench.succeeds(&fit).err.contains(note));
    assert!(!bench.succeeds(&[&fit[..], &["--quiet"]].concat()).err.contains("note"));
    assert!(bench.succeeds(&["score", "m.nafal", "t.ts"]).err.contains(note));
    assert!(bench.succeeds(&["info", "t.ts"]).err.contains(note));
}

#[test]
fn info_looks_at_the_start_of_data() {
    let bench = Bench::with_model();
    bench.write("t.csv", simulated(1, 3, 0) + "broken further down\n");
    let ran = bench.succeeds(&["info", "t.csv"]);
    assert!(
        ran.out.starts_with("t.csv: a table of 4 columns (.csv)\n") && ran.out.contains("a, b, c, class"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("note: column \"class\" may be the label"), "{}", ran.err);
    let facts = |arguments: &[&str]| json(&bench.succeeds(&[&["info", "--json"], arguments].concat()).out);
    assert_eq!(
        facts(&["t.csv", "--label", "class"]),
        serde_json::json!({"format": "csv", "kind": "table", "columns": ["a", "b", "c"], "labels": "class"})
    );
    bench.write("t.ts", "@classLabel true a\n@data\n1,2,3:4,5:a\n1:2\n");
    assert_eq!(
        facts(&["t.ts"]),
        serde_json::json!({"format": "ts", "kind": "series", "channels": 2, "first_length": 3, "labels": "class"})
    );
    bench.write("t.arff", "@relation x\n@attribute a numeric\n@attribute k {x}\n@data\n1,x\n");
    assert_eq!(facts(&["t.arff", "--label", "k"])["columns"], serde_json::json!(["a"]));
    assert_eq!(facts(&["t.arff", "--kind", "series"])["channels"], 1);
    // Nominal values are categories, unless they are the labels.
    let read = bench.succeeds(&["info", "t.arff", "--json"]);
    assert_eq!(json(&read.out)["columns"], serde_json::json!(["a", "k"]));
    assert!(read.err.contains("if it is the label, add --label k"), "{}", read.err);
    // What holds no number can be the label alone.
    bench.write("one.csv", "a,b\n1,x\n");
    let guessed = bench.succeeds(&["info", "one.csv", "--json"]);
    assert_eq!(json(&guessed.out)["labels"], "b");
    assert!(guessed.err.contains("taken for the label"), "{}", guessed.err);
    bench.write("words.csv", "a,b,c\n1,x,y\n");
    bench.fails(&["info", "words.csv"], 3, &["words.csv:2:", "\"b\"", "\"x\" is not a number"]);
    bench.fails(&["info", "m.nafal", "--label", "c"], 2, &["m.nafal is a model"]);
    let piped = bench.run_with_input(&["info", "-"], "a,b\n1,2\n");
    assert!(piped.out.starts_with("-: a table of 2 columns (.csv)"), "{}", piped.out);
    bench.fails(&["info", "none.csv"], 3, &["none.csv: no such file"]);
    // A model is one by its bytes, whatever it is called.
    std::fs::copy(bench.path("m.nafal"), bench.path("model")).unwrap();
    assert_eq!(facts(&["model"]), facts(&["m.nafal"]));
    assert_eq!(facts(&["model"])["kind"], "table");
}
