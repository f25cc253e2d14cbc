//! All that stands in the way of reading a file, and a command that would read it.

use std::fmt;

use serde_json::{Value, json};

use super::DataError;
use super::text::{message, quoted};

/// All problems of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The one that ended the reading.
    pub first: DataError,
    /// All of them, by column or of the whole file.
    pub all: Vec<DataError>,
    /// A command line that is known to read the file.
    pub command: Option<String>,
}

impl Problems {
    /// `{"column", "message"}` of each, and the command.
    pub(super) fn extend(&self, object: &mut Value) {
        let problem = |e: &DataError| json!({"column": e.column, "message": message(&e.problem)});
        object["problems"] = self.all.iter().map(problem).collect();
        object["command"] = json!(self.command);
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nin the way of reading the file:", self.first)?;
        for problem in &self.all {
            let text = message(&problem.problem);
            match &problem.column {
                Some(column) => write!(f, "\n  column {}: {text}", quoted(column))?,
                None => write!(f, "\n  {text}")?,
            }
        }
        match &self.command {
            Some(command) => write!(f, "\nthis reads it:\n  {command}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problems {}
