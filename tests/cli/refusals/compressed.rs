//! Gzipped data that are damaged.

use std::io::Write;

use super::entry::{Group, HEADER, Refusal, rows, series};

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(content).unwrap();
    gz.finish().unwrap()
}

/// A gzipped table that every verb refuses.
fn table(kind: &'static str, bytes: Vec<u8>, words: &[&'static str]) -> Refusal {
    Refusal::new(kind, "fit t.csv.gz -o new.nafal --label class", 3, words).file("t.csv.gz", bytes).also(&[
        "score m.nafal t.csv.gz -o out.csv",
        "predict m.nafal t.csv.gz -o out.csv",
        "evaluate m.nafal t.csv.gz -o out.csv",
    ])
}

pub fn group() -> Group {
    let good = gzipped(format!("a,b,c,class\n{}", rows().repeat(200)).as_bytes());
    let of_series = gzipped((HEADER.to_owned() + &series()).as_bytes());
    let changed = |from_end: usize| {
        let mut bytes = good.clone();
        let at = bytes.len() - from_end;
        bytes[at] ^= 0x55;
        bytes
    };
    let refusals = vec![
        table("gzip that is cut short", good[..good.len() / 2].to_vec(), &["t.csv.gz:", "cut short"]),
        table("gzip without its last byte", good[..good.len() - 1].to_vec(), &["t.csv.gz:", "cut short"]),
        table("nothing but the mark of gzip", b"\x1f\x8b".to_vec(), &["t.csv.gz:", "cut short"]),
        table("gzip with a wrong checksum", changed(7), &["t.csv.gz:", "damaged"]),
        table("gzip with a wrong length", changed(2), &["t.csv.gz:", "damaged"]),
        table("bytes behind gzip", [&good[..], b"junk"].concat(), &["t.csv.gz:", "neither gzip data nor zero padding"]),
        table("gzip of nothing", gzipped(b""), &["t.csv.gz: ", "is empty"]),
        table("gzip in gzip", gzipped(&good), &["t.csv.gz: ", "gzipped twice"]),
        table(
            "gzip of a tar archive",
            gzipped(&[b"t.csv\0\0\0".as_slice(), &[b'0'; 504]].concat()),
            &["t.csv.gz:1: ", "NUL"],
        ),
        Refusal::new(
            "series of which the gzip is cut short",
            "fit t.ts.gz -o new.nafal",
            3,
            &["t.ts.gz:", "cut short"],
        )
        .file("t.ts.gz", &of_series[..of_series.len() - 9])
        .also(&["score s.nafal t.ts.gz -o out.csv", "evaluate s.nafal t.ts.gz -o out.csv"]),
    ];
    Group { title: "Compressed files", refusals }
}

#[test]
fn damaged_gzip_is_refused() {
    group().check();
}
