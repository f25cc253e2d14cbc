//! Bytes in memory read as a file, and the bytes of arrays and archives.

use std::io::{Cursor, Write};

use nafal::data::{Dataset, Input, Kind, ReadOptions, SeriesSet, Table};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Reads bytes called `name`.
pub fn read(
    bytes: impl Into<Vec<u8>>,
    name: &str,
    kind: Option<Kind>,
    options: &ReadOptions,
) -> nafal::Result<Box<dyn Dataset>> {
    Input::from_stream(Cursor::new(bytes.into()), name, kind)?.read(options)
}

/// Reads series whose kind is recognised.
#[track_caller]
pub fn series(bytes: impl Into<Vec<u8>>, name: &str) -> SeriesSet {
    read(bytes, name, None, &ReadOptions::default()).unwrap().downcast_owned().expect("series")
}

/// Reads a table whose kind is recognised.
#[track_caller]
pub fn table(bytes: impl Into<Vec<u8>>, name: &str, options: &ReadOptions) -> Table {
    read(bytes, name, None, options).unwrap().downcast_owned().expect("a table")
}

/// What is said of bytes that must be refused.
#[track_caller]
pub fn refused(bytes: impl Into<Vec<u8>>, name: &str, kind: Option<Kind>, options: &ReadOptions) -> String {
    let error = read(bytes, name, kind, options).expect_err("must be refused");
    assert_eq!(error.exit_code(), 3);
    error.to_string()
}

/// A `.npy` file of shape `shape` and elements `descr`.
pub fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((dictionary.len() as u16).to_le_bytes());
    file.extend(dictionary.as_bytes());
    file.extend(elements);
    file
}

/// Bytes of numbers.
pub fn floats(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A zip archive of entries, deflated.
pub fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same bytes gzipped.
pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}
