//! Headers of `.ts` files: spellings, contradictions, misspellings, and what stands before them.

use crate::bytes::{npy, read, refused, series};
use nafal::data::{Input, Kind, ReadOptions};

fn notes(text: &str) -> Vec<String> {
    let input = Input::from_stream(std::io::Cursor::new(text.to_owned()), "a.ts", None).unwrap();
    input.stream(&ReadOptions::default()).unwrap().notes().to_vec()
}

#[test]
fn every_spelling_of_a_key_is_understood() {
    for key in ["@classLabel", "@class_label", "@class_labels", "@CLASSLABELS", "@targetLabel", "@target_labels"] {
        let text = format!("{key} true a b\n@data\n1,2:a\n3,4:b\n");
        let set = series(text.clone(), "a.ts");
        assert_eq!((set.channels(), set.labels().unwrap().concat()), (1, "ab".to_owned()), "{key}");
        assert_eq!(notes(&text), Vec::<String>::new());
    }
    for header in [
        "@problem_name x\n@time_stamps false\n@Missing false\n@uni_variate true\n@dimension 1\n@equal_length true\n@series_length 2",
        "@equallength false\n@serieslength 0",
        "@serieslength -1\n@equallength false",
        "@equallength true\n@serieslength 2\n@equalLength True\n@series_length 2",
    ] {
        let text = format!("{header}\n@data\n1,2\n");
        assert_eq!(series(text.clone(), "a.ts").longest(), 2, "{header}");
        assert_eq!(notes(&text), Vec::<String>::new(), "{header}");
    }
}

#[test]
fn contradictions_name_both_lines() {
    for (header, want) in [
        (
            "@classLabel true\n@targetLabel false",
            "a.ts:2: `@targetLabel false` contradicts `@classLabel true` on line 1",
        ),
        ("@classLabel true a b\n#\n@classLabel true a c", "a.ts:3: `@classLabel true a c` contradicts"),
        ("@dimensions 2\n@dimension 3", "a.ts:2: `@dimension 3` contradicts `@dimensions 2` on line 1"),
        ("@univariate true\n@dimensions 7", "a.ts:2: the header says both 1 and 7 dimensions"),
        ("@univariate true\n@dimensions 7", "`@univariate true` stands on line 1"),
        ("@equalLength true\n@seriesLength 0", "`@seriesLength 0` on line 2"),
        ("@seriesLength -1", "`@seriesLength -1` on line 1"),
        ("@seriesLength -2", "a.ts:1: `@seriesLength` is followed by `-2`"),
        ("@timestamps true\n@timestamps false", "a.ts:1: time stamps"),
    ] {
        let message = refused(format!("{header}\n@data\n1,2:1\n"), "a.ts", None, &ReadOptions::default());
        assert!(message.contains(want), "{header}: {message}");
    }
}

#[test]
fn unknown_keys_are_noted_and_dangerous_ones_refused() {
    let text = "@dimesion 7\n@equalLenght true\n@author me\n@clasLabel false\n@data\n1,2:3\n";
    assert_eq!(
        notes(text),
        [
            "unknown key @dimesion; did you mean @dimensions?",
            "unknown key @equalLenght; did you mean @equalLength?",
            "unknown key @author is not read",
            "unknown key @clasLabel; did you mean @classLabel?"
        ]
    );
    assert_eq!(notes(&("@\u{1b}x 1\n".repeat(500) + "@data\n1\n")).len(), 20);
    assert_eq!(notes("@\u{1b}x 1\n@data\n1\n"), ["unknown key @\\u{1b}x is not read"]);
    for (line, want) in [
        ("@clasLabel true a b", "a.ts:1: unknown key `@clasLabel`; write `@classLabel`"),
        ("@targetlable true", "write `@targetLabel`"),
        ("@timestmaps true", "unknown key `@timestmaps`; write `@timeStamps false`"),
        ("@dtaa", "unknown key `@dtaa`; did you mean `@data`?"),
    ] {
        let message = refused(format!("{line}\n@data\n1,2:a\n"), "a.ts", None, &ReadOptions::default());
        assert!(message.contains(want), "{line}: {message}");
    }
}

#[test]
fn blank_lines_and_comments_before_the_header_are_skipped() {
    for start in ["\n", " \r\n\n", "% cut down\n%# more\n", "# one\n\n% two\n", "\u{feff}\n"] {
        let set = series(format!("{start}@univariate true\n@data\n1,2\n# between\n3,4\n"), "<stdin>");
        assert_eq!(set.len(), 2, "{start:?}");
    }
    let latin = b"% caf\xe9\n@data\n1,2\n".to_vec();
    assert_eq!(series(latin, "<stdin>").len(), 1);
    // Among the cases a percent sign is no comment: a case would be lost.
    let message = refused("@data\n1\n%2\n", "a.ts", None, &ReadOptions::default());
    assert!(message.contains("a.ts:3: row 1:"), "{message}");
    // Comments without end are not held in memory, and still taken for series.
    let long = "#".repeat(3 << 20) + "\n@data\n1,2\n";
    assert_eq!(series(long, "<stdin>").len(), 1);
}

/// A stream that gives one piece at a time and fails where more is asked for than that.
struct Trickle(Vec<&'static [u8]>);

impl std::io::Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(&piece) = self.0.first() else { panic!("asked for more than it takes to decide") };
        buffer[..piece.len()].copy_from_slice(piece);
        self.0.remove(0);
        Ok(piece.len())
    }
}

#[test]
fn recognition_asks_for_no_more_than_it_needs() {
    for (pieces, kind) in [
        (vec![&b"@"[..], b"problem"], Kind::Series),
        (vec![b"\n", b"%", b" x\n", b"@problemname"], Kind::Series),
        (vec![b"a"], Kind::Table),
        // The axes of an array say whether it is a table.
        (vec![&*npy("<f8", "1, 1, 2", &[]).leak()], Kind::Series),
        (vec![&*npy("<f8", "1, 2", &[]).leak()], Kind::Table),
        (vec![b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaa\x05\x00aaa.npy"], Kind::Series),
        (vec![b"@RELATION x\n", b"@attribute a ", b"relational\n"], Kind::Series),
        (vec![b"@relation x\n", b"@attribute a numeric\n", b"@data\n"], Kind::Table),
    ] {
        let input = Input::from_stream(Trickle(pieces.clone()), "<stdin>", None).unwrap();
        assert_eq!(input.kind(), kind, "{pieces:?}");
    }
    assert!(read("", "a.ts", None, &ReadOptions::default()).is_err());
}
