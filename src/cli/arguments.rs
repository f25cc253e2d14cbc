//! Arguments that several verbs share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::detect::Preset;
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

/// A named configuration.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Named {
    /// The recipe chosen on development data
    #[default]
    Default,
    /// Fewer views, fewer steps
    Fast,
    /// The paper's set-up taken literally, for studies: it may end with exit 6, because its loss has no minimum
    Paper,
}

impl From<Named> for Preset {
    fn from(named: Named) -> Preset {
        match named {
            Named::Default => Preset::Default,
            Named::Fast => Preset::Fast,
            Named::Paper => Preset::Paper,
        }
    }
}

/// A model and the data it is applied to.
#[derive(Debug, Args)]
pub(super) struct Subject {
    /// Model file, as written by `nafal fit`
    pub model: PathBuf,
    /// Table to score: .csv, .csv.gz, or - for standard input
    pub data: PathBuf,
}
