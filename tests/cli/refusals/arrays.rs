//! NumPy arrays (`.npy`) and archives of them (`.npz`).

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::entry::{Group, Refusal};
use super::foreign::zipped;

const PLAIN: &str = "{'descr': '<f8', 'fortran_order': False, 'shape': (12, 2, 12), }\n";

/// A file with the given version, header and elements.
fn npy(version: u8, header: &str, elements: &[u8]) -> Vec<u8> {
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY", &[version, 0][..], &length, header.as_bytes(), elements].concat()
}

fn floats(n: usize) -> Vec<u8> {
    (0..n).flat_map(|i| ((i * i % 17) as f64).to_le_bytes()).collect()
}

/// An array of twelve series of shape (2, 12).
fn good() -> Vec<u8> {
    npy(1, PLAIN, &floats(288))
}

/// A file that fits and scores refuse.
fn file(kind: &'static str, bytes: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.npy:"], words].concat();
    Refusal::new(kind, "fit t.npy -o new.nafal", 3, &words)
        .file("t.npy", bytes)
        .also(&["score s.nafal t.npy -o out.csv", "predict s.nafal t.npy -o out.csv"])
}

/// The good array with something else in its header.
fn header(kind: &'static str, from: &str, to: &str, words: &[&'static str]) -> Refusal {
    assert!(PLAIN.contains(from));
    file(kind, npy(1, &PLAIN.replace(from, to), &floats(288)), words)
}

fn archive(kind: &'static str, bytes: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.npz:"], words].concat();
    Refusal::new(kind, "fit t.npz -o new.nafal", 3, &words)
        .file("t.npz", bytes)
        .also(&["score s.nafal t.npz -o out.csv", "predict s.nafal t.npz -o out.csv"])
}

/// A zip archive of several entries.
fn zip(entries: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An archive of the good array with other bytes so far behind the mark of its entry in the list at the end, where flags
/// stand at 8, the method at 10, the checksum at 16, the size at 24.
fn altered(offset: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = zipped("x.npy", &good());
    let at = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap() + offset;
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

pub fn group() -> Group {
    let (good, plain) = (good(), SimpleFileOptions::default());
    let mut infinite = good.clone();
    let at = infinite.len() - 8;
    infinite[at..].copy_from_slice(&f64::INFINITY.to_le_bytes());
    let missing: Vec<u8> = (0..288).flat_map(|_| f64::NAN.to_le_bytes()).collect();
    let mut damaged = zipped("x.npy", &good);
    damaged[60..90].fill(0xff);
    let whole = zipped("x.npy", &good);
    let refusals = vec![
        file("nothing but the mark of .npy", b"\x93NUMPY", &["cut short", "numpy.save"]),
        file("a wrong mark", b"\x93NUMPZ\x01\0\x02\0{}", &["does not begin with"]),
        file("an unknown version of .npy", npy(9, PLAIN, &floats(288)), &["version 9"]),
        file("a header that is cut short", &good[..40], &["cut short"]),
        file(
            "a header of 70,000 bytes",
            [b"\x93NUMPY\x02\0\x70\x11\x01\0".as_slice(), &[b' '; 70_000]].concat(),
            &["a header of 70000 bytes"],
        ),
        file(
            "a header that is no text",
            [b"\x93NUMPY\x01\0\x04\0\xff\xff\xff\xff".as_slice(), &floats(9)].concat(),
            &["not text"],
        ),
        file("a header that is no dictionary", npy(1, "[1, 2, 3]\n", &floats(288)), &["no dictionary"]),
        header("an unknown key", "'shape'", "'form': 1, 'shape'", &["unknown key"]),
        header("a key twice", "'shape'", "'shape': (1,), 'shape'", &["stands twice"]),
        header("an expression for the order", "False", "True and False", &["no dictionary"]),
        header("an expression for the shape", "12), }", "12)[::-1], }", &["no dictionary"]),
        header("a header that is cut", ", }", "", &["no dictionary"]),
        header("a header without braces", "{", "", &["no dictionary"]),
        header("a shape with commas too many", "(12, 2", "(12,, 2", &["no tuple"]),
        header("no element type", "'descr': '<f8', ", "", &["no `descr`"]),
        header("no order of axes", "'fortran_order': False, ", "", &["no `fortran_order`"]),
        header("no shape", "'shape': (12, 2, 12), ", "", &["no `shape`"]),
        header("an order of axes that is none", "False", "0", &["neither True nor False"]),
        header("an array of objects", "<f8", "|O", &["`|O`", "save the array as numbers"]),
        header("an array of texts", "<f8", "<U5", &["`<U5`"]),
        header("an array of bytes", "<f8", "|S3", &["`|S3`"]),
        header("an array of complex numbers", "<f8", "<c16", &["`<c16`"]),
        header("an array of dates", "<f8", "<M8[s]", &["`<M8[s]`"]),
        header("an array of long doubles", "<f8", "<f16", &["`<f16`"]),
        header("a structured array", "'<f8'", "[('a', '<f8')]", &["structured array"]),
        header("a negative length of an axis", "12, 2", "-12, 2", &["no tuple of whole numbers"]),
        header("a shape that is no tuple", "(12, 2, 12)", "288", &["no tuple of whole numbers"]),
        header("an axis of length 0", "12, 2, 12", "12, 0, 12", &["shape [12, 0, 12]", "reshape"]),
        header("an array of no series", "12, 2, 12", "0, 2, 12", &["bytes follow"]),
        file("an empty array", npy(1, &PLAIN.replace("12, 2, 12", "0, 2, 12"), b""), &["no cases"]),
        header("an array of no axis", "(12, 2, 12)", "()", &["shape []", "reshape"]),
        header("an array of one axis", "12, 2, 12", "288,", &["shape [288]", "reshape"]),
        header("an array of four axes", "12, 2, 12", "12, 2, 3, 4", &["shape [12, 2, 3, 4]", "reshape"]),
        header("an array beyond all memory", "12, 2, 12", "9999999999, 9999999999, 12", &["than memory can hold"]),
        header("a terabyte that is not there", "12, 2, 12", "999999999, 2, 12", &["not all there"]),
        header("a length beyond 64 bits", "12, 2, 12", "99999999999999999999, 2, 12", &["no tuple of whole numbers"]),
        file("elements that are cut short", &good[..good.len() - 3], &["row 11", "not all there"]),
        file("bytes behind the elements", [&good[..], b"more"].concat(), &["bytes follow", "correct the shape"]),
        file(
            "an array of another shape behind",
            [good.clone(), npy(1, &PLAIN.replace("2, 12)", "3, 8)"), &floats(288))].concat(),
            &["shape [12, 3, 8]", "[12, 2, 12] before it"],
        ),
        file("an infinite element", infinite, &["row 11", "\"channel 1\"", "not a finite number"]),
        file("a channel of NaN alone", npy(1, PLAIN, &missing), &["row 0", "every value is missing"]),
        Refusal::new("an array as --kind table", "fit t.npy -o new.nafal --kind table", 3, &["t.npy: ", "three axes"])
            .file("t.npy", &good)
            .also(&["info t.npy --kind table", "score m.nafal t.npy -o out.csv"]),
        Refusal::new("--array with a .npy file", "fit t.npy -o new.nafal --array x", 3, &["t.npy: ", "--array"])
            .file("t.npy", &good)
            .also(&["info t.npy --array x"]),
        Refusal::new("--label with an array", "fit t.npy -o new.nafal --label class", 3, &["t.npy: ", "no labels"])
            .file("t.npy", &good)
            .also(&["evaluate s.nafal t.npy -o out.csv", "info t.npy --label class"]),
        archive(
            "several arrays and no --array",
            zip(&[("x.npy", &good), ("y.npy", &good)], plain),
            &["\"x\", \"y\"", "--array NAME"],
        ),
        Refusal::new(
            "an unknown --array",
            "fit t.npz -o new.nafal --array z",
            3,
            &["t.npz: ", "\"z\"", "choose one of"],
        )
        .file("t.npz", zip(&[("x.npy", &good), ("y.npy", &good)], plain))
        .also(&["info t.npz --array z", "score s.nafal t.npz --array z -o out.csv"]),
        archive("an archive without an entry", zip(&[], plain), &["unpack it"]),
        archive("an archive without an array", zipped("a.txt", b"x"), &["unpack it"]),
        archive("an archive with a password", altered(8, &[1]), &["encrypted", "without a password"]),
        archive("an archive that is cut short", &whole[..whole.len() / 2], &["cut short"]),
        archive("an entry with a wrong checksum", altered(16, &[0; 4]), &["checksum"]),
        archive("an entry packed in another way", altered(10, &[12]), &["packed by", "numpy.savez"]),
        archive(
            "an entry that holds more than it claims",
            altered(24, &99u32.to_le_bytes()),
            &["more bytes than it claims"],
        ),
        archive("an entry that is damaged", damaged, &["damaged"]),
        archive("an entry that would grow beyond measure", altered(24, &0xf000_0000u32.to_le_bytes()), &["would grow"]),
        archive(
            "more than 10,000 entries",
            zip(
                &(0..10_001).map(|i| &*format!("{i}.npy").leak()).map(|name| (name, &b""[..])).collect::<Vec<_>>(),
                plain,
            ),
            &["10001 entries"],
        ),
        archive("an entry that is no array", zipped("x.npy", b"a,b\n1,2\n"), &["does not begin with"]),
        Refusal::new("an archive as --kind table", "fit t.npz -o new.nafal --kind table", 3, &["t.npz: ", "as CSV"])
            .file("t.npz", zipped("x.npy", &good))
            .also(&["score m.nafal t.npz -o out.csv"]),
    ];
    Group { title: "NumPy arrays (.npy) and archives of them (.npz)", refusals }
}

#[test]
fn arrays_that_are_no_series_are_refused() {
    group().check();
}
