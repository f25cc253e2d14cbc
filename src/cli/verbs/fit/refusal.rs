//! Everything that stands in the way of a fit, at once, with one command that would do.
//!
//! The file is surveyed with the options given; what the survey proposes is added to them and the file surveyed again, until it
//! reads from end to end. So the command that is printed is known to read the file.

use std::path::Path;

use clap::{Parser, Subcommand};

use super::Fit;
use crate::cli::arguments::Global;
use crate::cli::output::DASH;
use crate::data::{Finding, Input, ReadOptions};
use crate::error::{DataError, Error, Problems, Result};

/// Rounds of surveys: each may bring to light what the one before could not see.
const ROUNDS: usize = 6;

/// Rows read at a time.
const CHUNK: usize = 1 << 12;

/// The error with all problems of the data, or the one there was where no more is known.
pub(super) fn all_problems(fit: &Fit, options: &ReadOptions, error: Error) -> Error {
    let Error::Data(first) = &error else { return error };
    if fit.data == Path::new(DASH) {
        return error;
    }
    // A sample is no help here: every row is read, one chunk after another.
    let bounded = |asked: ReadOptions| ReadOptions { most_bytes: options.most_bytes, ..asked };
    let Ok(asked) = fit.options() else { return error };
    let (mut findings, mut added, mut options) = (Vec::new(), Vec::new(), bounded(asked));
    let mut reads = false;
    for _ in 0..ROUNDS {
        let found = Input::survey(&fit.data, fit.kind, &options).unwrap_or_default();
        if found.is_empty() {
            break;
        }
        let before = added.len();
        for mut finding in found {
            // A channel holds numbers.
            if options.windows.is_some() {
                finding
                    .arguments
                    .iter_mut()
                    .filter(|(option, _)| *option == "--category")
                    .for_each(|a| a.0 = "--ignore");
            }
            add(&mut added, &finding);
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        let Some((with, next)) = extended(&added) else { break };
        options = bounded(next);
        reads = read_whole(&with, &options).is_ok();
        if reads || added.len() == before {
            break;
        }
    }
    if findings.is_empty() {
        return error;
    }
    let problem =
        |finding: &Finding| DataError { column: finding.column.clone(), ..DataError::new("", finding.problem.clone()) };
    let command = reads.then(|| command_line(&added));
    Error::Problems(Box::new(Problems { first: first.clone(), all: findings.iter().map(problem).collect(), command }))
}

/// Adds the options of a finding that are not among those added.
fn add(added: &mut Vec<(&'static str, Option<String>)>, finding: &Finding) {
    for argument in &finding.arguments {
        // Each of these is said once.
        let once = !matches!(argument.0, "--id" | "--ignore" | "--category" | "--normal" | "--skip-rows");
        if !added.iter().any(|known| known == argument || once && known.0 == argument.0) {
            added.push(argument.clone());
        }
    }
}

/// The arguments of the process with those added.
fn arguments(added: &[(&'static str, Option<String>)]) -> Vec<String> {
    let mut arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    for (option, value) in added {
        match value {
            // A value that begins with a dash would be taken for an option.
            Some(value) if value.starts_with('-') => arguments.push(format!("{option}={value}")),
            Some(value) => arguments.extend([(*option).to_owned(), value.clone()]),
            None => arguments.push((*option).to_owned()),
        }
    }
    arguments
}

/// The command with a fit.
#[derive(Debug, Parser)]
struct Again {
    #[command(subcommand)]
    verb: Only,
    #[command(flatten)]
    _global: Global,
}

#[derive(Debug, Subcommand)]
enum Only {
    Fit(Box<Fit>),
}

/// The fit that these arguments ask for, and how it reads its data.
fn extended(added: &[(&'static str, Option<String>)]) -> Option<(Fit, ReadOptions)> {
    let Only::Fit(fit) = Again::try_parse_from(arguments(added)).ok()?.verb;
    let options = fit.options().ok()?;
    Some((*fit, options))
}

/// Reads all rows, keeping none.
fn read_whole(fit: &Fit, options: &ReadOptions) -> Result<()> {
    let mut reader = fit.open(options)?.stream(options)?;
    let mut good = 0;
    while let Some(chunk) = reader.next_chunk(CHUNK)? {
        good += chunk.good();
    }
    if good > 0 { Ok(()) } else { Err(DataError::new(reader.source(), "has no case that can be used").into()) }
}

/// The command as it would be typed.
fn command_line(added: &[(&'static str, Option<String>)]) -> String {
    let mut arguments = arguments(added);
    arguments[0] = "nafal".into();
    arguments.iter().map(|argument| in_shell(argument)).collect::<Vec<_>>().join(" ")
}

/// A word of a shell's command line.
fn in_shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
