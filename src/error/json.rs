//! Errors for programs: one object each, always with the same fields.

use serde_json::{Value, json};

use super::{DataError, Error};

/// Characters of a file's or a column's name that are kept: programs want them as they are, within reason.
const KEPT: usize = 1000;

impl Error {
    /// The error as `{"code", "message", "file", "line", "row", "column", "hint"}`, null where there is none: the exit status
    /// of the command; what is wrong; the file as it was named, its 1-based line or the 0-based row; the column's name; what
    /// to do. Where all problems of a file are known, also `"problems"`, each with `"column"` and `"message"`, and `"command"`,
    /// a command line that reads it.
    pub fn to_json(&self) -> Value {
        let of_data = |e: &'_ DataError| (Some(e.source.clone()), e.line, e.row, e.column.clone());
        let (file, line, row, column) = match self {
            Error::Data(error) => of_data(error),
            Error::Problems(problems) => of_data(&problems.first),
            Error::ModelFile { path, .. } => (Some(path.clone()), None, None, None),
            Error::Write { path, .. } => (Some(path.to_string_lossy().into_owned()), None, None, None),
            Error::Usage(_) | Error::Training(_) | Error::Interrupted => (None, None, None, None),
        };
        let mut object = json!({
            "code": self.exit_code(), "message": self.problem(), "line": line, "row": row, "hint": self.hint(),
            "file": file.filter(|file| !file.is_empty()).as_deref().map(kept), "column": column.as_deref().map(kept),
        });
        if let Error::Problems(problems) = self {
            problems.extend(&mut object);
        }
        object
    }
}

/// The text itself, unless it is absurdly long.
fn kept(text: &str) -> String {
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_object_with_its_place_and_what_to_do() {
        let error: Error =
            DataError::new("a.csv", "\"x; y\" is not a number; correct the cell").at_line(3).in_column("b\n").into();
        let want = json!({
            "code": 3, "message": "\"x; y\" is not a number", "file": "a.csv", "line": 3, "row": null, "column": "b\n",
            "hint": "correct the cell",
        });
        assert_eq!(error.to_json(), want);
        let error = Error::Training("nothing can be done".into()).to_json();
        assert_eq!((&error["code"], &error["hint"], &error["file"]), (&json!(6), &Value::Null, &Value::Null));
        assert_eq!(error["message"], "training failed: nothing can be done");
        let source = std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left");
        let error = Error::Write { path: "out/b".into(), source }.to_json();
        assert_eq!((&error["message"], &error["file"]), (&json!("cannot write: no space left"), &json!("out/b")));
        assert!(error["hint"].as_str().unwrap().starts_with("free some space"));
    }

    #[test]
    fn no_name_makes_an_error_long() {
        let name = "\u{1b}".repeat(5_000_000);
        let error: Error = DataError::new(&name, &name).in_column(&name).into();
        assert!(error.to_string().len() < 32_000, "{}", error.to_string().len());
        assert!(error.to_json().to_string().len() < 50_000);
    }
}
