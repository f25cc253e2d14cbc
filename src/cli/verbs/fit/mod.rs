//! `nafal fit`: a detector from normal rows of a table, or from normal series.

mod refusal;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{ARRAY_HELP, Global, OnBadRow, PresetArg, data_help, kind_help, note_all};
use crate::cli::messages::bad_rows::BadRows;
use crate::cli::messages::columns::{of_channels, of_columns};
use crate::cli::messages::warnings::of_model;
use crate::cli::output::{DASH, Output, check_stdout, print};
use crate::cli::pages::{file_in_words, held_in_words, panel_in_words, training_page, trimmed_in_words};
use crate::cli::progress::ProgressReporter;
use crate::cli::reading::{ColumnArgs, DialectArgs, WindowArgs};
use crate::cli::table_writer::{Cell, TableWriter};
use crate::data::{Dataset, Gathered, Input, Kind, ReadOptions, Reading, Sample, SeriesSet, Table};
use crate::detect::{Detector, Experts, MIN_ROWS, Model, ScoreKind, TrainingScore};
use crate::error::{DataError, Error, Result, place, quoted, short};
use crate::progress::Progress;

/// Fit a detector to normal rows, or to normal series
#[derive(Debug, Args)]
pub(in crate::cli) struct Fit {
    #[arg(help = data_help("Training data"))]
    data: PathBuf,
    #[arg(long, value_name = "KIND", help = kind_help("recognised by the first bytes"))]
    kind: Option<Kind>,
    #[arg(long, value_name = "NAME", help = ARRAY_HELP)]
    array: Option<String>,
    /// Model file to write
    #[arg(short = 'o', long = "output", value_name = "MODEL")]
    output: PathBuf,
    /// Column with labels, `class` of series; it is no feature [default: none, every row is normal]
    #[arg(long, value_name = "C")]
    label: Option<String>,
    /// Label of normal rows, again for each of several; rows with another label are left out
    #[arg(long, value_name = "V", default_value = "0", allow_hyphen_values = true, requires = "label")]
    normal: Vec<String>,
    /// Which detector [default: panel; naf-ad with another --score than calibrated]
    #[arg(long, value_enum)]
    method: Option<MethodArg>,
    /// The experts of the panel, such as near:robust,flows:gaussian [default: selected without labels]
    #[arg(long, value_name = "LIST", value_delimiter = ',', conflicts_with = "method")]
    experts: Vec<String>,
    /// Some of the training rows may be anomalies: leave out the fifth that is most unusual; p-values stay valid
    #[arg(long)]
    robust: bool,
    /// Let the model file hold no training row: experts that keep some, as neighbours do, are not selected
    #[arg(long)]
    no_training_rows: bool,
    /// Cells that are missing: an error, or filled in from the other cells as learned from the training rows
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    missing: Missing,
    /// What a row that cannot be used does
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    on_bad_row: OnBadRow,
    /// Fit to a uniform sample of N of the rows, whatever their labels, drawn in one pass [default: as many as fit into --max-memory]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(8..))]
    fit_rows: Option<u64>,
    /// About how many views of a row [default: the preset's]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    views: Option<u32>,
    /// Training steps of every flow, and of an extractor that is trained [default: the preset's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Seed of every random choice
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Active learning: train on with samples of low likelihood from the flows [default: off; on with --method naf-al]
    #[arg(long, value_enum)]
    active: Option<Switch>,
    /// What the score is made of [default: the preset's; calibrated, or likelihood with --preset paper]
    #[arg(long, value_enum)]
    score: Option<Score>,
    /// Named configuration
    #[arg(long, value_enum, default_value_t)]
    preset: PresetArg,
    /// Write row, score and p-value of each training row, by what never saw it: bad rows among the normal ones come on top
    #[arg(long, value_name = "FILE")]
    training_scores: Option<PathBuf>,
    /// Write an HTML page about the fit
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    log: WindowArgs,
    #[command(flatten)]
    dialect: DialectArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Missing {
    #[default]
    Error,
    Impute,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MethodArg {
    /// Flows and cheaper experts, of which those are kept that tell held-out cases from made ones
    Panel,
    /// Neural autoregressive flows alone
    NafAd,
    /// The same with active learning
    NafAl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Score {
    /// Surprisal calibrated on rows the view's flow did not see
    Calibrated,
    /// Mean over views of −log p
    Likelihood,
    /// Mean over views of −log p of the latent variable alone
    Latent,
}

impl Fit {
    pub fn run(&self, global: &Global) -> Result<()> {
        let started = Instant::now();
        let stdout = global.json.then_some(Path::new(DASH));
        let outputs = [Some(self.output.as_path()), self.report.as_deref(), self.training_scores.as_deref(), stdout];
        keep_apart(&[&self.data], &outputs.into_iter().flatten().collect::<Vec<_>>())?;
        if global.json {
            check_stdout()?;
        }
        let memory = global.memory();
        let options = ReadOptions {
            most_bytes: Some(memory.of_training_cases()),
            sample: Some(Sample { most: self.fit_rows.map_or(usize::MAX, |rows| rows as usize), seed: self.seed }),
            ..self.options()?
        };
        let input = self.open(&options)?;
        let (source, reading, gathered) = match read(input, &options, global) {
            Ok(read) => read,
            Err(error) => return Err(refusal::all_problems(self, &options, error)),
        };
        let Gathered { mut cases, numbers, good, bad, first_bad, notes, .. } = gathered;
        note_all(&notes, global);
        memory.check_fit(&*cases)?;
        let words = if reading.has_windows() { "windows" } else { cases.kind().cases() };
        let mut said = Vec::from_iter(BadRows::of(bad, first_bad).warning(good + bad, words));
        let drawn_from = (cases.len() < good).then_some(good);
        if drawn_from.is_some() {
            let why = match self.fit_rows {
                Some(rows) if cases.len() as u64 == rows => "as --fit-rows asks",
                _ => "more would not fit into the memory; allow more with --max-memory",
            };
            let kind = words;
            if cases.len() < MIN_ROWS && good >= MIN_ROWS {
                let problem = format!("only {} of {good} {kind} are fitted: {why}", cases.len());
                return Err(DataError::new(source, problem).into());
            }
            said.push(format!("fitted to a uniform sample of {} of {good} {kind}: {why}", cases.len()));
        }
        if let Some(table) = cases.downcast::<Table>() {
            said.extend(of_columns(table, &cases.normal(&self.normal), &numbers));
        }
        if let Some(set) = cases.downcast::<SeriesSet>() {
            said.extend(of_channels(set));
        }
        global.warn(&said);
        if self.label.is_none() {
            note_labels(&*cases, global);
            cases = cases.without_labels();
        }
        self.fit(&*cases, &numbers, drawn_from, reading, said, started, global)
    }

    /// How the data are read.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for options that do not go together.
    fn options(&self) -> Result<ReadOptions> {
        let missing = self.missing == Missing::Impute;
        Ok(ReadOptions {
            windows: self.log.of_training(missing, self.seed)?,
            label: self.label.clone(),
            array: self.array.clone(),
            skip_bad: self.on_bad_row != OnBadRow::Stop,
            choice: self.columns.choice(),
            missing,
            patient: true,
            dialect: self.dialect.dialect(),
            ..ReadOptions::default()
        })
    }

    /// Opens the data; a log is a table.
    fn open(&self, options: &ReadOptions) -> Result<Input> {
        let kind = if options.windows.is_some() { Some(Kind::Table) } else { self.kind };
        if let Some(Kind::Series) = self.kind.filter(|_| options.windows.is_some()) {
            return Err(Error::Usage("--kind series, and a log is a table of readings; leave out --kind".into()));
        }
        Input::open(&self.data, kind)
    }

    fn fit(
        &self,
        cases: &dyn Dataset,
        numbers: &[usize],
        drawn_from: Option<usize>,
        reading: Reading,
        said: Vec<String>,
        started: Instant,
        global: &Global,
    ) -> Result<()> {
        // Opened before the work: a path that cannot be written fails now.
        let mut output = Output::open(Some(&self.output))?;
        let mut report = self.report.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let scores = self.training_scores.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let progress = ProgressReporter::new(global, true);
        let model = self.train(cases, drawn_from, reading, &progress)?;
        output.put(&model.to_bytes()?)?;
        if let Some(report) = &mut report {
            progress.begin("scoring the training data", 1);
            let facts = vec![("data".to_owned(), file_in_words(&self.data))];
            report.put(training_page(&model, cases, numbers, &self.normal, facts)?.as_bytes())?;
        }
        drop(progress);
        if let Some(scores) = scores {
            write_training_scores(&model, cases, numbers, scores, global)?;
        }
        output.finish()?;
        report.map_or(Ok(()), Output::finish)?;
        self.conclude(&model, drawn_from.unwrap_or(cases.len()), said, started.elapsed().as_secs_f64(), global)
    }

    fn method(&self) -> MethodArg {
        let flows_alone = self.score.is_some_and(|score| score != Score::Calibrated);
        self.method.unwrap_or(if flows_alone { MethodArg::NafAd } else { MethodArg::Panel })
    }

    fn active(&self) -> bool {
        self.active.map_or(self.method() == MethodArg::NafAl, |switch| switch == Switch::On)
    }

    fn train(
        &self,
        cases: &dyn Dataset,
        drawn_from: Option<usize>,
        reading: Reading,
        progress: &dyn Progress,
    ) -> Result<Model> {
        let mut builder = Detector::builder()
            .seed(self.seed)
            .normals(&self.normal)
            .experts(if self.method() == MethodArg::Panel { Experts::Panel } else { Experts::Flows })
            .members(self.experts.iter().map(|name| name.trim()).filter(|name| !name.is_empty()))
            .robust(self.robust)
            .no_training_rows(self.no_training_rows)
            .impute(self.missing == Missing::Impute && reading.windows.is_none())
            .windows(reading.has_windows())
            .reading(reading)
            .active(self.active())
            .preset(self.preset.into())
            .progress(progress);
        if let Some(score) = self.score {
            builder = builder.score(match score {
                Score::Calibrated => ScoreKind::Calibrated,
                Score::Likelihood => ScoreKind::Likelihood,
                Score::Latent => ScoreKind::Latent,
            });
        }
        if let Some(steps) = self.steps {
            builder = builder.steps(steps.into());
        }
        if let Some(views) = self.views {
            builder = builder.views(views as usize);
        }
        if let Some(all) = drawn_from {
            builder = builder.drawn_from(all);
        }
        builder.fit(cases)
    }

    fn conclude(
        &self,
        model: &Model,
        rows_read: usize,
        said: Vec<String>,
        seconds: f64,
        global: &Global,
    ) -> Result<()> {
        let (rows, views) = (model.training_rows(), model.flow_views());
        let warnings = of_model(model);
        if global.json {
            let mut line = json!({
                "model": self.output.to_string_lossy(), "rows": rows_read, "training_rows": rows,
                "drawn_from": model.drawn_from(),
                "trimmed_rows": model.trimmed_rows(), "rows_held": model.rows_held(), "views": views, "seed": self.seed, "config": model.configuration().hash(),
                "training_scores": self.training_scores.as_deref().map(Path::to_string_lossy),
                "report": self.report.as_deref().map(Path::to_string_lossy), "seconds": seconds, "warnings": ([&said[..], &warnings].concat()),
            });
            line.as_object_mut().expect("an object was made").extend(model.inputs_json());
            return print(&format!("{line}\n"));
        }
        let experts =
            panel_in_words(model).map_or_else(|| format!("{views} views"), |panel| format!("a panel ({panel})"));
        global.note(format_args!(
            "fitted {experts} of {} on {rows} {} of {rows_read} in {seconds:.1} s; wrote {}",
            model.inputs(),
            model.cases(),
            place(&self.output)
        ));
        if let Some(trimmed) = trimmed_in_words(model) {
            global.note(format_args!("left out: {trimmed}; they calibrate p-values all the same"));
        }
        global.note(format_args!("the model file holds {}", held_in_words(model)));
        global.warn(&warnings);
        if let Some(report) = &self.report {
            global.note(format_args!("report: {}", place(report)));
        }
        global.note(format_args!("next: nafal score {} DATA", place(&self.output)));
        Ok(())
    }
}

/// All rows of the data, how their file was read, and its name in messages.
fn read(input: Input, options: &ReadOptions, global: &Global) -> Result<(String, Reading, Gathered)> {
    let reader = input.stream(options)?;
    let (notes, warnings) = (reader.notes().to_vec(), reader.warnings().to_vec());
    let source = reader.source().to_owned();
    let dialect = reader.dialect().cloned().unwrap_or_default();
    let ids = reader.ids().to_vec();
    // Where the data are refused, all that is in the way is said instead.
    let gathered = reader.gather()?;
    note_all(&notes, global);
    global.warn(&warnings);
    let reading = Reading { dialect, ids, windows: gathered.windows.clone() };
    Ok((source, reading, gathered))
}

/// Writes the training scores; `numbers`: which row of the file each case is.
fn write_training_scores(
    model: &Model,
    cases: &dyn Dataset,
    numbers: &[usize],
    output: Output,
    global: &Global,
) -> Result<()> {
    let carried = cases.carried();
    let names: Vec<&str> = ["row"].into_iter().chain(carried.names.iter().map(String::as_str)).collect();
    let mut table = TableWriter::new(output, global.json, &[&names[..], &["score", "p_value"]].concat())?;
    for TrainingScore { row, score, p_value } in model.scored_training_cases().unwrap_or_default() {
        let ids = carried.row(row).iter().map(|cell| Cell::Text(cell));
        let scores = [Cell::Number(score), Cell::Number(p_value)];
        table.row(&[Cell::Count(numbers[row])].into_iter().chain(ids).chain(scores).collect::<Vec<_>>())?;
    }
    table.finish()
}

/// Points at labels that are not used: a label taken for a feature spoils a detector without any error.
fn note_labels(cases: &dyn Dataset, global: &Global) {
    if let Some(name) = cases.label_among_features() {
        let (shown, name) = (quoted(name), short(name));
        global.note(format_args!("note: column {shown} is taken as a feature; if it is the label, add --label {name}"));
    }
    if let Some(name) = cases.label_name() {
        global.note(format_args!(
            "note: every {} is taken as normal; to use their labels, add --label {} --normal NAME",
            cases.kind().case(),
            short(name)
        ));
    }
}
