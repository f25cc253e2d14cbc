//! NumPy's arrays one behind another, and archives of them.

use crate::bytes::{floats, gzipped, npy, read, refused, series, table, zipped};
use nafal::data::{Column, Input, Kind, ReadOptions, SeriesSet};

fn one(values: &[f64]) -> Vec<u8> {
    npy("<f8", &format!("{}, 1, 2", values.len() / 2), &floats(values))
}

#[test]
fn arrays_one_behind_another_are_one_set() {
    let both = [one(&[1.0, 2.0]), one(&[3.0, 4.0, 5.0, 6.0])].concat();
    for bytes in [both.clone(), gzipped(&both), [one(&[]), both.clone(), one(&[])].concat()] {
        let set = series(bytes, "a.npy");
        assert_eq!((set.len(), set.channels(), set.longest()), (3, 1, 2));
        assert_eq!(set.case(2).flat(), [5.0, 6.0]);
    }
    // Element types may differ, and cases may be taken one at a time.
    let both = [one(&[1.0, 2.0]), npy("|u1", "1, 1, 2", &[3, 255])].concat();
    let mut reader =
        Input::from_stream(std::io::Cursor::new(both), "a.npy", None).unwrap().stream(&ReadOptions::default()).unwrap();
    for want in [[1.0, 2.0], [3.0, 255.0]] {
        let chunk = reader.next_chunk(1).unwrap().unwrap();
        assert_eq!(chunk.cases.unwrap().downcast::<SeriesSet>().unwrap().case(0).flat(), want);
    }
    assert!(reader.next_chunk(1).unwrap().is_none());
}

#[test]
fn what_follows_an_array_and_is_none_is_an_error() {
    let first = one(&[1.0, 2.0, 3.0, 4.0]);
    let at = first.len();
    for (rest, want) in [
        (vec![0], format!("the array of shape [2, 1, 2] ends at byte {at}, and bytes follow that are no array")),
        (floats(&[5.0, 6.0]), format!("ends at byte {at}, and bytes follow")),
        (b"\x93NUMPZ\x01\x00".to_vec(), format!("ends at byte {at}, and bytes follow")),
        (b"\x93NUMPY".to_vec(), format!("the array at byte {at}: the .npy header is cut short")),
        (
            npy("<f8", "1, 2, 1", &floats(&[5.0, 6.0])),
            format!("the array at byte {at}: shape [1, 2, 1], and [2, 1, 2]"),
        ),
        (npy("<f8", "1, 2", &floats(&[5.0, 6.0])), "their shapes agree beyond the first axis".into()),
        (npy("<f8", "1, 1, 2", &floats(&[5.0])), "row 2: the elements of shape [1, 1, 2] are not all there".into()),
    ] {
        let message = refused([first.clone(), rest].concat(), "a.npy", None, &ReadOptions::default());
        assert!(message.starts_with("a.npy: ") && message.contains(&want), "{message}");
    }
}

#[test]
fn npz_holds_one_array_or_one_is_chosen() {
    let (a, b) = (one(&[1.0, 2.0]), one(&[3.0, 4.0, 5.0, 6.0]));
    let choose = |name: &str| ReadOptions { array: Some(name.into()), ..ReadOptions::default() };
    for bytes in [zipped(&[("arr_0.npy", &b)]), gzipped(&zipped(&[("arr_0.npy", &b), ("note.txt", b"x")]))] {
        assert_eq!(series(bytes.clone(), "<stdin>").case(1).flat(), [5.0, 6.0]);
        let chosen = read(bytes, "a.npz", Some(Kind::Series), &choose("arr_0")).unwrap();
        assert_eq!(chosen.len(), 2);
    }
    let several = zipped(&[("walks.npy", &a), ("runs\u{7}.npy", &b), (&"x".repeat(90), b"")]);
    assert_eq!(read(several.clone(), "a.npz", None, &choose("walks")).unwrap().len(), 1);
    for (options, want) in [
        (ReadOptions::default(), "a.npz: holds 2 arrays, \"walks\", \"runs\\u{7}\"; choose one with --array NAME"),
        (choose("jumps"), "a.npz: has no array \"jumps\"; choose one of \"walks\", \"runs\\u{7}\""),
    ] {
        assert_eq!(refused(several.clone(), "a.npz", None, &options), want);
    }
    let many: Vec<(String, &[u8])> = (0..20).map(|i| (format!("{}{i}.npy", "n".repeat(99)), &a[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let message = refused(zipped(&many), "a.npz", None, &ReadOptions::default());
    assert!(message.len() < 1000 && message.contains("… (20 in all); choose one"), "{message}");
    // Errors name the array where there are others.
    let bad = zipped(&[("a.npy", &a), ("b.npy", &[&b[..], b"junk"].concat())]);
    let message = refused(bad, "a.npz", None, &choose("b"));
    assert!(message.starts_with("a.npz: array \"b\": row 2: the array of shape [2, 1, 2] ends at byte"), "{message}");
    for (bytes, name) in [(a, "npy"), (b"a,b\n1,2\n".to_vec(), "csv"), (b"@data\n1\n".to_vec(), "ts")] {
        let message = refused(bytes, "f", None, &choose("walks"));
        assert!(message.contains(&format!("a {name} file has no arrays to choose \"walks\" from")), "{message}");
    }
}

#[test]
fn an_archive_with_other_data_around_it_is_an_error() {
    let archive = zipped(&[("x.npy", &one(&[1.0, 2.0]))]);
    for (bytes, words) in [
        ([&archive[..], &archive].concat(), "before the archive"),
        ([&b"PK\x03\x04"[..], &archive].concat(), "before the archive"),
        ([&archive[..], b"junk"].concat(), "behind the archive"),
        ([&archive[..], &one(&[1.0, 2.0])].concat(), "behind the archive"),
    ] {
        let message = refused(bytes, "t.npz", None, &ReadOptions::default());
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_zip_archive_of_other_things_says_what_it_is() {
    let sheet = zipped(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]);
    let files = zipped(&[("data.csv", b"a,b\n1,2\n")]);
    let array = zipped(&[("a.npy", &one(&[1.0, 2.0]))]);
    for (bytes, name, kind, want) in [
        (&sheet, "a.xlsx", None, "a.xlsx: is a spreadsheet; save the table as CSV"),
        (&sheet, "a.npz", None, "a.npz: is a spreadsheet"),
        (&sheet, "a.xlsx", Some(Kind::Series), "is a spreadsheet"),
        (&files, "a.zip", None, "a.zip: is a zip archive of other files"),
        (&files, "a.npz", None, "a.npz: is a zip archive of other files"),
        (&zipped(&[]), "a.npz", None, "is a zip archive of other files"),
        (&array, "a.npz", Some(Kind::Table), "a.npz: is an archive of NumPy arrays (.npz), which is read as series"),
    ] {
        let message = refused(bytes.clone(), name, kind, &ReadOptions::default());
        assert!(message.contains(want), "{name}: {message}");
    }
}

/// The bytes of `archive` with `new` written `offset` bytes behind every `mark`.
fn altered(archive: &[u8], mark: &[u8], offset: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = archive.to_vec();
    let places: Vec<usize> = (0..bytes.len() - mark.len()).filter(|&i| bytes[i..].starts_with(mark)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|&i| bytes[i + offset..i + offset + new.len()].copy_from_slice(new));
    bytes
}

#[test]
fn hostile_archives_are_refused_without_filling_the_memory() {
    let zeros = vec![0; 8 << 20];
    let archive = zipped(&[("a.npy", &npy("<f8", "1048576, 1", &zeros))]);
    let central = b"PK\x01\x02";
    // Sizes in the list at the end: packed at 20, unpacked at 24; flags at 8, method at 10, checksum at 16.
    for (bytes, want) in [
        (altered(&archive, central, 24, &4_000_000_000u32.to_le_bytes()), "would grow from"),
        (altered(&archive, central, 24, &1000u32.to_le_bytes()), "holds more bytes than it claims"),
        (altered(&archive, central, 24, &9_000_000u32.to_le_bytes()), "holds fewer bytes than it claims"),
        (altered(&archive, central, 16, b"\0\0\0\0"), "checksum"),
        (altered(&archive, central, 8, &[1]), "is encrypted"),
        (altered(&archive, central, 10, &[12]), "is packed by"),
        (altered(&archive, b"PK\x05\x06", 8, &[255, 255, 255, 255]), "a.npz"),
        (altered(&archive, b"PK\x05\x06", 16, &[0, 0, 0, 9]), "a.npz"),
        (archive[..archive.len() / 2].to_vec(), "the zip archive is damaged or cut short"),
        (b"PK\x03\x04".to_vec(), "a.npz"),
    ] {
        let message = refused(bytes, "a.npz", Some(Kind::Series), &ReadOptions::default());
        assert!(message.contains(want), "{want}: {message}");
    }
    let claims = zipped(&[("a.npy", &npy("<f8", "1000000, 1000, 1000", &[0; 80]))]);
    assert!(refused(claims, "a.npz", None, &ReadOptions::default()).contains("are not all there"));
    let names: Vec<String> = (0..10_001).map(|i| format!("{i}.npy")).collect();
    let crowd: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(
        refused(zipped(&crowd), "a.npz", None, &ReadOptions::default())
            .contains("10001 entries, and 10000 are the most")
    );
}

#[test]
fn a_file_is_read_in_place() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("plain.npz", zipped(&[("a.npy", &one(&[1.0, 2.0, 3.0, 4.0]))])),
        ("packed.npz.gz", gzipped(&zipped(&[("a.npy", &one(&[1.0, 2.0, 3.0, 4.0]))]))),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        assert_eq!(SeriesSet::read(folder.path().join(name)).unwrap().case(1).flat(), [3.0, 4.0]);
    }
}

#[test]
fn an_array_of_two_axes_is_a_table_and_as_series_those_of_one_channel() {
    let values = [1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0];
    let bytes = npy("<f8", "2, 3", &floats(&values));
    let options = ReadOptions { missing: true, ..ReadOptions::default() };
    let table = table(bytes.clone(), "a.npy", &options);
    assert_eq!((table.names(), table.rows()), (&["f0", "f1", "f2"].map(str::to_owned)[..], 2));
    assert!(table.values()[2].is_nan() && table.values()[3..] == [4.0, 5.0, 6.0]);
    let message = refused(bytes.clone(), "a.npy", None, &ReadOptions::default());
    assert!(message.starts_with("a.npy: row 0: column \"f2\": ") && message.contains("--missing impute"), "{message}");
    let chosen = ReadOptions { columns: Some(vec![Column::number("f1")]), label: Some("f0".into()), ..options };
    let read = crate::bytes::table(bytes.clone(), "a.npy", &chosen);
    assert_eq!((read.values(), read.labels().unwrap().concat()), (&[2.0, 5.0][..], "1.04.0".to_owned()));
    let stream = Input::from_stream(std::io::Cursor::new(bytes), "a.npy", Some(Kind::Series)).unwrap();
    assert_eq!(stream.read(&ReadOptions::default()).unwrap().len(), 2);
    let message =
        refused(npy("<f8", "1, 1, 2", &floats(&[1.0, 2.0])), "a.npy", Some(Kind::Table), &ReadOptions::default());
    assert!(message.contains("three axes"), "{message}");
}
