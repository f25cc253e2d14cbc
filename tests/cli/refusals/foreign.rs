//! Files of other programs where data are expected.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::entry::{Group, Refusal, model};

/// A file that fits and scores of both kinds refuse.
fn file(kind: &'static str, name: &str, bytes: &[u8], words: &[&'static str]) -> Refusal {
    Refusal::new(kind, &format!("fit {name} -o new.nafal"), 3, words).file(name, [bytes, &[0; 64]].concat()).also(&[
        &format!("score m.nafal {name} -o out.csv"),
        &format!("predict s.nafal {name} -o out.csv"),
        &format!("evaluate m.nafal {name} -o out.csv"),
        &format!("info {name}"),
    ])
}

/// A zip archive of one entry.
pub fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

pub fn group() -> Group {
    let refusals = vec![
        file("a spreadsheet (.xlsx)", "t.xlsx", &zipped("[Content_Types].xml", b"<x/>"), &["t.xlsx: ", "spreadsheet"]),
        file("a spreadsheet (.ods)", "t.ods", &zipped("mimetype", b"x"), &["t.ods: ", "spreadsheet"]),
        file("a spreadsheet (.xls)", "t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &["t.xls: ", "spreadsheet"]),
        file(
            "a spreadsheet called .csv",
            "t.csv",
            &zipped("xl/workbook.xml", b"x"),
            &["t.csv: ", "save the table as CSV"],
        ),
        file("a zip archive", "t.zip", &zipped("t.csv", b"a,b\n"), &["t.zip: ", "unpack it"]),
        file("a PDF document", "t.pdf", b"%PDF-1.7\n%\xe2\xe3\n", &["t.pdf: ", "PDF"]),
        file("a PNG picture", "t.png", b"\x89PNG\r\n\x1a\n", &["t.png: ", "picture"]),
        file("a JPEG picture", "t.jpg", b"\xff\xd8\xff\xe0", &["t.jpg: ", "picture"]),
        file("Parquet", "t.parquet", b"PAR1\x15\x04", &["t.parquet: ", "Parquet", "export it as CSV"]),
        file("Arrow, Feather", "t.feather", b"ARROW1\0\0", &["t.feather: ", "Arrow"]),
        file("Avro", "t.avro", b"Obj\x01\x04", &["t.avro: ", "Avro"]),
        file("SQLite", "t.db", b"SQLite format 3\0", &["t.db: ", "SQLite"]),
        file("HDF5", "t.h5", b"\x89HDF\r\n\x1a\n", &["t.h5: ", "HDF5"]),
        file("MATLAB", "t.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64", &["t.mat: ", "MATLAB"]),
        file("a pickle of Python", "t.pkl", b"\x80\x04\x95", &["t.pkl: ", "pickle"]),
        file("SPSS", "t.sav", b"$FL2@(#) SPSS", &["t.sav: ", "SPSS"]),
        file("Stata", "t.dta", b"<stata_dta><header>", &["t.dta: ", "Stata"]),
        file("JSON, an array", "t.json", b"[\n  {\"a\": 1, \"b\": 2}\n]", &["t.json: ", "JSON"]),
        file("JSON, an object", "t.json", b"{\"a\": [1, 2]}", &["t.json: ", "JSON"]),
        file("a page of the web", "t.csv", b"\n<!DOCTYPE html>\n<html>", &["t.csv: ", "page of the web"]),
        file("XML", "t.xml", b"<?xml version=\"1.0\"?>", &["t.xml: ", "XML"]),
        file("bzip2", "t.csv.bz2", b"BZh91AY&SY", &["t.csv.bz2: ", "bzip2"]),
        file("xz", "t.csv.xz", b"\xfd7zXZ\0", &["t.csv.xz: ", "xz"]),
        file("zstd", "t.csv.zst", b"\x28\xb5\x2f\xfd", &["t.csv.zst: ", "zstd"]),
        file("lz4", "t.csv.lz4", b"\x04\x22\x4d\x18", &["t.csv.lz4: ", "lz4"]),
        file("7-Zip", "t.7z", b"7z\xbc\xaf\x27\x1c", &["t.7z: ", "7-Zip"]),
        file("RAR", "t.rar", b"Rar!\x1a\x07\x01\0", &["t.rar: ", "RAR"]),
        Refusal::new("a model where data are expected", "fit x.bin -o new.nafal", 3, &["x.bin: ", "model file"])
            .file("x.bin", model("m.nafal"))
            .also(&["score m.nafal x.bin -o out.csv", "score s.nafal x.bin -o out.csv"]),
        Refusal::new("random bytes", "fit t.bin -o new.nafal", 3, &["t.bin:1: "])
            .file("t.bin", (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<u8>>())
            .also(&["score m.nafal t.bin -o out.csv", "score s.nafal t.bin -o out.csv"]),
    ];
    Group { title: "Files of other programs", refusals }
}

#[test]
fn files_of_other_programs_are_refused_by_name() {
    group().check();
}
