//! The page that `nafal fit --report` writes: how the training data themselves look to the model.

use super::output::number;
use crate::data::Dataset;
use crate::detect::{Model, Threshold};
use crate::error::Result;
use crate::report::{Group, Headline, Kind, PValueHistogram, ReportInput, ReportTable, ScoreHistogram, ScorePanel};

/// Level at which the page says how many rows are flagged.
const ALPHA: f64 = 0.05;

/// Rows of the table of the most surprising rows.
const SHOWN: usize = 20;

/// The page, as HTML. Scores the data once.
///
/// # Errors
/// As [`Model::score`].
pub(super) fn page(model: &Model, cases: &dyn Dataset, normal: &[String]) -> Result<String> {
    let (scores, p_values) = model.score_with_p_values(cases)?;
    let mut trained = vec![false; cases.len()];
    cases.normal(normal).into_iter().for_each(|i| trained[i] = true);
    let groups = |values: &[f64]| {
        [("trained on", Kind::Normal, true), ("left out by their label", Kind::Anomalous, false)]
            .map(|(name, kind, wanted)| Group {
                name: name.into(),
                kind,
                scores: (0..values.len()).filter(|&i| trained[i] == wanted).map(|i| values[i]).collect(),
            })
            .into_iter()
            .filter(|group| !group.scores.is_empty())
            .collect::<Vec<_>>()
    };
    let flags = Threshold::Alpha(ALPHA).apply(&scores, &p_values);
    let flagged = (0..flags.len()).filter(|&i| trained[i] && flags[i]).count();
    let panel = ScorePanel {
        title: "the training data".into(),
        groups: groups(&scores),
        threshold: threshold(&scores, &flags),
    };
    let histogram = ScoreHistogram { title: "Scores".into(), score: "score".into(), panels: vec![panel] };
    let p_histogram = PValueHistogram { title: "p-values".into(), groups: groups(&p_values), alpha: Some(ALPHA) };
    let input = ReportInput {
        title: format!("A detector fitted to {}", cases.source()),
        summary: format!(
            "{} views of {}, fitted to {} rows. A higher score is more anomalous. Rows that were trained on are \
             scored here by flows of which some have seen them.",
            model.configuration().views(),
            model.inputs(),
            model.training_rows()
        ),
        headlines: vec![
            headline(model.training_rows().to_string(), "training rows"),
            headline(model.configuration().views().to_string(), "views"),
            headline(flagged.to_string(), "training rows with p ≤ 0.05"),
        ],
        plots: vec![histogram.plot(), p_histogram.plot()],
        tables: vec![most_surprising(cases, &scores, &p_values)],
        facts: facts(model),
    };
    Ok(input.html())
}

/// A figure without a note.
pub(super) fn headline(value: String, label: &str) -> Headline {
    Headline { value, label: label.into(), note: String::new() }
}

/// The lowest score that is flagged, with its label.
pub(super) fn threshold(scores: &[f64], flags: &[bool]) -> Option<(f64, String)> {
    let lowest = scores.iter().zip(flags).filter(|(_, flag)| **flag).map(|(score, _)| *score).min_by(f64::total_cmp);
    lowest.map(|score| (score, "p ≤ 0.05".to_owned()))
}

/// The rows with the highest scores.
pub(super) fn most_surprising(cases: &dyn Dataset, scores: &[f64], p_values: &[f64]) -> ReportTable {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let label = |i: usize| cases.labels().map(|labels| labels[i].clone());
    let row = |&i: &usize| {
        let numbers = [format!("{:.3}", scores[i]), number((p_values[i] * 1e5).round() / 1e5)];
        [i.to_string()].into_iter().chain(numbers).chain(label(i)).collect()
    };
    let mut columns: Vec<String> = ["row", "score", "p-value"].map(str::to_owned).to_vec();
    columns.extend(cases.label_name().map(str::to_owned));
    ReportTable {
        title: "The most surprising rows".into(),
        caption: "Rows are counted from 0.".into(),
        columns,
        rows: order.iter().take(SHOWN).map(row).collect(),
    }
}

/// What made the model.
pub(super) fn facts(model: &Model) -> Vec<(String, String)> {
    let configuration = model.configuration();
    [
        ("configuration", configuration.hash()),
        ("kind of score", configuration.score.name().to_owned()),
        ("active learning", if configuration.active.is_some() { "on" } else { "off" }.to_owned()),
        ("smallest p-value", format!("1/{}", model.calibration_rows() + 1)),
        ("nafal", env!("CARGO_PKG_VERSION").to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
