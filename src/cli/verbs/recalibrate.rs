//! `nafal recalibrate`: new p-values from new normal rows, without training.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde_json::json;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{Global, ModelAndData};
use crate::cli::messages::warnings::of_model;
use crate::cli::output::{DASH, Output, check_stdout, print};
use crate::cli::scores::{Labels, ScoreStream};
use crate::cli::table_writer::number;
use crate::detect::{Drift, DriftWatch, Model};
use crate::error::{DataError, Result, listed, place, short};

/// Bytes that a score takes: in the list, and as it is sorted and written.
const KEPT: usize = 40;

/// Give a model new p-values, from normal rows that it never saw
///
/// Scores stay what they were. The p-value of a row is from now on the share of the given rows that are as surprising: exact
/// whatever has changed since the training, if those rows and the ones to come are alike. Rows that the model was fitted to do
/// not do, since it knows them.
#[derive(Debug, Args)]
pub(in crate::cli) struct Recalibrate {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Model file to write
    #[arg(short = 'o', long = "output", value_name = "MODEL2")]
    output: PathBuf,
    /// Column with labels [default: none, every row is normal]
    #[arg(long, value_name = "C")]
    label: Option<String>,
    /// Label of normal rows, again for each of several; others are left out [default: the one the model was fitted with]
    #[arg(long, value_name = "V", allow_hyphen_values = true, requires = "label")]
    normal: Vec<String>,
}

impl Recalibrate {
    pub fn run(&self, global: &Global) -> Result<()> {
        let started = Instant::now();
        let stdout = global.json.then_some(Path::new(DASH));
        let outputs = [Some(self.output.as_path()), stdout];
        keep_apart(&self.inputs.paths()?, &outputs.into_iter().flatten().collect::<Vec<_>>())?;
        if global.json {
            check_stdout()?;
        }
        let model = global.memory().load(&self.inputs.model)?;
        // Opened before the work: a path that cannot be written fails now.
        let mut output = Output::open(Some(&self.output))?;
        let normals = if self.normal.is_empty() { model.normal_labels() } else { &self.normal };
        let labels = self.label.as_deref().map(|column| Labels { column, normal: normals });
        let mut stream = ScoreStream::open_apart(&model, &self.inputs, labels, Some(0), global, output.is_terminal())?;
        let (mut scores, mut left_out, mut watch) = (Vec::new(), 0, DriftWatch::new(model.calibration_rows()));
        while let Some(some) = stream.next()? {
            for (i, (&score, &p_value)) in some.scores.iter().zip(&some.p_values).enumerate() {
                if some.anomalous.get(i).is_some_and(|&anomalous| anomalous) {
                    left_out += 1;
                } else {
                    scores.push(score);
                    watch.add(p_value);
                }
            }
            stream.check_kept(KEPT * scores.len(), KEPT)?;
        }
        if scores.is_empty() {
            return Err(self.nothing_left(stream.source(), normals).into());
        }
        if let Some(name) = stream.unused_labels() {
            let (case, name) = (model.case(), short(name));
            let todo = format!("to use their labels, add --label {name} --normal NAME");
            global.note(format_args!("note: every {case} is taken as normal; {todo}"));
        }
        let mut said = Vec::from_iter(stream.conclude());
        said.extend(seen_before(&watch, model.cases()));
        let recalibrated = model.ranking_among(scores)?;
        output.put(&recalibrated.to_bytes()?)?;
        output.finish()?;
        global.warn(&said);
        self.conclude(&recalibrated, left_out, said, started.elapsed().as_secs_f64(), global)
    }

    /// Says what was done.
    fn conclude(
        &self,
        recalibrated: &Model,
        left_out: usize,
        said: Vec<String>,
        seconds: f64,
        global: &Global,
    ) -> Result<()> {
        let (rows, warnings) = (recalibrated.calibration_rows(), of_model(recalibrated));
        if global.json {
            let line = json!({
                "model": self.output.to_string_lossy(), "calibration_rows": rows, "left_out": left_out,
                "smallest_p_value": recalibrated.smallest_p_value(), "seconds": seconds,
                "warnings": ([&said[..], &warnings].concat()),
            });
            return print(&format!("{line}\n"));
        }
        let out = &self.output;
        global.note(format_args!(
            "p-values from {rows} {} in {seconds:.1} s; wrote {}",
            recalibrated.cases(),
            place(out)
        ));
        global.warn(&warnings);
        global.note(format_args!("next: nafal score {} DATA", place(out)));
        Ok(())
    }

    /// The error of data without a normal row.
    fn nothing_left(&self, source: &str, normals: &[String]) -> DataError {
        let Some(label) = &self.label else {
            let problem = "has no case that can be used; leave out --on-bad-row to see what is wrong with the first";
            return DataError::new(source, problem);
        };
        let problem = format!("no label is {}; name the label of normal rows with --normal", listed(normals));
        DataError::new(source, problem).in_column(label)
    }
}

/// What is to be said where the rows look like ones that the model was fitted to.
fn seen_before(watch: &DriftWatch, cases: &str) -> Option<String> {
    let drift = watch.drift().filter(Drift::may_be_trained_on)?;
    Some(format!(
        "the {cases} look more usual than ones that the model never saw (median p-value {} where 0.5 is expected): if it was \
         fitted to them, p-values are now too small; recalibrate with others",
        number(drift.median_p_value)
    ))
}
