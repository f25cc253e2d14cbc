//! Arguments that several verbs share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::apart::keep_apart;
use super::output::{DASH, Output};
use crate::data::{Input, Kind, readable_formats};
use crate::detect::{Model, Preset};
use crate::error::{Error, Result};

/// Arguments of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Threads to use [default: all cores]; no result depends on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print nothing on stderr but errors
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

    /// Prints a line on stderr, unless `--quiet` is given.
    pub fn note(&self, line: std::fmt::Arguments) {
        if !self.quiet {
            super::output::eprint(line);
        }
    }
}

/// Where a verb that prints a table prints it.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Write to FILE instead of stdout, whole or not at all
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
}

impl OutputArgs {
    /// Opens the output of a command that reads `inputs`.
    ///
    /// # Errors
    /// As [`keep_apart`] and [`Output::open`].
    pub fn open(&self, inputs: &[&Path]) -> Result<Output> {
        keep_apart(inputs, &[self.path()])?;
        Output::open(self.output.as_deref())
    }

    /// The file, or `-`.
    pub fn path(&self) -> &Path {
        self.output.as_deref().unwrap_or(Path::new(DASH))
    }
}

/// A named configuration.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum PresetArg {
    /// The recipe chosen on development data
    #[default]
    Default,
    /// Fewer views, fewer steps
    Fast,
    /// The paper's set-up taken literally, for studies: it may end with exit 6, because its loss has no minimum
    Paper,
}

impl From<PresetArg> for Preset {
    fn from(preset: PresetArg) -> Preset {
        match preset {
            PresetArg::Default => Preset::Default,
            PresetArg::Fast => Preset::Fast,
            PresetArg::Paper => Preset::Paper,
        }
    }
}

/// Help of an argument that names data: what it is, and every format.
pub(super) fn data_help(what: &str) -> String {
    format!("{what}: {}, or - for standard input", readable_formats())
}

/// Help of `--kind`: every kind, and what is taken without it.
pub(super) fn kind_help(default: &str) -> String {
    format!("Kind of the data: {} [default: {default}]", Kind::ALL.map(Kind::name).join(" or "))
}

/// A model and the data it is applied to.
#[derive(Debug, Args)]
pub(super) struct ModelAndData {
    /// Model file, as written by `nafal fit`
    pub model: PathBuf,
    #[arg(help = data_help("Data to score, of the kind the model was fitted to"))]
    pub data: PathBuf,
    #[arg(long, value_name = "KIND", help = kind_help("the model's"))]
    pub kind: Option<Kind>,
}

impl ModelAndData {
    /// Opens the data, which are read as what the model was fitted to.
    ///
    /// # Errors
    /// If they cannot be opened, or `--kind` names another kind.
    pub fn open(&self, model: &Model) -> Result<Input> {
        let kind = model.kind();
        if let Some(asked) = self.kind.filter(|&asked| asked != kind) {
            let path = self.model.display();
            return Err(Error::Usage(format!("--kind {asked}, but {path} was fitted to data of the kind {kind}")));
        }
        Input::open(&self.data, Some(kind))
    }
}
