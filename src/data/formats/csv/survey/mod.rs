//! What stands in the way of reading a CSV file: all of it at once, with the options of the command that would read it.

mod columns;
mod lines;

use std::path::Path;

use super::prefix::Prefix;
use crate::data::ReadOptions;
use crate::data::formats::source::Source;
use crate::error::Result;

/// Something that is in the way, and what would read the file all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The column it is about.
    pub column: Option<String>,
    /// What there is, a clause.
    pub problem: String,
    /// The options that would do, each with its value.
    pub arguments: Vec<(&'static str, Option<String>)>,
}

impl Finding {
    fn new(column: Option<&str>, problem: impl Into<String>, arguments: &[(&'static str, Option<&str>)]) -> Finding {
        let arguments = arguments.iter().map(|(option, value)| (*option, value.map(str::to_owned))).collect();
        Finding { column: column.map(str::to_owned), problem: problem.into(), arguments }
    }
}

/// What is in the way of reading the file with these options: about its lines, or, where they are understood, about its columns.
/// One pass; memory does not grow with the file.
///
/// # Errors
/// If it cannot be read at all.
pub(in crate::data) fn survey(path: &Path, options: &ReadOptions) -> Result<Vec<Finding>> {
    if options.dialect.encoding.is_none()
        && let Some(finding) = lines::encoding(Source::open(path)?)?
    {
        return Ok(vec![finding]);
    }
    let (mut source, _) = Source::open(path)?.decoded(options.dialect.encoding.as_deref())?;
    source.require_text()?;
    let prefix = Prefix::look(&mut source, options)?;
    let findings = lines::findings(&prefix, options);
    if !findings.is_empty() {
        return Ok(findings);
    }
    Ok(columns::findings(source, &prefix, options)?)
}
