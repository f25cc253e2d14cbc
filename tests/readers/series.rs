//! `.ts` and `.npy`: what is read, what is refused and with which words.

use std::io::{Cursor, Write};

use crate::real_data::real_data;
use nafal::data::{Column, Input, Kind, ReadOptions, SeriesSet};

/// Reads bytes of series called `name`.
fn series(bytes: impl Into<Vec<u8>>, name: &str) -> nafal::Result<SeriesSet> {
    let input = Input::from_stream(Cursor::new(bytes.into()), name, Some(Kind::Series))?;
    Ok(input.read(&ReadOptions::default())?.downcast_owned().unwrap())
}

fn ts(text: &str) -> nafal::Result<SeriesSet> {
    series(text, "a.ts")
}

fn refused(text: &str) -> String {
    let error = ts(text).expect_err("must be refused");
    assert_eq!(error.exit_code(), 3);
    error.to_string()
}

#[test]
fn ts_reads_labels_lengths_gaps_comments_and_any_case_of_keys() {
    let text = "\u{feff}# written by hand\r\n@PROBLEMNAME Two Words\r\n@TimeStamps FALSE\n@missing true\n@univariate false\n\
                @dimensions 2\n@equalLength false\n@seriesLength 9\n@classLabel true a b\n@unknown key\n@Data\n\n\
                1, 2,3 : -4.5e1,? ,NaN,4: b\n# between\n7:?,8,?:a\n";
    let set = ts(text).unwrap();
    assert_eq!((set.len(), set.channels(), set.longest()), (2, 2, 4));
    assert_eq!(set.labels().unwrap(), ["b", "a"]);
    assert_eq!(set.classes(), ["b", "a"]);
    assert_eq!(set.case(0).channel(0), [1.0, 2.0, 3.0]);
    let bridged = set.case(0).channel(1);
    assert_eq!((bridged[0], bridged[3]), (-45.0, 4.0));
    assert!((bridged[1] + 45.0 - 49.0 / 3.0).abs() < 1e-12 && (bridged[2] - 4.0 + 49.0 / 3.0).abs() < 1e-12);
    assert_eq!(set.case(1).channel(0), [7.0]);
    assert_eq!(set.case(1).channel(1), [8.0, 8.0, 8.0]);
    assert_eq!(set.case(1).flat(), [7.0, 8.0, 8.0, 8.0]);
    let back = set.select(&[1, 0, 1]).unwrap();
    assert_eq!(back.labels().unwrap(), ["a", "b", "a"]);
    assert_eq!(back.case(1), set.case(0));
}

#[test]
fn ts_needs_no_more_than_the_data_line() {
    let set = ts("@data\n1,2:3,4\n5,6:7,8").unwrap();
    assert_eq!((set.len(), set.channels(), set.labels()), (2, 2, None));
}

#[test]
fn ts_errors_name_line_row_and_channel() {
    let head = "@dimensions 2\n@classlabel true a b\n@data\n1:2:a\n";
    for (body, want) in [
        ("1:2:c", "a.ts:5: row 1: the label `c` is none of the classes"),
        ("1:2:", "a.ts:5: row 1: the label is empty"),
        ("1", "a.ts:5: row 1: no label"),
        ("1:a", "a.ts:5: row 1: 1 channels, expected 2 and a label"),
        ("1:2:3:a", "3 channels, expected 2"),
        ("1,x:2:a", "a.ts:5: row 1: column \"channel 0\": `x` at time 1 is not a finite number"),
        ("1:2,,3:a", "column \"channel 1\": `` at time 1 is not a finite number"),
        ("1:inf:a", "column \"channel 1\": `inf` at time 0 is not a finite number"),
        ("1::a", "column \"channel 1\": no values"),
        ("?,?:1:a", "column \"channel 0\": every value is missing"),
        ("1:(0,1.5):a", "`(0` at time 0 is not a finite number"),
    ] {
        let message = refused(&format!("{head}{body}\n"));
        assert!(message.contains(want), "{body}: {message}");
    }
    for (text, want) in [
        ("", "a.ts:1: the file ends before `@data`"),
        ("@dimensions 3\n", "the file ends before `@data`"),
        ("1,2,3\n", "a.ts:1: expected a header line"),
        ("@timestamps true\n@data\n", "a.ts:1: time stamps are not supported"),
        ("# x\n@timestamps maybe\n", "a.ts:2: `@timestamps` is followed by `maybe`"),
        ("@dimensions none\n", "`@dimensions` is followed by `none`"),
        ("@dimensions 0\n", "`@dimensions` is followed by `0`"),
        ("@univariate true\n@dimensions 2\n@data\n", "a.ts:2: the header says both 1 and 2 dimensions"),
        ("@classlabel\n", "`@classlabel` is followed by ``"),
        ("@data\n", "there are no cases"),
        ("@data\n1:2\n1\n", "a.ts:3: row 1: 1 channels, expected 2 and no label"),
        ("@equallength true\n@data\n1,2\n1\n", "1 values, expected 2"),
        ("@equallength true\n@serieslength 3\n@data\n1,2\n", "2 values, expected 3"),
        ("@univariate true\n@data\n1,2:3\n", "2 channels, expected 1"),
    ] {
        let message = refused(text);
        assert!(message.contains(want), "{text}: {message}");
    }
    let bytes = b"# caf\xe9\n@data\n1,\xff\n".to_vec();
    assert!(series(bytes, "a.ts").unwrap_err().to_string().contains("a.ts:3: row 0: not UTF-8"));
}

/// A `.npy` file of version `version` with the given dictionary and elements.
fn npy(version: u8, dictionary: &str, elements: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    match version {
        1 => file.extend((dictionary.len() as u16).to_le_bytes()),
        _ => file.extend((dictionary.len() as u32).to_le_bytes()),
    }
    file.extend(dictionary.as_bytes());
    file.extend(elements);
    file
}

fn bytes<T: Copy, const N: usize>(values: &[T], f: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&v| f(v)).collect()
}

#[test]
fn npy_reads_every_version_type_and_order() {
    let want: Vec<f64> = (0..12).map(f64::from).collect();
    let whole: Vec<i32> = (0..12).collect();
    // Fortran order of shape (2, 3, 2): element (i, c, t) at i + 2c + 6t.
    let fortran: Vec<i32> = (0..12).map(|p| (p % 2) * 6 + (p / 2 % 3) * 2 + p / 6).collect();
    for (version, descr, data, order) in [
        (1, "<i4", bytes(&whole, i32::to_le_bytes), false),
        (2, "<i8", bytes(&whole, |v| i64::from(v).to_le_bytes()), false),
        (3, "<f4", bytes(&whole, |v| (v as f32).to_le_bytes()), false),
        (1, "<f8", bytes(&whole, |v| f64::from(v).to_le_bytes()), false),
        (1, "<f8", bytes(&fortran, |v| f64::from(v).to_le_bytes()), true),
    ] {
        let order = if order { "True" } else { "False" };
        let dictionary = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': (2, 3, 2), }}   \n");
        let file = npy(version, &dictionary, &data);
        let set = series(file, "a.npy").unwrap();
        assert_eq!((set.len(), set.channels(), set.longest()), (2, 3, 2));
        let values: Vec<f64> = set.cases().iter().flat_map(|case| case.flat()).copied().collect();
        assert_eq!(values, want, "{descr} {order}");
    }
}

#[test]
fn npy_nan_at_the_end_ends_a_channel_and_within_is_bridged() {
    let n = f64::NAN;
    let data = bytes(&[1.0, n, 3.0, n, 5.0, 6.0, 7.0, 8.0], f64::to_le_bytes);
    let file = npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4)}", &data);
    let set = series(file, "a.npy").unwrap();
    assert_eq!((set.channels(), set.case(0).flat(), set.case(1).channel(0).len()), (1, &[1.0, 2.0, 3.0][..], 4));
}

#[test]
fn hostile_npy_files_are_refused_without_filling_the_memory() {
    let plain = "{'descr': '<f8', 'fortran_order': False, 'shape': (SHAPE), }";
    for (file, want) in [
        (npy(1, &plain.replace("SHAPE", "1000000000, 1000000, 10000"), b""), "more elements than memory can hold"),
        (npy(1, &plain.replace("SHAPE", "1000000, 1000, 1000"), &[0; 80]), "are not all there"),
        (
            npy(1, &plain.replace("SHAPE", "2, 1, 1"), &[0; 8]),
            "row 1: the elements of shape [2, 1, 1] are not all there",
        ),
        (npy(1, &plain.replace("SHAPE", "0, 2, 2"), b""), "there are no cases"),
        (npy(1, &plain.replace("SHAPE", "2, 0, 2"), b""), "series (n, channels, length)"),
        (npy(1, &plain.replace("SHAPE", "2,"), &[0; 16]), "series (n, channels, length)"),
        (npy(1, &plain.replace("SHAPE", "-2, 2, 2"), b""), "no tuple of whole numbers"),
        (npy(1, &plain.replace("(SHAPE)", "7"), b""), "no tuple of whole numbers"),
        (npy(1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1, 1)}", b""), "a structured array"),
        (npy(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1)}", b""), "the elements are of type `|O`"),
        (npy(1, "{'descr': '<f8', 'fortran_order': 7, 'shape': (1, 1)}", b""), "neither True nor False"),
        (npy(1, "{'descr': '<f8', 'shape': (1, 1)}", b""), "no `fortran_order`"),
        (npy(9, "", b""), "version 9"),
        (npy(2, &" ".repeat(1 << 17), b""), "a header of 131072 bytes"),
        (npy(1, &plain.replace("SHAPE", "1, 1"), &f64::INFINITY.to_le_bytes()), "not a finite number"),
        (npy(1, &plain.replace("SHAPE", "1, 1"), &f64::NAN.to_le_bytes()), "every value is missing"),
        (b"\x93NUMPY\x01\x00\xff\xff{}".to_vec(), "the .npy header is cut short"),
        (b"\x93NUMPZ\x01\x00\x02\x00{}".to_vec(), "does not begin with"),
        (b"\x93NU".to_vec(), "the .npy header is cut short"),
    ] {
        let error = series(file, "a.npy").expect_err(want);
        assert_eq!(error.exit_code(), 3);
        let message = error.to_string();
        assert!(message.starts_with("a.npy: ") && message.contains(want), "{want}: {message}");
    }
}

#[test]
fn gzip_and_kind_are_recognised_by_content_and_streams_are_read_case_by_case() {
    let text = b"@data\n1,2\n3,4\n";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text).unwrap();
    let array = npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 2)}", &[0; 16]);
    for (stream, cases) in [(text.to_vec(), 2), (gz.finish().unwrap(), 2), (array, 1)] {
        let input = Input::from_stream(Cursor::new(stream), "<stdin>", None).unwrap();
        assert_eq!(input.kind(), Kind::Series);
        let mut reader = input.stream(&ReadOptions::default()).unwrap();
        for _ in 0..cases {
            let chunk = reader.next_chunk(1).unwrap().unwrap();
            let set = chunk.cases.unwrap().downcast_owned::<SeriesSet>().unwrap();
            assert_eq!((set.len(), set.longest()), (1, 2));
        }
        assert!(reader.next_chunk(1).unwrap().is_none());
    }
    // The first case arrives although the stream goes bad later.
    let input = Input::from_stream(Cursor::new(b"@data\n1\nx\n"), "<stdin>", None).unwrap();
    let mut reader = input.stream(&ReadOptions::default()).unwrap();
    assert!(reader.next_chunk(1).is_ok());
    assert!(reader.next_chunk(1).unwrap_err().to_string().starts_with("<stdin>:3: row 1: "));
    let missing = SeriesSet::read("no-such-file.ts").unwrap_err();
    assert!(missing.exit_code() == 3 && missing.to_string().starts_with("no-such-file.ts: no such file"));
}

#[test]
fn first_bytes_decide_and_the_name_only_where_they_do_not() {
    for (bytes, name, kind) in [
        (&b"a,b\n1,2\n"[..], "t.ts", Kind::Table),
        (b"@data\n1\n", "t.csv", Kind::Series),
        (b"\xef\xbb\xbf@data\n1\n", "t.csv", Kind::Series),
        (b"\x93NUMPY", "t.csv", Kind::Series),
        (b"#a,b\n1,2\n", "T.CSV.gz", Kind::Table),
        (b"#a,b\n1,2\n", "<stdin>", Kind::Table),
        (b"#a,b\n1,2\n", "t.ts", Kind::Series),
        (b"# x\n@data\n1\n", "t.csv", Kind::Series),
        (b"# x\n", "<stdin>", Kind::Series),
        (b"", "t.ts", Kind::Series),
        (b"", "t.csv", Kind::Table),
    ] {
        let input = Input::from_stream(bytes, name, None).unwrap();
        assert_eq!(input.kind(), kind, "{name}: {bytes:?}");
        for kind in Kind::ALL {
            assert_eq!(Input::from_stream(bytes, name, Some(kind)).unwrap().kind(), kind);
        }
    }
}

#[test]
fn options_that_series_do_not_have_are_refused() {
    let labelled = "@classlabel true a b\n@data\n1:a\n2:b\n";
    let read = |text: &str, label: Option<&str>, columns: Option<Vec<Column>>| {
        let input = Input::from_stream(Cursor::new(text.to_owned()), "a.ts", None)?;
        input.read(&ReadOptions { label: label.map(str::to_owned), columns, ..ReadOptions::default() })
    };
    let set = read(labelled, Some("Class"), None).unwrap();
    assert_eq!((set.label_name(), set.labels().unwrap().concat()), (Some("class"), "ab".into()));
    assert_eq!(set.without_labels().label_name(), None);
    for (text, label, columns, want) in [
        (labelled, Some("speed"), None, "a.ts: column \"speed\": series have one label, and its name is class"),
        ("@data\n1\n", Some("class"), None, "a.ts: the series have no labels"),
        (labelled, None, Some(vec![Column::number("x")]), "a.ts: series have channels and no columns"),
    ] {
        let message = read(text, label, columns).unwrap_err().to_string();
        assert!(message.starts_with(want), "{message}");
    }
}

#[test]
fn the_archive_reads_as_its_papers_describe_it() {
    let Some(folder) = real_data() else { return };
    let folder = folder.join("timeseries");
    for (name, train, test, channels, longest, classes) in [
        ("CharacterTrajectories", 1422, 1436, 3, 182, 20),
        ("Epilepsy", 137, 138, 3, 206, 4),
        ("NATOPS", 180, 180, 24, 51, 6),
        ("RacketSports", 151, 152, 6, 30, 4),
        ("SpokenArabicDigits", 6600, 2200, 13, 93, 10),
    ] {
        for (part, cases) in [("TRAIN", train), ("TEST", test)] {
            let set = SeriesSet::read(folder.join(name).join(format!("{name}_{part}.ts.gz"))).unwrap();
            assert_eq!((set.len(), set.channels(), set.classes().len()), (cases, channels, classes), "{name} {part}");
            assert!(set.longest() <= longest);
            let uneven = set.cases().iter().filter(|c| (1..channels).any(|k| c.channel(k).len() != c.channel(0).len()));
            println!("{name} {part}: longest {}, uneven {}", set.longest(), uneven.count());
        }
    }
}
