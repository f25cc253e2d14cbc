//! `nafal demo`: the whole job on a simulated pump, for newcomers.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::Global;
use crate::cli::messages::warnings::{ALPHA, of_model};
use crate::cli::output::{DASH, Output, check_stdout, print};
use crate::cli::pages::{About, Day, threshold};
use crate::cli::progress::ProgressReporter;
use crate::cli::scores::{Measures, RowPlace};
use crate::cli::table_writer::{Cell, TableWriter, csv_line, number};
use crate::data::{OutputFolder, Table};
use crate::detect::{Detector, Model, Threshold};
use crate::error::{Result, place};
use crate::evaluate::simulation::{NORMAL, pump};
use crate::report::{Group, Kind, Plot, ScoreHistogram, ScorePanel};

/// Seed of the simulation and of the fit.
const SEED: u64 = 0;

/// Rows of normal operation to train on.
const TRAINING: usize = 1000;

/// Normal and anomalous rows to test on.
const TEST: (usize, usize) = (600, 60);

/// Simulate a pump, fit, score and evaluate; write tables, model and report into a folder
///
/// Files of the same names (train.csv, test.csv, pump.nafal, scores.csv, scores.svg, report.html) are replaced.
#[derive(Debug, Args)]
pub(in crate::cli) struct Demo {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "nafal-demo")]
    out: PathBuf,
}

/// Rows that the report looks at one by one.
const CARDS: usize = 10;

/// The files it writes.
const FILES: [&str; 6] = ["train.csv", "test.csv", "pump.nafal", "scores.csv", "scores.svg", "report.html"];

/// The expert that looks at each column by itself, for comparison.
const SINGLE: &str = "tails";

/// Scores of the test table by one model.
struct Outcome {
    scores: Vec<f64>,
    p_values: Vec<f64>,
    measures: Measures,
}

impl Demo {
    pub fn run(&self, global: &Global) -> Result<()> {
        let started = Instant::now();
        let outputs: Vec<PathBuf> = FILES.iter().map(|name| self.out.join(name)).chain([DASH.into()]).collect();
        keep_apart(&[], &outputs.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
        check_stdout()?;
        let folder = OutputFolder::make(&self.out)?;
        let mut files: Vec<Output> = Vec::new();
        let mut file = |name: &str, bytes: &[u8]| -> Result<()> {
            let mut output = Output::open(Some(&self.out.join(name)))?;
            output.put(bytes)?;
            files.push(output);
            Ok(())
        };
        let train = pump(SEED, 0, TRAINING, 0)?;
        let test = pump(SEED, 1, TEST.0, TEST.1)?;
        file("train.csv", &csv(&train))?;
        file("test.csv", &csv(&test))?;
        let anomalous: Vec<bool> = test.labels().unwrap_or_default().iter().map(|l| l != NORMAL).collect();

        let progress = ProgressReporter::new(global, true);
        let detector = Detector::builder().seed(SEED).normal(NORMAL).progress(&progress);
        let single = score(&detector.clone().members([SINGLE]).fit(&train)?, &test, &anomalous)?;
        let model = detector.fit(&train)?;
        file("pump.nafal", &model.to_bytes()?)?;
        let together = score(&model, &test, &anomalous)?;
        drop(progress);

        let histogram = histogram(&single, &together, &anomalous);
        file("scores.svg", histogram.svg.as_bytes())?;
        file("report.html", page(&model, &test, &together, &anomalous, histogram)?.as_bytes())?;
        let mut scores =
            TableWriter::new(Output::open(Some(&self.out.join("scores.csv")))?, false, &["row", "score", "p_value"])?;
        for (i, (&score, &p)) in together.scores.iter().zip(&together.p_values).enumerate() {
            scores.row(&[Cell::Count(i), Cell::Number(score), Cell::Number(p)])?;
        }
        scores.finish()?;
        files.into_iter().try_for_each(Output::finish)?;
        folder.keep();
        self.conclude(
            &model,
            train.columns(),
            &single.measures,
            &together.measures,
            started.elapsed().as_secs_f64(),
            global,
        )
    }

    fn conclude(
        &self,
        model: &Model,
        columns: usize,
        single: &Measures,
        together: &Measures,
        seconds: f64,
        global: &Global,
    ) -> Result<()> {
        let at = |name: &str| self.out.join(name).to_string_lossy().into_owned();
        let nafal = std::env::args().next().unwrap_or_else(|| "nafal".into());
        let next = format!("{nafal} predict {} {}", at("pump.nafal"), at("test.csv"));
        if global.json {
            let line = json!({
                "report": at("report.html"), "model": at("pump.nafal"), "auroc_single": single.auroc,
                "auroc": together.auroc, "average_precision": together.average_precision,
                "f1_at_alpha": together.f1_at_alpha, "seconds": seconds, "next": next, "warnings": of_model(model),
            });
            return print(&format!("{line}\n"));
        }
        global.warn(&of_model(model));
        let (at, next) = (|name: &str| place(at(name)), place(next));
        print(&format!(
            "simulated  {TRAINING} rows of a pump at work (train.csv); {} more, and {} with a fault (test.csv)\n\
             fitted     a panel with {} views of flows to {} sensors, in {seconds:.1} s in all (pump.nafal)\n\
             scored     the test rows (scores.csv, scores.svg)\n\
             AUROC      {:.4} of each sensor by itself, {:.4} together; average precision {:.4} and {:.4}\n\
             alarms     F1 {:.3} with an alarm at p <= {}\n\n\
             The faults keep every sensor within its range and break only the dependence between sensors.\n\n\
             report:    {}\n\
             next:      {next}\n\
             your own:  {} fit YOUR.csv -o your.nafal\n",
            TEST.0,
            TEST.1,
            model.flow_views(),
            columns,
            single.auroc,
            together.auroc,
            single.average_precision,
            together.average_precision,
            together.f1_at_alpha,
            number(ALPHA),
            at("report.html"),
            place(&nafal),
        ))
    }
}

fn score(model: &Model, test: &Table, anomalous: &[bool]) -> Result<Outcome> {
    let (scores, p_values) = model.score_with_p_values(test)?;
    let measures = Measures::of(anomalous, &scores, &p_values, ALPHA)?;
    Ok(Outcome { scores, p_values, measures })
}

fn histogram(single: &Outcome, together: &Outcome, anomalous: &[bool]) -> Plot {
    let panel = |title: &str, outcome: &Outcome| {
        let group = |name: &str, kind, wanted| Group {
            name: name.into(),
            kind,
            scores: outcome.scores.iter().zip(anomalous).filter(|(_, a)| **a == wanted).map(|(s, _)| *s).collect(),
        };
        let flags = Threshold::Alpha(ALPHA).apply(&outcome.scores, &outcome.p_values);
        ScorePanel {
            title: title.into(),
            groups: vec![group("normal", Kind::Normal, false), group("anomalous", Kind::Anomalous, true)],
            threshold: threshold(&outcome.scores, &flags),
        }
    };
    ScoreHistogram {
        title: "Scores of a pump's rows, each sensor by itself and all together".into(),
        score: "score".into(),
        panels: vec![panel("each sensor by itself", single), panel("all together", together)],
    }
    .plot()
}

fn page(model: &Model, test: &Table, together: &Outcome, anomalous: &[bool], histogram: Plot) -> Result<String> {
    let mut day = Day::new(model, ALPHA, CARDS);
    let places = (0..test.rows()).map(|row| RowPlace { file: 0, row });
    day.add_cases(test, places, &together.scores, &together.p_values, Some(anomalous))?;
    day.page(About {
        title: "A simulated pump".into(),
        summary: format!(
            "{TRAINING} rows of normal operation were trained on. Of the test rows {} are normal and {} have a fault that \
             keeps every sensor within its range and breaks the dependence between sensors.",
            TEST.0, TEST.1
        ),
        plots: vec![histogram],
        label: test.label_name().map(str::to_owned),
        ..About::default()
    })
}

/// A labelled table as CSV.
fn csv(table: &Table) -> Vec<u8> {
    let mut names = table.names().to_vec();
    names.extend(table.label_name().map(str::to_owned));
    let mut text = csv_line(&names);
    for i in 0..table.rows() {
        let mut cells: Vec<String> = table.row(i).iter().map(|&v| number(v)).collect();
        cells.extend(table.labels().map(|labels| labels[i].clone()));
        text.extend(csv_line(&cells));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Input, ReadOptions};

    #[test]
    fn a_simulated_table_reads_back_the_same() {
        let table = pump(3, 0, 20, 4).unwrap();
        let options = ReadOptions { label: table.label_name().map(str::to_owned), ..ReadOptions::default() };
        let back = Input::from_stream(std::io::Cursor::new(csv(&table)), "", None).unwrap().read(&options).unwrap();
        assert_eq!(back.downcast::<Table>(), Some(&table));
    }
}
