//! Arguments that several verbs share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::apart::keep_apart;
use super::messages::failure::eprint_json;
use super::output::{DASH, Output, eprint};
use super::reading::{DialectArgs, WindowArgs};
use super::resources::memory::{Memory, Size};
use crate::data::{ColumnChoice, Input, Kind, ReadOptions, readable_formats};
use crate::detect::{Model, Preset};
use crate::error::{Error, Result, quoted};

/// Arguments of every verb.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Threads to use [default: all cores]; no result depends on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print nothing on stderr but errors and warnings
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Print one JSON object a line, on stderr too
    #[arg(long, global = true)]
    pub json: bool,
    /// Most memory to take, such as 500M or 2G: training rows beyond it are sampled [default: half of what there is]
    #[arg(long, global = true, value_name = "SIZE")]
    max_memory: Option<Size>,
}

impl Global {
    /// The number of threads asked for.
    pub fn threads(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }

    /// Prints a line on stderr, unless `--quiet` is given; with `--json` as `{"note": …}`.
    pub fn note(&self, line: std::fmt::Arguments) {
        match (self.quiet, self.json) {
            (true, _) => {}
            (false, false) => eprint(line),
            (false, true) => {
                let line = line.to_string();
                eprint_json(&json!({"note": line.strip_prefix("note: ").unwrap_or(&line)}));
            }
        }
    }

    /// The same with the numbers of the sentence, as `{"note": …, NAME: …}`.
    pub fn note_with(&self, line: &str, name: &str, numbers: &serde_json::Value) {
        match (self.quiet, self.json) {
            (true, _) => {}
            (false, false) => eprint(format_args!("{line}")),
            (false, true) => {
                let mut object = json!({"note": line.strip_prefix("note: ").unwrap_or(line)});
                object[name] = numbers.clone();
                eprint_json(&object);
            }
        }
    }

    /// How much memory may be taken.
    pub fn memory(&self) -> Memory {
        Memory::new(self.max_memory)
    }

    /// Prints what changes the meaning of a result, also with `--quiet`; with `--json` as `{"warning": …}`.
    pub fn warn(&self, warnings: &[String]) {
        for warning in warnings {
            if self.json {
                eprint_json(&json!({"warning": warning}));
            } else {
                eprint(format_args!("warning: {warning}"));
            }
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

/// Help of `--array`.
pub(super) const ARRAY_HELP: &str = "The array to read, where a file holds several (.npz) [default: the only one]";

/// Prints what a reader has to say about a file that it reads all the same.
pub(super) fn note_all(notes: &[String], global: &Global) {
    for note in notes {
        global.note(format_args!("note: {note}"));
    }
}

/// What a row that cannot be used does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnBadRow {
    /// Ends the command with exit 3; to a stream the rows before it are written first, a file stays as it was
    #[default]
    Stop,
    /// Is left out; how many were is said on stderr
    Skip,
    /// Is written without a score, with the reason in a last column `error`; where no rows are written, as skip
    Mark,
}

/// A model and the data it is applied to.
#[derive(Debug, Args)]
pub(super) struct ModelAndData {
    /// Model file, as written by `nafal fit`
    pub model: PathBuf,
    #[arg(required = true, help = data_help("Data to score, of the kind the model was fitted to; one or more files"))]
    pub data: Vec<PathBuf>,
    #[arg(long, value_name = "KIND", help = kind_help("the model's"))]
    pub kind: Option<Kind>,
    /// What a row that cannot be used does
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub on_bad_row: OnBadRow,
    #[arg(long, value_name = "NAME", help = ARRAY_HELP)]
    pub array: Option<String>,
    /// Columns that are carried to the output, behind those that the model knows as ids: names, A,B, A..B, or with * and ?
    #[arg(long, value_name = "COLUMNS")]
    pub keep: Vec<String>,
    #[command(flatten)]
    pub log: WindowArgs,
    #[command(flatten)]
    pub dialect: DialectArgs,
}

impl ModelAndData {
    /// How the data are read for this model, with labels of the column `label`; `apart`: windows of a log as independent cases.
    ///
    /// # Errors
    /// [`Error::Usage`] for another cut of a log than the model's.
    pub fn options(
        &self,
        model: &Model,
        label: Option<&str>,
        apart: Option<u64>,
        global: &Global,
    ) -> Result<ReadOptions> {
        let known = model.read_options(label);
        Ok(ReadOptions {
            windows: self.log.of_data(known.windows.clone(), apart)?,
            array: self.array.clone(),
            skip_bad: self.on_bad_row != OnBadRow::Stop,
            most_bytes: Some(global.memory().of_cases_at_once()),
            choice: ColumnChoice { kept: self.keep.clone(), ..known.choice.clone() },
            dialect: self.dialect.dialect().or(&known.dialect),
            ..known
        })
    }

    /// The model and all data, which the command reads.
    ///
    /// # Errors
    /// [`Error::Usage`] if standard input is named twice.
    pub fn paths(&self) -> Result<Vec<&Path>> {
        if self.data.iter().filter(|path| path.as_os_str() == DASH).count() > 1 {
            let problem = "- is named twice, and standard input can be read once; name it once, or files";
            return Err(Error::Usage(problem.into()));
        }
        Ok([&self.model].into_iter().chain(&self.data).map(PathBuf::as_path).collect())
    }

    /// The names of the data, as messages have them.
    pub fn data_names(&self) -> Vec<String> {
        let name = |path: &PathBuf| match path.as_os_str() == DASH {
            true => "<stdin>".to_owned(),
            false => path.to_string_lossy().into_owned(),
        };
        self.data.iter().map(name).collect()
    }

    /// Fails as opening them would where files are missing.
    ///
    /// # Errors
    /// As [`ModelAndData::open`].
    pub fn check_that_all_are_there(&self, model: &Model) -> Result<()> {
        let missing = |path: &&PathBuf| path.as_os_str() != DASH && path.metadata().is_err();
        self.data.iter().filter(missing).try_for_each(|path| self.open(path, model).map(drop))
    }

    /// Opens one of the data, which are read as what the model was fitted to.
    ///
    /// # Errors
    /// If it cannot be opened, or `--kind` names another kind.
    pub fn open(&self, data: &Path, model: &Model) -> Result<Input> {
        let kind = model.kind();
        if let Some(asked) = self.kind.filter(|&asked| asked != kind) {
            let path = quoted(&self.model.to_string_lossy());
            let problem = format!("--kind {asked}, but {path} was fitted to data of the kind {kind}; leave out --kind");
            return Err(Error::Usage(problem));
        }
        // A log is a table of readings.
        let kind = if model.reading().windows.is_some() { Kind::Table } else { kind };
        Input::open(data, Some(kind))
    }
}
