//! Files of other programs, known by their first bytes: what they are, and what to do instead of reading them as text.

use super::Source;
use crate::error::DataError;

/// First bytes, what begins with them, and what to do. Each has a byte that no text begins with, or is longer than a name.
const KNOWN: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "is gzipped twice", "unpack it once"),
    (b"\xfd7zXZ\0", "is compressed by xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "is compressed by zstd", UNPACK),
    (b"\x04\x22\x4d\x18", "is compressed by lz4", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "is a RAR archive", UNPACK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old spreadsheet or document (.xls, .doc)", "save the table as CSV"),
    (b"%PDF-", "is a PDF document", "get the table as CSV from where it was made"),
    (b"\x89PNG\r\n\x1a\n", "is a PNG picture", OTHER),
    (b"\xff\xd8\xff", "is a JPEG picture", OTHER),
    (b"\x93NUMPY", "is a NumPy array (.npy), which is read as series", "save a table as CSV"),
    (b"PAR1\x15", "is a Parquet file", EXPORT),
    (b"ARROW1\0\0", "is an Arrow file", EXPORT),
    (b"Obj\x01", "is an Avro file", EXPORT),
    (b"SQLite format 3\0", "is an SQLite database", "export a table of it as CSV"),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file (.h5, .mat)", EXPORT_ARRAYS),
    (b"MATLAB 5.0 MAT-file", "is a MATLAB file", EXPORT_ARRAYS),
    (b"$FL2@(#)", "is an SPSS file", EXPORT),
    (b"<stata_dta>", "is a Stata file", EXPORT),
    (b"\x80\x02", PICKLE, EXPORT_ARRAYS),
    (b"\x80\x03", PICKLE, EXPORT_ARRAYS),
    (b"\x80\x04", PICKLE, EXPORT_ARRAYS),
    (b"\x80\x05", PICKLE, EXPORT_ARRAYS),
];

const UNPACK: &str = "unpack it, or compress it by gzip";
const EXPORT: &str = "export it as CSV";
const EXPORT_ARRAYS: &str = "export a table as CSV, or series as .npy";
const OTHER: &str = "name a file of data";
const PICKLE: &str = "is a Python pickle";

/// What a file of another program is, and what to do; `None` for what may be text. No more is looked at than tells them apart.
pub(super) fn foreign(source: &mut Source) -> Result<Option<(&'static str, &'static str)>, DataError> {
    for &(mark, what, hint) in KNOWN {
        if source.starts_with(mark)? {
            return Ok(Some((what, hint)));
        }
    }
    if source.starts_with(b"BZh")? && source.says(4, "1AY&SY")? {
        return Ok(Some(("is compressed by bzip2", UNPACK)));
    }
    // The length of a header of less than 16 MB, and the header.
    if source.byte(3)? == Some(0) && source.says(8, "{\"__metadata__\"")? {
        return Ok(Some(("is a model file", "name the data, and the model before them")));
    }
    of_markup(source)
}

/// JSON and pages of the web, behind white space.
fn of_markup(source: &mut Source) -> Result<Option<(&'static str, &'static str)>, DataError> {
    let start = behind_spaces(source, 0)?;
    for word in ["<!doctype", "<html", "<head", "<?xml"] {
        if source.says(start, word)? {
            return Ok(Some(("is a page of the web, or XML", "download the file itself, or save the table as CSV")));
        }
    }
    // A name in a header may begin with a bracket; what follows tells.
    let inside: &[u8] = match source.byte(start)? {
        Some(b'{') => b"\"}",
        Some(b'[') => b"{[\"]",
        _ => return Ok(None),
    };
    let next = behind_spaces(source, start + 1)?;
    let is_json = source.byte(next)?.is_some_and(|byte| inside.contains(&byte));
    Ok(is_json.then_some(("is JSON", "save the table as CSV, a first line of names and then the rows")))
}

fn behind_spaces(source: &mut Source, mut at: usize) -> Result<usize, DataError> {
    while source.byte(at)?.is_some_and(|byte| byte.is_ascii_whitespace()) {
        at += 1;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_others_are_known_and_text_is_not() {
        let of = |bytes: &'static [u8]| {
            let mut source = Source::from_stream(bytes, "x").unwrap();
            foreign(&mut source).unwrap().map(|(what, _)| what)
        };
        for (bytes, what) in [
            (&b"BZh91AY&SY"[..], "bzip2"),
            (b" \n<!DOCTYPE html>", "web"),
            (b"[\n  {\"a\": 1}]", "JSON"),
            (b"{\"a\": [1]}", "JSON"),
            (b"\x80\x04\x95", "pickle"),
            (b"\x10\x01\0\0\0\0\0\0{\"__metadata__\":{}}", "model"),
        ] {
            assert!(of(bytes).is_some_and(|found| found.contains(what)), "{what}");
        }
        for text in
            ["", "a", "BZh,x\n", "PAR1,PAR2\n", "[kPa],[C]\n1,2\n", "{a},b\n", "MATLAB,b\n", "%PDF\n", "@data\n"]
        {
            assert_eq!(of(text.as_bytes()), None, "{text}");
        }
    }
}
