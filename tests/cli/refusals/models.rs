//! Model files that are none, or none of this version.

use super::entry::{Group, HEADER, Refusal, model, rows, series};
use super::foreign::zipped;

/// A file in place of a model, which every verb that takes a model refuses.
fn file(kind: &'static str, bytes: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["x.nafal:"], words].concat();
    let mut data = "a,b,c,class\n".to_owned() + &rows();
    if words.contains(&"series") {
        data = HEADER.to_owned() + &series();
    }
    Refusal::new(kind, "score x.nafal t -o out.csv", 4, &words).file("x.nafal", bytes).file("t", data).also(&[
        "predict x.nafal t -o out.csv",
        "evaluate x.nafal t -o out.csv",
        "info x.nafal",
        "sample x.nafal -n 3 -o out.csv",
        "recalibrate x.nafal t -o new.nafal",
    ])
}

/// A safetensors file with this header and eight bytes of a tensor.
fn safetensors(header: &str) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat()
}

pub fn group() -> Group {
    let good = model("m.nafal");
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 4;
        bytes
    };
    // The version stands in the header as an escaped object within JSON.
    let version = |digit: u8| {
        let mut bytes = good.clone();
        let mark = br#"format\":"#;
        let at = bytes.windows(mark.len()).position(|w| w == mark).unwrap() + mark.len();
        bytes[at] = digit;
        bytes
    };
    let tensor = r#""w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#;
    let refusals = vec![
        file("an empty file", "", &["0 bytes"]),
        file("a text", "a,b\n1,2\n", &["no model file"]),
        file("a table", "a,b,c\n".to_owned() + &"1,2,3\n".repeat(99), &["no model file"]),
        file("a zip archive", zipped("x.npy", b"x"), &["model file"]),
        file("a pickle of Python", b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x01x", &["no model file"]),
        file("a model that is cut short", &good[..good.len() - 5], &["cut short"]),
        file("a model that is cut short in its header", &good[..200], &["cut short"]),
        file("a model with bytes behind it", [&good[..], b"\0"].concat(), &["1 bytes after its end"]),
        file("a model with another byte in a tensor", changed(good.len() - 9), &["checksum"]),
        file("a model with another byte in its header", changed(120), &["x.nafal"]),
        file("a model of a later version", version(b'9'), &["format 9", "the nafal that wrote it"]),
        file("a model of an earlier version", version(b'3'), &["format 3", "fit the model again"]),
        file("weights of another program", safetensors(&format!("{{{tensor}}}")), &["not one that nafal wrote"]),
        file(
            "weights of PyTorch",
            safetensors(&format!("{{\"__metadata__\":{{\"format\":\"pt\"}},{tensor}}}")),
            &["not one that nafal wrote"],
        ),
        file("a header of four gigabytes", [&u32::MAX.to_le_bytes()[..], &[0; 100]].concat(), &["no model file"]),
        Refusal::new("no such file", "score none.nafal t.csv -o out.csv", 4, &["none.nafal:", "no such file"])
            .file("t.csv", "a,b,c\n1,2,3\n")
            .also(&["info none.nafal", "sample none.nafal -n 3 -o out.csv", "predict none.nafal t.csv -o out.csv"]),
        Refusal::new("a folder", "score folder t.csv -o out.csv", 4, &["folder:", "directory"])
            .file("folder/x", "")
            .file("t.csv", "a,b,c\n1,2,3\n")
            .also(&["sample folder -n 3 -o out.csv", "evaluate folder t.csv -o out.csv"]),
        Refusal::new(
            "data where the model is expected",
            "score t.csv m.nafal -o out.csv",
            4,
            &["t.csv:", "model file"],
        )
        .file("t.csv", "a,b,c\n".to_owned() + &"1,2,3\n".repeat(9)),
    ];
    Group { title: "Model files", refusals }
}

#[test]
fn files_that_are_no_models_are_refused() {
    group().check();
}
