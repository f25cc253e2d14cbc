//! How the command says that it failed: a sentence on stderr, or with `--json` one object on one line.

use std::ffi::OsStr;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use clap::error::{ContextValue, ErrorKind};
use serde_json::{Value, json};

use super::bad_rows;
use crate::cli::output::{eprint, eprint_last};
use crate::error::{Error, is_hidden, short};

/// Whether the arguments ask for JSON: known before they are parsed, since they may be wrong.
pub(in crate::cli) fn json_is_asked() -> bool {
    std::env::args_os().skip(1).take_while(|argument| argument != "--").any(|argument| argument == OsStr::new("--json"))
}

/// Prints a value on one line of stderr.
pub(in crate::cli) fn eprint_json(value: &Value) {
    eprint(format_args!("{}", json_line(value)));
}

/// A value on one line; what acts on a terminal is escaped.
fn json_line(value: &Value) -> String {
    let mut line = String::new();
    for c in value.to_string().chars() {
        // Outside of texts JSON has no such character.
        if is_hidden(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| line += &format!("\\u{unit:04x}"));
        } else {
            line.push(c);
        }
    }
    line
}

/// Prints why the command failed.
pub(in crate::cli) fn report(error: &Error, json: bool) -> ExitCode {
    if json {
        eprint_json(&error.to_json());
    } else {
        let mut line = format!("error: {error}");
        // The system says what is wrong, and not what to do.
        if let Some(hint) = error.hint().filter(|hint| !line.contains(hint.as_str())) {
            line += &format!("; {hint}");
        }
        eprint(format_args!("{line}"));
    }
    ExitCode::from(error.exit_code())
}

/// Prints that a signal ended the command, without `--json` only what the signal does not say.
pub(in crate::cli) fn interrupted(code: i32) {
    let (bad, json) = (bad_rows::so_far(), json_is_asked());
    if bad.is_none() && !json {
        return;
    }
    let (printed, done) = channel();
    let print = move || {
        if json {
            if let Some(warning) = bad {
                eprint_json(&json!({"warning": warning}));
            }
            let mut object = Error::Interrupted.to_json();
            object["code"] = code.into();
            eprint_last(format_args!("{}", json_line(&object)));
        } else if let Some(warning) = bad {
            eprint_last(format_args!("warning: {warning}"));
        }
        // Who waited may have gone on.
        let _ = printed.send(());
    };
    // Where nobody reads stderr any more, the command ends all the same.
    if Builder::new().spawn(print).is_ok() {
        let _ = done.recv_timeout(Duration::from_millis(500));
    }
}

/// Prints what the parser of the arguments says: help, the version, or what is wrong with them.
pub(in crate::cli) fn usage(mut error: clap::Error) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    if code != 0 && json_is_asked() {
        eprint_json(&usage_json(&visible(error), code));
    } else {
        error = visible(error);
        // A reader of the help that goes away is no failure.
        let _ = error.print();
    }
    ExitCode::from(code)
}

/// The same with the arguments' text as it may stand on a terminal.
fn visible(mut error: clap::Error) -> clap::Error {
    // Clap's own: what to type, of lines of its own.
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return error;
    }
    let shown = |value: &ContextValue| match value {
        ContextValue::String(text) => Some(ContextValue::String(short(text))),
        ContextValue::Strings(texts) => Some(ContextValue::Strings(texts.iter().map(|text| short(text)).collect())),
        _ => None,
    };
    let changed: Vec<_> = error.context().filter_map(|(kind, value)| Some((kind, shown(value)?))).collect();
    changed.into_iter().for_each(|(kind, value)| _ = error.insert(kind, value));
    error
}

/// A usage error as [`Error::to_json`] has them: the first paragraph is what is wrong, the others what to do.
fn usage_json(error: &clap::Error, code: u8) -> Value {
    let (message, hint) = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            ("a verb is missing".to_owned(), "name one; `nafal --help` lists them".to_owned())
        }
        _ => {
            let text = error.render().to_string();
            let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut paragraphs = text.trim_start_matches("error: ").split("\n\n").map(one_line);
            let message = paragraphs.next().unwrap_or_default();
            (message, paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join(" "))
        }
    };
    json!({
        "code": code, "message": message, "file": null, "line": null, "row": null, "column": null,
        "hint": Some(hint).filter(|hint| !hint.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Command;
    use clap::Parser;

    #[test]
    fn what_is_wrong_with_arguments_and_what_to_do_are_told_apart() {
        let of = |arguments: &[&str]| {
            let error = Command::try_parse_from(arguments).map(drop).unwrap_err();
            usage_json(&visible(error), 2)
        };
        let unknown = of(&["nafal", "fit", "a.csv", "-o", "m", "--setps", "3"]);
        assert_eq!(unknown["message"], "unexpected argument '--setps' found");
        assert!(unknown["hint"].as_str().unwrap().contains("--steps"), "{unknown}");
        let wild = of(&["nafal", "fit", "a.csv", "-o", "m", "--steps", "\u{1b}[31mx"]);
        assert!(wild["message"].as_str().unwrap().contains("\\u{1b}[31mx"), "{wild}");
        assert_eq!(of(&["nafal", "fit"])["code"], 2);
    }
}
