//! What is read, what is refused and where, and that nothing panics.

use std::collections::VecDeque;
use std::io::{Cursor, Read, Write};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::data::formats::cases::{Cases, Chunk, Slots, Step};
use crate::data::{Column, Sample};

fn rows(stream: impl Read + Send + 'static, name: &str, options: &ReadOptions) -> Result<Box<CaseStream<CsvRows>>> {
    Ok(Box::new(CaseStream::new(CsvRows::new(Source::from_stream(stream, name)?, options)?, options)))
}

/// The table of a chunk whose rows are all good.
fn table(chunk: Chunk) -> Table {
    assert!(chunk.bad.is_empty());
    chunk.cases.unwrap().downcast_owned().unwrap()
}

fn read_with(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> Result<Table> {
    let gathered = rows(Cursor::new(bytes.as_ref().to_vec()), "t.csv", options)?.gather()?;
    Ok(gathered.cases.downcast_owned().unwrap())
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Table> {
    read_with(bytes, &ReadOptions::default())
}

fn refused(bytes: impl AsRef<[u8]>) -> String {
    read(bytes).unwrap_err().to_string()
}

fn labelled(name: &str) -> ReadOptions {
    ReadOptions { label: Some(name.into()), ..ReadOptions::default() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_way_to_write_the_same_table_reads_the_same() {
    let plain = "a,b\n1,2.5\n-3,4e2\n";
    let want = read(plain).unwrap();
    assert_eq!((want.rows(), want.values()), (2, &[1.0, 2.5, -3.0, 400.0][..]));
    let gz = gzip(plain.as_bytes());
    let two_members = [gzip(b"a,b\n1,2.5\n"), gzip(b"-3,4e2\n")].concat();
    for bytes in [
        "a,b\r\n1,2.5\r\n-3,4e2\r\n".as_bytes(),
        b"a,b\r1,2.5\r-3,4e2\r",
        b"\xef\xbb\xbfa,b\n1,2.5\n-3,4e2",
        b"\n\r\n a , b \n +1 ,\t2.50\n\"-3\",\"4e+2\"\n\n\r\n  \n\n",
        b"\"a\", \"b\"\n1, \"2.5\"\n-3,400\n",
        &gz,
        &two_members,
    ] {
        assert_eq!(read(bytes).unwrap(), want, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn columns_are_picked_by_name_and_the_rest_is_not_looked_at() {
    let text = "junk,b,class,a\nx,2,up,1\n,4,down,3\n";
    let options = ReadOptions {
        label: Some("class".into()),
        columns: Some(vec![Column::number("a"), Column::number("b")]),
        ..ReadOptions::default()
    };
    let table = read_with(text, &options).unwrap();
    assert_eq!(table.values(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!((table.label_name(), table.labels().unwrap().concat()), (Some("class"), "updown".into()));
    let reader = rows(text.as_bytes(), "t.csv", &options).unwrap();
    assert_eq!(reader.ignored(), ["junk"]);
    let missing =
        ReadOptions { columns: Some(vec![Column::number("a"), Column::number("c")]), ..ReadOptions::default() };
    let message = read_with(text, &missing).unwrap_err().to_string();
    assert!(
        message.starts_with("t.csv:1: column \"c\": the column is missing; add it to the header's, \"junk\""),
        "{message}"
    );
    // Names that a program counted are names.
    assert_eq!(read("0,1,2\n5,6,7\n").unwrap().values(), [5.0, 6.0, 7.0]);
    // Names that look like numbers are no reason to refuse a file whose columns are known.
    let numeric = ReadOptions { columns: Some(vec![Column::number("1")]), ..ReadOptions::default() };
    assert_eq!(read_with("0,1\n5,6\n", &numeric).unwrap().values(), [6.0]);
}

#[test]
fn errors_name_file_line_and_column() {
    for (text, want) in [
        ("a,b\n1,2\n3,x\n", "t.csv:3: column \"b\": \"x\" is not a number"),
        ("a,b\r\n1,2\r\n3,x\r\n", "t.csv:3: column \"b\": \"x\""),
        ("a,b\n\"1\n\",2\n3,x\n", "t.csv:4: column \"b\""),
        ("\n\na,b\n1,2\n3,x", "t.csv:5: column \"b\""),
        ("a,b\n1,nan\n", "t.csv:2: column \"b\": \"nan\" stands for a missing value"),
        ("a,b\n1,-inf\n", "t.csv:2: column \"b\": \"-inf\" is not a finite number"),
        ("a,b\n1,1e400\n", "t.csv:2: column \"b\": \"1e400\" is too large"),
        ("a,b\n1,\n", "t.csv:2: column \"b\": the cell is empty"),
        ("a,b\n1,2\n3\n", "t.csv:3: column \"b\": 1 cell where the header has 2"),
        ("a,b\n1,2,3\n", "t.csv:2: 3 cells where the header has 2"),
        ("a,b\n1,\"2\n3,4\n", "t.csv:2: column \"b\": a quotation mark opens"),
        ("a,b\n1,2\n3,\"4\n", "t.csv:3: column \"b\": a quotation mark opens"),
        ("a,b\n1,2\n3,\"4", "t.csv:3: column \"b\": a quotation mark opens"),
        ("a,b\n\"1\",\"2\n\"3\",\"4\"\n", "t.csv:2: column \"b\": a quotation mark opens"),
        ("\"a,b\n1,2\n3,4\n", "t.csv:1: a quotation mark opens"),
        ("a,\"b\n", "t.csv:1: a quotation mark opens"),
        ("a,b\n1,\"2\"5\n", "t.csv:2: column \"b\": text follows a closing quotation mark"),
        ("a\n1\n\n2\n", "t.csv:3: the line is blank"),
        ("1,2\n3,4\n", "t.csv:1: the first line is one of numbers"),
        ("a,b\n", "t.csv: has a header but no rows"),
        ("", "t.csv: is empty"),
        ("\n \r\n", "t.csv: is empty"),
        ("PK\x03\x04....", "t.csv: is a zip archive"),
    ] {
        let message = refused(text);
        assert!(message.starts_with(want), "{text:?}: {message}");
    }
    assert!(refused(b"a\n1\n\xff\n").starts_with("t.csv:3: column \"a\": not UTF-8"));
    assert!(refused(b"\xff\xfea\0,\0b\0").contains("no rows"));
    assert!(refused(b"a\xff,b\n").starts_with("t.csv:1: the header is not UTF-8"));
    assert!(refused("a,b\n\"1\n3,x\n5\"\n").contains("unclosed quotation mark"));
}

#[test]
fn label_errors() {
    let message = read_with("a,b\n1,2\n", &labelled("class")).unwrap_err().to_string();
    assert_eq!(
        message,
        "t.csv:1: column \"class\": the label column is missing; name one of the header's, \"a\", \"b\""
    );
    let message = read_with("a,class\n1,\n", &labelled("class")).unwrap_err().to_string();
    assert!(message.starts_with("t.csv:2: column \"class\": the cell is empty"), "{message}");
    assert!(read_with("class\n1\n", &labelled("class")).unwrap_err().to_string().contains("no column beside"));
    let both =
        ReadOptions { label: Some("a".into()), columns: Some(vec![Column::number("a")]), ..ReadOptions::default() };
    assert!(read_with("a\n1\n", &both).unwrap_err().to_string().contains("label at once"));
}

#[test]
fn files_that_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path| Table::read_csv(path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(open(folder.path()).contains("is a directory"));
    assert!(open(&folder.path().join("none.csv")).contains("none.csv: no such file"));
    let text: String = (0..999).map(|i| format!("{}\n", i * 7919)).collect();
    let whole = gzip(format!("a\n{text}").as_bytes());
    for damaged in [&whole[..whole.len() / 2], &whole[..whole.len() - 3], &[&whole[..], b"tail"].concat()] {
        let path = folder.path().join("cut.csv.gz");
        std::fs::write(&path, damaged).unwrap();
        assert!(open(&path).contains("damaged or cut short"), "{}", open(&path));
    }
}

#[test]
fn chunks_add_up_to_the_table() {
    let text: String = (0..1000).map(|i| format!("{i},{}\n", i * i)).collect();
    let text = format!("a,b\n{text}");
    let whole = read(&text).unwrap();
    for limit in [1, 7, 1000, 5000] {
        let mut chunks = rows(Cursor::new(text.clone()), "t.csv", &ReadOptions::default()).unwrap();
        let mut values = Vec::new();
        while let Some(chunk) = chunks.next_chunk(limit).unwrap() {
            let chunk = table(chunk);
            assert!(chunk.rows() <= limit);
            values.extend_from_slice(chunk.values());
        }
        assert_eq!(values, whole.values());
        assert!(chunks.next_chunk(limit).unwrap().is_none());
    }
}

/// Hands out one piece a read, as a pipe does.
struct Pieces(VecDeque<Vec<u8>>);

impl Read for Pieces {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let Some(mut piece) = self.0.pop_front() else { return Ok(0) };
        let count = piece.len().min(to.len());
        to[..count].copy_from_slice(&piece[..count]);
        let rest = piece.split_off(count);
        if !rest.is_empty() {
            self.0.push_front(rest);
        }
        Ok(count)
    }
}

#[test]
fn rows_that_trickle_in_are_handed_out_as_they_come() {
    let pieces = Pieces(["a,b", "\n", "1,2\n3,4\n", "5,6\r\n", "7,", "8"].map(|piece| piece.into()).into());
    let mut chunks = rows(pieces, "pipe", &ReadOptions::default()).unwrap();
    let mut sizes = Vec::new();
    while let Some(chunk) = chunks.next_chunk(4096).unwrap() {
        sizes.push(chunk.good());
    }
    assert_eq!(sizes, [2, 1, 1]);
}

/// Hands out one byte a read, and counts how many were asked for.
struct Dribble {
    bytes: Vec<u8>,
    asked: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Read for Dribble {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let at = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let Some(&byte) = self.bytes.get(at) else { return Ok(0) };
        to[0] = byte;
        Ok(1)
    }
}

#[test]
fn a_row_is_handed_out_before_a_byte_behind_it_is_asked_for() {
    let text = "a,b\n1,2\n3,\"4\"\r\n5,6";
    let asked = std::sync::Arc::default();
    let stream = Dribble { bytes: text.into(), asked: std::sync::Arc::clone(&asked) };
    let mut chunks = rows(stream, "pipe", &ReadOptions::default()).unwrap();
    for (values, bytes) in [([1.0, 2.0], 8), ([3.0, 4.0], 14), ([5.0, 6.0], text.len() + 1)] {
        let chunk = table(chunks.next_chunk(4096).unwrap().unwrap());
        assert_eq!(chunk.values(), values);
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), bytes, "{values:?}");
    }
    assert!(chunks.next_chunk(4096).unwrap().is_none());
}

#[test]
fn rows_before_a_bad_one_are_handed_out_first() {
    let text = "a,b\n1,2\n3,4\n5,x\n7,8\n";
    let mut chunks = rows(Cursor::new(text), "t.csv", &ReadOptions::default()).unwrap();
    assert_eq!(table(chunks.next_chunk(100).unwrap().unwrap()).values(), [1.0, 2.0, 3.0, 4.0]);
    assert!(chunks.next_chunk(100).unwrap_err().to_string().starts_with("t.csv:4: column \"b\""));
    assert!(chunks.next_chunk(100).unwrap().is_none(), "nothing is read behind an error");
}

#[test]
fn bad_rows_are_told_apart_and_skipped() {
    let options = ReadOptions { skip_bad: true, ..labelled("k") };
    let text = "a,k\nx,u\n1,u\n2\n\n3,v\n4,\n5,\"w\n";
    for limit in [1, 2, 3, 100] {
        let mut chunks = rows(Cursor::new(text), "t.csv", &options).unwrap();
        let (mut values, mut labels, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(chunk) = chunks.next_chunk(limit).unwrap() {
            assert!(chunk.good() + chunk.bad.len() <= limit);
            bad.extend(chunk.bad.iter().map(|case| (values.len() + case.after, case.error.line.unwrap())));
            if let Some(cases) = chunk.cases {
                labels.extend(cases.labels().unwrap().to_vec());
                values.extend(cases.downcast::<Table>().unwrap().values().to_vec());
            }
        }
        assert_eq!(values, [1.0, 3.0]);
        assert_eq!(labels, ["u", "v"]);
        assert_eq!(bad, [(0, 2), (1, 4), (2, 7), (2, 8)]);
    }
    let gathered = rows(Cursor::new(text), "t.csv", &options).unwrap().gather().unwrap();
    assert_eq!(
        (gathered.cases.len(), gathered.good, gathered.bad, gathered.first_bad.unwrap().line),
        (2, 2, 4, Some(2))
    );
    let options = ReadOptions { skip_bad: true, ..ReadOptions::default() };
    let message = rows(Cursor::new("a\nx\n"), "t.csv", &options).unwrap().gather().unwrap_err().to_string();
    assert!(
        message.starts_with("t.csv: has no case that can be used; the first of 1 bad ones: t.csv:2: "),
        "{message}"
    );
}

#[test]
fn no_more_rows_are_held_than_may_be() {
    let text = format!("a,b\n{}", (0..1000).map(|i| format!("{i},0\n")).collect::<String>());
    let limited = |sample| ReadOptions { most_bytes: Some(1600), sample, ..ReadOptions::default() };
    let message = read_with(&text, &limited(None)).unwrap_err().to_string();
    assert!(message.contains("1600 bytes") && message.contains("sample"), "{message}");
    let sample = |most, seed| read_with(&text, &limited(Some(Sample { most, seed }))).unwrap();
    let numbers = |table: &Table| (0..table.rows()).map(|i| table.row(i)[0]).collect::<Vec<_>>();
    assert_eq!((sample(5000, 0).rows(), sample(7, 0).rows()), (100, 7));
    assert!(numbers(&sample(5000, 0)).is_sorted() && numbers(&sample(5000, 1)) != numbers(&sample(5000, 0)));
    assert_eq!(sample(7, 3), sample(7, 3));
    let mut chunks = rows(Cursor::new(text.clone()), "t.csv", &limited(None)).unwrap();
    assert_eq!(chunks.next_chunk(5000).unwrap().unwrap().good(), 100);
    let wide = format!("{}\n", ",".repeat(65_536));
    assert!(refused(&wide).starts_with("t.csv:1: more than 65536 cells"), "{}", refused(&wide));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let _ = read_with(&bytes, &labelled("a"));
    }

    #[test]
    fn near_misses_never_panic(text in "(\u{feff})?[ab\",;\r\n0-9.+\\-eNnaif \t]{0,120}") {
        let _ = read(&text);
        let _ = read(format!("a,b\n{text}"));
        let _ = read_with(format!("a,b\n{text}"), &labelled("b"));
    }

    #[test]
    fn damaged_gzip_never_panics(at in 0usize..60, flip in 1u8..=255) {
        let mut bytes = gzip(b"a,b\n1,2\n3,4\n5,6\n");
        let at = at % bytes.len();
        bytes[at] ^= flip;
        let _ = read(&bytes);
    }

    #[test]
    fn numbers_written_shortest_read_back_bit_for_bit(
        values in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::ZERO, 1..50)
    ) {
        let text: String = values.iter().map(|v| format!("{v:e}\n")).collect();
        let table = read(format!("a\n{text}")).unwrap();
        let bits = |v: &[f64]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(table.values()), bits(&values));
    }

    #[test]
    fn the_line_of_an_error_is_exact(before in 0usize..300, end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]) {
        let rows: String = (0..before).map(|i| format!("{i},\"{i}\"{end}")).collect();
        let message = refused(format!("a,b{end}{rows}1,bad{end}2,3{end}"));
        prop_assert!(message.starts_with(&format!("t.csv:{}: column \"b\"", before + 2)), "{}", message);
    }
}

/// The labels, or the line of what is wrong, of every row, read as they come.
fn read_marked(text: &str, bytes_at_once: usize) -> Vec<String> {
    let options =
        ReadOptions { label: Some("note".into()), columns: Some(vec![Column::number("a")]), ..ReadOptions::default() };
    let pieces = text.as_bytes().chunks(bytes_at_once).map(<[u8]>::to_vec).collect();
    let stream = Pieces(pieces);
    let mut rows = CsvRows::new(Source::from_stream(stream, "t.csv").unwrap(), &options).unwrap();
    let mut out = Vec::new();
    loop {
        match rows.advance(true).unwrap() {
            Step::Case => {
                let mut store = rows.store();
                rows.put(&mut store, 0);
                let table: Table = rows.dataset(store, Slots::All).unwrap().downcast_owned().unwrap();
                out.push(table.labels().unwrap()[0].clone());
            }
            Step::Bad(error) => out.push(format!("bad {}", error.line.unwrap())),
            Step::Waiting => unreachable!("it may be waited for"),
            Step::End => return out,
        }
    }
}

#[test]
fn a_mark_without_its_partner_swallows_no_rows() {
    let long = format!("note,a\nx,1\n\"y,2\n{}z,9\n", "w,3\n".repeat(40_000));
    for (text, want) in [
        ("note,a\nx,1\n\"y,2\nz,3\nw,4\n", "x, bad 3, z, w"),
        ("note,a\nx,1\n\"y,2\nz,3\n\"w,4\nv,5", "x, bad 3, z, bad 5, v"),
        ("note,a\n\"y,2\n\"z\",3\n\"w\",4", "bad 2, z, w"),
        ("note,a\nx,1\n\"y,2\nstrange\n\nz,3\nw,4\n", "x, bad 3, z, w"),
        ("note,a\r\nx,1\r\n\"y,2\r\nz,3\r\nw,4\r\n", "x, bad 3, z, w"),
        ("note,a\nx,1\n\"y,2", "x, bad 3"),
        ("note,a\nx,1\n\"y,2\nz,3", "x, bad 3, z"),
        // Cells of several lines are meant where their lines are no rows.
        ("note,a\n\"x\ny\",1\nz,3\n", "x\ny, z"),
        ("note,a\n\"first, second\nthird,\n\",1\n\"one\n\ntwo\",2\nz,3\n", "first, second\nthird,, one\n\ntwo, z"),
    ] {
        for step in [1, 2, 3, 5, 1000] {
            assert_eq!(read_marked(text, step).join(", "), want, "{text:?}, {step} bytes at once");
        }
    }
    let read = read_marked(&long, 1 << 20);
    assert_eq!((read.len(), &read[1][..], &read[2][..], &read[40_002][..]), (40_003, "bad 3", "w", "z"));
}
