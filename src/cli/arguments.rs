//! Arguments that several verbs share.

use std::path::PathBuf;

use clap::Args;

use crate::data::{Input, Kind};
use crate::detect::Model;
use crate::error::{Error, Result};

/// Arguments of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Threads to use [default: all cores]; no result depends on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    pub json: bool,
}

impl Global {
    pub fn set_threads(&self) -> Result<()> {
        match self.threads {
            Some(threads) => rayon::ThreadPoolBuilder::new()
                .num_threads(threads.into())
                .build_global()
                .map_err(|e| Error::Usage(format!("cannot start {threads} threads: {e}"))),
            None => Ok(()),
        }
    }

    /// Says a line on stderr, unless told to be quiet.
    pub fn note(&self, line: std::fmt::Arguments) {
        if !self.quiet {
            super::output::say(line);
        }
    }
}

/// Where a verb that prints a table prints it.
#[derive(Debug, Args)]
pub(super) struct To {
    /// Write to FILE instead of stdout, atomically
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A model and the data it is applied to.
#[derive(Debug, Args)]
pub(super) struct Subject {
    /// Model file, as written by `nafal fit`
    pub model: PathBuf,
    /// Data to score, of the kind the model was fitted to: a table (.csv) or series (.ts, .npy), each also gzipped, or -
    /// for standard input
    pub data: PathBuf,
    /// Kind of the data: table or series [default: the model's]
    #[arg(long, value_name = "KIND")]
    pub kind: Option<Kind>,
}

impl Subject {
    /// Opens the data, which are read as what the model was fitted to.
    ///
    /// # Errors
    /// If they cannot be opened, or `--kind` names the other kind.
    pub fn open(&self, model: &Model) -> Result<(Kind, Input)> {
        let kind = if model.encoder().is_some() { Kind::Series } else { Kind::Table };
        if let Some(asked) = self.kind.filter(|&asked| asked != kind) {
            let path = self.model.display();
            return Err(Error::Usage(format!("--kind {asked}, but {path} was fitted to data of the kind {kind}")));
        }
        Ok((kind, Input::open(&self.data)?))
    }
}
